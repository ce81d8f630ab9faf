// Windows over the log of one execution, which may have a million lines: what is in it, lines from anywhere on, and where a text stands.
import Type from 'typebox'
import { StateCounts } from './execution-lists.ts'
import { defineRoute, ofTenant } from './route.ts'
import { LogEntry } from './shapes.ts'

const OfExecution = Type.Object({ executionId: Type.String() })
const NONE = { type: 'none' } as const
const Level = Type.Union([
  Type.Literal('TRACE'),
  Type.Literal('DEBUG'),
  Type.Literal('INFO'),
  Type.Literal('WARN'),
  Type.Literal('ERROR'),
])

const Line = Type.Object({ line: Type.Integer(), ...LogEntry.properties })

const IsCounting = Type.Optional(
  Type.Boolean({ description: 'A long log is being counted still: there are more lines than are told.' }),
)

const LogIndex = Type.Object({
  lines: Type.Integer(),
  isCounting: IsCounting,
  levels: StateCounts,
  tasks: Type.Array(
    Type.Object({
      taskId: Type.Optional(Type.String({ description: 'Absent: lines of the execution itself.' })),
      attempt: Type.Integer(),
      lines: Type.Integer(),
      firstLine: Type.Integer(),
      levels: StateCounts,
    }),
  ),
  density: Type.Array(
    Type.Object({
      start: Type.String(),
      firstLine: Type.Integer(),
      levels: StateCounts,
    }),
    { description: 'By spans of time of equal length.' },
  ),
})

const LineFilter = {
  level: Type.Optional(Level),
  task: Type.Optional(Type.String()),
  taskRunId: Type.Optional(Type.String()),
  attempt: Type.Optional(Type.Integer({ minimum: 0 })),
}

export const logWindowRoutes = {
  index: defineRoute({
    method: 'GET',
    paths: ofTenant('/logs/{executionId}/index'),
    params: OfExecution,
    query: Type.Object({}),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: LogIndex },
    refusals: [404],
    permission: 'LOG:READ',
    namespaceFrom: 'execution',
    summary: 'How many lines the log of an execution has, by level, task and time.',
  }),
  window: defineRoute({
    method: 'GET',
    paths: ofTenant('/logs/{executionId}/window'),
    params: OfExecution,
    query: Type.Object({
      from: Type.Optional(Type.Integer({ default: 0, description: 'The first line, from 0; below 0 from the end' })),
      position: Type.Optional(
        Type.Integer({ minimum: 0, description: 'Instead of a line: the place among those that the filter keeps' }),
      ),
      count: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_000, default: 200 })),
      q: Type.Optional(Type.String({ maxLength: 1_000 })),
      ...LineFilter,
    }),
    body: NONE,
    status: 200,
    reply: {
      type: 'json',
      schema: Type.Object({
        lines: Type.Array(Line),
        next: Type.Union([Type.Integer(), Type.Null()], { description: 'The line to go on from.' }),
        position: Type.Integer({
          description: 'Of the first line that was looked at, among those that the filter keeps.',
        }),
        total: Type.Integer({
          description: 'Of the lines that the filter keeps; neither a text nor a task run counts.',
        }),
        isCounting: IsCounting,
      }),
    },
    refusals: [404],
    permission: 'LOG:READ',
    namespaceFrom: 'execution',
    summary: 'Lines of the log of an execution, from anywhere on.',
  }),
  find: defineRoute({
    method: 'GET',
    paths: ofTenant('/logs/{executionId}/find'),
    params: OfExecution,
    query: Type.Object({
      q: Type.String({ minLength: 1, maxLength: 1_000 }),
      from: Type.Optional(Type.Integer({ minimum: 0, default: 0 })),
      size: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 1 })),
      ...LineFilter,
    }),
    body: NONE,
    status: 200,
    reply: {
      type: 'json',
      schema: Type.Object({
        hits: Type.Array(Line),
        next: Type.Union([Type.Integer(), Type.Null()], { description: 'Where more may be; null when all are told.' }),
      }),
    },
    refusals: [404],
    permission: 'LOG:READ',
    namespaceFrom: 'execution',
    summary: 'Where a text stands in the log of an execution, from a line on.',
  }),
}
