import Type from 'typebox'
import { defineRoute, ofTenant } from './route.ts'
import { logWindowRoutes } from './log-windows.ts'
import { Cursor, LogEntry, NoParams, Paging } from './shapes.ts'

const OfExecution = Type.Object({ executionId: Type.String() })
const NONE = { type: 'none' } as const
const Level = Type.Union([
  Type.Literal('TRACE'),
  Type.Literal('DEBUG'),
  Type.Literal('INFO'),
  Type.Literal('WARN'),
  Type.Literal('ERROR'),
])

const OfRun = {
  minLevel: Type.Optional(Level),
  taskRunId: Type.Optional(Type.String()),
  taskId: Type.Optional(Type.String()),
  attempt: Type.Optional(Type.Integer({ minimum: 0 })),
}

export const logRoutes = {
  ...logWindowRoutes,
  search: defineRoute({
    method: 'GET',
    paths: ofTenant('/logs/search'),
    params: NoParams,
    query: Type.Object({
      ...Paging,
      ...Cursor,
      q: Type.Optional(Type.String()),
      namespace: Type.Optional(Type.String()),
      flowId: Type.Optional(Type.String()),
      executionId: Type.Optional(Type.String()),
      triggerId: Type.Optional(Type.String()),
      minLevel: Type.Optional(Level),
      startDate: Type.Optional(Type.String()),
      endDate: Type.Optional(Type.String()),
    }),
    body: NONE,
    status: 200,
    reply: {
      type: 'json',
      schema: Type.Object({
        results: Type.Array(LogEntry),
        total: Type.Integer(),
        next: Type.Optional(Type.Union([Type.String(), Type.Null()])),
        totalIsEstimate: Type.Optional(Type.Boolean()),
      }),
    },
    permission: 'LOG:READ',
    namespaceFrom: 'scope',
    summary:
      'Search the logs of the newest executions; with a cursor of all, execution by execution, the last lines of each first.',
  }),
  ofExecution: defineRoute({
    method: 'GET',
    paths: ofTenant('/logs/{executionId}'),
    params: OfExecution,
    query: Type.Object(OfRun),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Type.Array(LogEntry) },
    permission: 'LOG:READ',
    namespaceFrom: 'execution',
    summary: 'The log of an execution, in the order of writing.',
  }),
  delete: defineRoute({
    method: 'DELETE',
    paths: ofTenant('/logs/{executionId}'),
    params: OfExecution,
    query: Type.Object(OfRun),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Type.Object({ count: Type.Integer() }) },
    refusals: [404],
    permission: 'LOG:DELETE',
    namespaceFrom: 'execution',
    summary: 'Delete lines of the log of an execution; tells how many went.',
  }),
  deleteOfTrigger: defineRoute({
    method: 'DELETE',
    paths: ofTenant('/logs/{namespace}/{flowId}'),
    params: Type.Object({ namespace: Type.String(), flowId: Type.String() }),
    query: Type.Object({ triggerId: Type.String() }),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Type.Object({ count: Type.Integer() }) },
    refusals: [404],
    permission: 'LOG:DELETE',
    namespaceFrom: 'path',
    summary: 'Delete what a trigger left in writing: the reasons of evaluations that started nothing.',
  }),
  download: defineRoute({
    method: 'GET',
    paths: ofTenant('/logs/{executionId}/download'),
    params: OfExecution,
    query: Type.Object(OfRun),
    body: NONE,
    status: 200,
    reply: { type: 'text' },
    refusals: [404],
    permission: 'LOG:READ',
    namespaceFrom: 'execution',
    summary: 'The log of an execution as text, a line per entry.',
  }),
  follow: defineRoute({
    method: 'GET',
    paths: ofTenant('/logs/{executionId}/follow'),
    params: OfExecution,
    query: Type.Object({
      minLevel: Type.Optional(Level),
      resumable: Type.Optional(
        Type.Boolean({ description: 'Events have ids from which Last-Event-ID goes on; else those of Kestra.' }),
      ),
    }),
    body: NONE,
    status: 200,
    reply: { type: 'events', schema: LogEntry },
    refusals: [404],
    permission: 'LOG:READ',
    namespaceFrom: 'execution',
    summary: 'The log of an execution as it grows, until it has ended.',
  }),
}
