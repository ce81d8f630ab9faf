// Lists of executions and what is counted over them. With `cursor` a list is paged by key, at any depth; `page` is the way of Kestra's clients.
import Type, { type Static } from 'typebox'
import { ExecutionFilters } from './execution-search.ts'
import { defineRoute, ofTenant } from './route.ts'
import { Cursor, Execution, NoParams, Paging } from './shapes.ts'

const NONE = { type: 'none' } as const

export const StateCounts = Type.Record(Type.String(), Type.Integer())

const ExecutionCounts = Type.Object({
  from: Type.String(),
  to: Type.String(),
  buckets: Type.Array(
    Type.Object({
      start: Type.String(),
      end: Type.String(),
      states: StateCounts,
      durationMs: Type.Optional(Type.Number({ description: 'The mean of those that have ended.' })),
    }),
  ),
  states: StateCounts,
  total: Type.Integer(),
  namespaces: Type.Optional(
    Type.Array(Type.Object({ namespace: Type.String(), states: StateCounts, total: Type.Integer() }), {
      description: 'With `by=namespace`: the hundred with the most executions, those first',
    }),
  ),
  countedFrom: Type.Optional(
    Type.String({ description: 'There are too many to be counted whole: those before this moment are not.' }),
  ),
})

export const executionListRoutes = {
  search: defineRoute({
    method: 'GET',
    paths: ofTenant('/executions/search'),
    params: NoParams,
    query: Type.Object({ ...Paging, ...Cursor, ...ExecutionFilters }),
    body: NONE,
    status: 200,
    reply: {
      type: 'json',
      schema: Type.Object({
        results: Type.Array(Execution),
        total: Type.Integer(),
        next: Type.Optional(Type.Union([Type.String(), Type.Null()])),
        totalIsEstimate: Type.Optional(Type.Boolean({ description: 'There are at least so many.' })),
      }),
    },
    permission: 'EXECUTION:READ',
    namespaceFrom: 'scope',
    summary: 'Search executions; with a cursor light rows, newest first, without a limit to the depth.',
  }),
  counts: defineRoute({
    method: 'GET',
    paths: ofTenant('/executions/counts'),
    params: NoParams,
    query: Type.Object({
      ...ExecutionFilters,
      bucket: Type.Optional(Type.String({ description: 'ISO 8601 duration; about sixty buckets unless said' })),
      zone: Type.Optional(Type.String({ description: 'Where days begin; UTC unless said' })),
      by: Type.Optional(Type.Literal('namespace', { description: 'Counts each namespace as well' })),
    }),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: ExecutionCounts },
    permission: 'EXECUTION:READ',
    namespaceFrom: 'scope',
    summary: 'How many executions there are by state, bucket by bucket of a range of time.',
  }),
  distinctValues: defineRoute({
    method: 'GET',
    paths: ofTenant('/executions/distinct-field-values'),
    params: NoParams,
    query: Type.Object({
      field: Type.String(),
      q: Type.Optional(Type.String()),
      size: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
      counts: Type.Optional(Type.Boolean({ description: 'Each as {value, count}.' })),
    }),
    body: NONE,
    status: 200,
    reply: {
      type: 'json',
      schema: Type.Array(
        Type.Union([
          Type.String(),
          Type.Object({
            value: Type.String(),
            count: Type.Optional(Type.Integer({ description: 'Counted up to 1,001; absent where no index counts.' })),
          }),
        ]),
      ),
    },
    permission: 'EXECUTION:READ',
    namespaceFrom: 'scope',
    summary: 'What a filter of the search for executions can be set to: namespaces, flows, states, triggers, labels.',
  }),
}

export type ExecutionCountsDocument = Static<typeof ExecutionCounts>
