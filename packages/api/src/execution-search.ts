// What executions are searched by. The flat parameters are those of dialects a and b; b and c add `filters[…]`, which are read beside the query.
import Type from 'typebox'

export const ExecutionFilters = {
  q: Type.Optional(Type.String()),
  scope: Type.Optional(Type.Array(Type.String())),
  namespace: Type.Optional(Type.String()),
  flowId: Type.Optional(Type.String()),
  startDate: Type.Optional(Type.String()),
  endDate: Type.Optional(Type.String()),
  timeRange: Type.Optional(Type.String()),
  state: Type.Optional(Type.Array(Type.String())),
  labels: Type.Optional(Type.Array(Type.String())),
  triggerExecutionId: Type.Optional(Type.String()),
  childFilter: Type.Optional(Type.Union([Type.Literal('CHILD'), Type.Literal('MAIN')])),
}

/** What goes with an execution that is deleted. */
export const Deletion = {
  deleteLogs: Type.Optional(Type.Boolean({ default: true })),
  deleteMetrics: Type.Optional(Type.Boolean({ default: true })),
  deleteStorage: Type.Optional(Type.Boolean({ default: true })),
}
