// The same to many executions, by their ids or by a search: to all of them or, when it cannot be done to one, to none.
import Type, { type TObject } from 'typebox'
import { Deletion, ExecutionFilters } from './execution-search.ts'
import { defineRoute, ofTenant, type BodySpec, type Method } from './route.ts'
import { BulkReply, Ids, Labels, NoParams, NoQuery } from './shapes.ts'

const NONE = { type: 'none' } as const
const IDS = { type: 'json', schema: Ids } as const
const LabelsByIds = Type.Object({ executionsId: Ids, executionLabels: Labels })
const StateName = Type.String({ pattern: '^[A-Za-z_]{1,32}$' })
const LatestRevision = { latestRevision: Type.Optional(Type.Boolean({ default: false })) }

function bulk<Query extends TObject, Body extends BodySpec>(
  path: string,
  {
    method = 'POST',
    query,
    body,
    does,
  }: { readonly method?: Method; readonly query: Query; readonly body: Body; readonly does: string },
) {
  return defineRoute({
    method,
    paths: ofTenant(`/executions/${path}`),
    params: NoParams,
    query,
    body,
    status: 200,
    reply: { type: 'json', schema: BulkReply },
    refusals: [400],
    permission: permissionOf(path, method),
    namespaceFrom: 'scope',
    summary: `${does} several executions: all of them or, when one cannot be, none.`,
  })
}

function permissionOf(path: string, method: Method): 'EXECUTION:CREATE' | 'EXECUTION:UPDATE' | 'EXECUTION:DELETE' {
  if (path.startsWith('replay')) return 'EXECUTION:CREATE'
  return method === 'DELETE' && !path.startsWith('kill') ? 'EXECUTION:DELETE' : 'EXECUTION:UPDATE'
}

const searched = Type.Object(ExecutionFilters)

export const executionBulkRoutes = {
  killByIds: bulk('kill/by-ids', { method: 'DELETE', query: NoQuery, body: IDS, does: 'Kill' }),
  killByQuery: bulk('kill/by-query', { method: 'DELETE', query: searched, body: NONE, does: 'Kill' }),
  restartByIds: bulk('restart/by-ids', { query: NoQuery, body: IDS, does: 'Restart' }),
  restartByQuery: bulk('restart/by-query', { query: searched, body: NONE, does: 'Restart' }),
  replayByIds: bulk('replay/by-ids', { query: Type.Object(LatestRevision), body: IDS, does: 'Start anew' }),
  replayByQuery: bulk('replay/by-query', {
    query: Type.Object({ ...ExecutionFilters, ...LatestRevision }),
    body: NONE,
    does: 'Start anew',
  }),
  pauseByIds: bulk('pause/by-ids', { query: NoQuery, body: IDS, does: 'Pause' }),
  pauseByQuery: bulk('pause/by-query', { query: searched, body: NONE, does: 'Pause' }),
  resumeByIds: bulk('resume/by-ids', { query: NoQuery, body: IDS, does: 'Resume' }),
  resumeByQuery: bulk('resume/by-query', { query: searched, body: NONE, does: 'Resume' }),
  forceRunByIds: bulk('force-run/by-ids', { query: NoQuery, body: IDS, does: 'Force' }),
  forceRunByQuery: bulk('force-run/by-query', { query: searched, body: NONE, does: 'Force' }),
  unqueueByIds: bulk('unqueue/by-ids', {
    query: Type.Object({ state: Type.Optional(StateName) }),
    body: IDS,
    does: 'Unqueue',
  }),
  unqueueByQuery: bulk('unqueue/by-query', {
    // `state` is what is searched for; the state to go on in has another name here.
    query: Type.Object({ ...ExecutionFilters, newState: Type.Optional(StateName) }),
    body: NONE,
    does: 'Unqueue',
  }),
  changeStatusByIds: bulk('change-status/by-ids', {
    query: Type.Object({ newStatus: StateName }),
    body: IDS,
    does: 'Set the state of',
  }),
  changeStatusByQuery: bulk('change-status/by-query', {
    query: Type.Object({ ...ExecutionFilters, newStatus: StateName }),
    body: NONE,
    does: 'Set the state of',
  }),
  setLabelsByIds: bulk('labels/by-ids', {
    query: NoQuery,
    body: { type: 'json', schema: LabelsByIds },
    does: 'Set the labels of',
  }),
  setLabelsByQuery: bulk('labels/by-query', {
    query: searched,
    body: { type: 'json', schema: Labels },
    does: 'Set the labels of',
  }),
  deleteByIds: bulk('by-ids', {
    method: 'DELETE',
    query: Type.Object({ includeNonTerminated: Type.Optional(Type.Boolean({ default: false })), ...Deletion }),
    body: IDS,
    does: 'Delete',
  }),
  deleteByQuery: bulk('by-query', {
    method: 'DELETE',
    query: Type.Object({
      ...ExecutionFilters,
      includeNonTerminated: Type.Optional(Type.Boolean({ default: false })),
      ...Deletion,
    }),
    body: NONE,
    does: 'Delete',
  }),
}
