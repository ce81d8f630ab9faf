import Type from 'typebox'
import { ExecutionFilters } from './execution-search.ts'
import { defineRoute, ofTenant } from './route.ts'
import { NoParams, NoQuery, Paging, TaskRun, pageOf } from './shapes.ts'

const NONE = { type: 'none' } as const

export const taskRunRoutes = {
  search: defineRoute({
    method: 'GET',
    paths: ofTenant('/taskruns/search'),
    params: NoParams,
    query: Type.Object({ ...Paging, ...ExecutionFilters }),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: pageOf(TaskRun) },
    permission: 'EXECUTION:READ',
    namespaceFrom: 'scope',
    summary: 'Search the task runs of the newest executions; `state` is theirs.',
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
