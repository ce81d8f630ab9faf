// The last executions of flows, as lists and grids show them.
import Type from 'typebox'
import { defineRoute, ofTenant } from './route.ts'
import { NoParams } from './shapes.ts'

const NONE = { type: 'none' } as const
const DurationMs = Type.Union([Type.Integer(), Type.Null()], { description: 'Null until it has ended.' })

const RunBar = Type.Object({
  id: Type.String(),
  state: Type.String(),
  startDate: Type.String(),
  durationMs: DurationMs,
  triggerId: Type.Optional(Type.String()),
})

const RunBars = Type.Object({
  namespace: Type.String(),
  flowId: Type.String(),
  revision: Type.Optional(Type.Integer({ description: 'The newest; absent where the flow is gone.' })),
  nextDate: Type.Optional(Type.String({ description: 'The next date of its triggers that are switched on.' })),
  runs: Type.Array(RunBar, { description: 'Newest first.' }),
  p50Ms: Type.Optional(Type.Integer()),
  p95Ms: Type.Optional(Type.Integer()),
  successRate: Type.Optional(Type.Number({ description: 'Of those that have ended, 0 to 1.' })),
})

const GridCell = Type.Object({
  state: Type.String({ description: 'The worst of its runs.' }),
  count: Type.Integer(),
  durationMs: DurationMs,
  taskRunId: Type.String({ description: 'The one with that state.' }),
  attempts: Type.Integer({ description: 'Of the run that had most.' }),
})

const Grid = Type.Object({
  namespace: Type.String(),
  flowId: Type.String(),
  revision: Type.Integer(),
  tasks: Type.Array(
    Type.Object({
      id: Type.String(),
      type: Type.String(),
      parent: Type.Optional(Type.String({ description: 'The task that it is in.' })),
      depth: Type.Integer(),
      isGroup: Type.Boolean(),
    }),
  ),
  runs: Type.Array(
    Type.Object({
      ...RunBar.properties,
      revision: Type.Integer(),
      cells: Type.Record(Type.String(), GridCell),
      isPartial: Type.Optional(Type.Boolean({ description: 'It has too many task runs to be shown in cells.' })),
    }),
  ),
})

export const flowRunRoutes = {
  runBars: defineRoute({
    method: 'GET',
    paths: ofTenant('/flows/run-bars'),
    params: NoParams,
    query: Type.Object({
      flows: Type.Array(Type.String(), { maxItems: 200, description: 'namespace.id' }),
      runs: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
      only: Type.Optional(
        Type.Literal('speed', { description: 'p50Ms, p95Ms and successRate of so many runs, and none of the runs' }),
      ),
    }),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Type.Array(RunBars) },
    permission: 'EXECUTION:READ',
    namespaceFrom: 'scope',
    summary: 'The last executions of each of some flows.',
  }),
  grid: defineRoute({
    method: 'GET',
    paths: ofTenant('/flows/{namespace}/{id}/grid'),
    params: Type.Object({ namespace: Type.String(), id: Type.String() }),
    query: Type.Object({
      runs: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 30 })),
      before: Type.Optional(Type.String({ description: 'An execution: those before it' })),
    }),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Grid },
    refusals: [404],
    permission: 'EXECUTION:READ',
    namespaceFrom: 'path',
    summary: 'The last executions of a flow, and what each of its tasks came to in them.',
  }),
}
