// What the pages of 0.20 counted; later versions have dashboards.
import Type, { type TSchema } from 'typebox'
import { defineRoute } from './route.ts'
import { Anything, Execution, NoParams, NoQuery } from './shapes.ts'

const StateCounts = Type.Record(Type.String(), Type.Integer())
const Text = Type.Optional(Type.Union([Type.String(), Type.Null()]))
const Texts = Type.Optional(Type.Union([Type.Array(Type.String(), { maxItems: 1_000 }), Type.Null()]))

const Wish = Type.Object({
  q: Text,
  scope: Type.Optional(Type.Unknown()),
  namespace: Text,
  flowId: Text,
  flows: Type.Optional(
    Type.Union([
      Type.Array(Type.Object({ namespace: Type.String(), id: Type.String() }), { maxItems: 1_000 }),
      Type.Null(),
    ]),
  ),
  state: Texts,
  logLevel: Text,
  namespaceOnly: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
  startDate: Text,
  endDate: Text,
})

const Day = Type.Object({
  startDate: Type.String(),
  groupBy: Type.String(),
  duration: Type.Object(
    { avg: Type.Number(), sum: Type.Number(), count: Type.Integer() },
    { description: 'Seconds, of those that have ended.' },
  ),
  executionCounts: StateCounts,
})
const Days = Type.Array(Day)

export const statsRoutes = {
  daily: statistic('/executions/daily', Days, 'Executions by day and state.'),
  dailyByFlow: statistic(
    '/executions/daily/group-by-flow',
    Type.Record(Type.String(), Type.Record(Type.String(), Days)),
    'Executions by namespace, flow, day and state.',
  ),
  byNamespace: statistic(
    '/executions/daily/group-by-namespace',
    Type.Record(Type.String(), Type.Object({ counts: StateCounts, total: Type.Integer() })),
    'Executions by namespace and state.',
  ),
  latestByFlow: statistic(
    '/executions/latest/group-by-flow',
    Type.Array(Execution),
    'The last execution of each flow.',
  ),
  logsDaily: statistic('/logs/daily', Type.Array(Anything), 'Lines of logs by day and level.'),
  summary: statistic(
    '/summary',
    Type.Object({ flows: Type.Integer(), triggers: Type.Integer() }),
    'How many flows and triggers there are.',
  ),
}

function statistic<Schema extends TSchema>(path: string, schema: Schema, summary: string) {
  return defineRoute({
    method: 'POST',
    paths: { a: `/api/v1/stats${path}` },
    params: NoParams,
    query: NoQuery,
    body: { type: 'json', schema: Wish },
    status: 200,
    reply: { type: 'json', schema },
    permission: path.startsWith('/logs') ? 'LOG:READ' : 'EXECUTION:READ',
    namespaceFrom: 'scope',
    summary,
    isDeprecated: true,
  })
}
