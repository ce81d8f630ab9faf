import Type from 'typebox'
import { ExecutionFilters } from './execution-search.ts'
import { defineRoute, ofTenant } from './route.ts'
import { Cursor, NoParams, NoQuery, Paging, TaskRun } from './shapes.ts'

const NONE = { type: 'none' } as const

export const taskRunRoutes = {
  search: defineRoute({
    method: 'GET',
    paths: ofTenant('/taskruns/search'),
    params: NoParams,
    query: Type.Object({ ...Paging, ...Cursor, ...ExecutionFilters }),
    body: NONE,
    status: 200,
    reply: {
      type: 'json',
      schema: Type.Object({
        results: Type.Array(TaskRun),
        total: Type.Optional(Type.Integer({ description: 'Not with a cursor: only as many are read as are shown.' })),
        next: Type.Optional(Type.Union([Type.String(), Type.Null()])),
      }),
    },
    permission: 'EXECUTION:READ',
    namespaceFrom: 'scope',
    summary: 'Search the task runs of the newest executions, the newest first; `state` is theirs.',
  }),
  maxSetting: defineRoute({
    method: 'GET',
    paths: ofTenant('/taskruns/maxTaskRunSetting'),
    params: NoParams,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Type.Integer() },
    permission: 'person',
    summary: 'How many task runs a search looks at.',
  }),
}
