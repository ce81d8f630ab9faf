import Type from 'typebox'
import { defineRoute, ofTenant } from './route.ts'
import { Anything, Names, NoQuery, Paging, pageOf } from './shapes.ts'

const NONE = { type: 'none' } as const
const OfFlow = { namespace: Type.String(), flowId: Type.String() }
const OfTask = { ...OfFlow, taskId: Type.String() }
const Span = Type.Object({
  startDate: Type.Optional(Type.String()),
  endDate: Type.Optional(Type.String()),
  aggregation: Type.Optional(Type.String({ pattern: '^(sum|avg|min|max)$', default: 'sum' })),
})
const shared = { method: 'GET', body: NONE, status: 200 } as const
const NAMES = { type: 'json', schema: Names } as const
const AGGREGATE = { type: 'json', schema: Anything } as const

export const metricRoutes = {
  ofExecution: defineRoute({
    ...shared,
    paths: ofTenant('/metrics/{executionId}'),
    params: Type.Object({ executionId: Type.String() }),
    query: Type.Object({
      ...Paging,
      taskRunId: Type.Optional(Type.String()),
      taskId: Type.Optional(Type.String()),
    }),
    reply: { type: 'json', schema: pageOf(Anything) },
    refusals: [404],
    permission: 'METRIC:READ',
    namespaceFrom: 'execution',
    summary: 'The metrics of an execution.',
  }),
  namesOfFlow: defineRoute({
    ...shared,
    paths: ofTenant('/metrics/names/{namespace}/{flowId}'),
    params: Type.Object(OfFlow),
    query: NoQuery,
    reply: NAMES,
    permission: 'METRIC:READ',
    namespaceFrom: 'path',
    summary: 'The names of the metrics of a flow.',
  }),
  namesOfTask: defineRoute({
    ...shared,
    paths: ofTenant('/metrics/names/{namespace}/{flowId}/{taskId}'),
    params: Type.Object(OfTask),
    query: NoQuery,
    reply: NAMES,
    permission: 'METRIC:READ',
    namespaceFrom: 'path',
    summary: 'The names of the metrics of a task.',
  }),
  tasks: defineRoute({
    ...shared,
    paths: ofTenant('/metrics/tasks/{namespace}/{flowId}'),
    params: Type.Object(OfFlow),
    query: NoQuery,
    reply: NAMES,
    permission: 'METRIC:READ',
    namespaceFrom: 'path',
    summary: 'The tasks of a flow that have metrics.',
  }),
  aggregateOfFlow: defineRoute({
    ...shared,
    paths: ofTenant('/metrics/aggregates/{namespace}/{flowId}/{metric}'),
    params: Type.Object({ ...OfFlow, metric: Type.String() }),
    query: Span,
    reply: AGGREGATE,
    permission: 'METRIC:READ',
    namespaceFrom: 'path',
    summary: 'A metric of a flow over time.',
  }),
  aggregateOfTask: defineRoute({
    ...shared,
    paths: ofTenant('/metrics/aggregates/{namespace}/{flowId}/{taskId}/{metric}'),
    params: Type.Object({ ...OfTask, metric: Type.String() }),
    query: Span,
    reply: AGGREGATE,
    permission: 'METRIC:READ',
    namespaceFrom: 'path',
    summary: 'A metric of a task over time.',
  }),
}
