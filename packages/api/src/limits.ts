import Type from 'typebox'
import { defineRoute, ofTenant } from './route.ts'
import { NoParams, NoQuery, Paging, pageOf } from './shapes.ts'

const NONE = { type: 'none' } as const
const OfFlow = Type.Object({ namespace: Type.String(), flowId: Type.String() })

/** Kestra has it from 1.1 on; `queued` and `limit` are Batuta's. */
const ConcurrencyLimit = Type.Object({
  tenantId: Type.String(),
  namespace: Type.String(),
  flowId: Type.String(),
  running: Type.Integer(),
  queued: Type.Integer(),
  limit: Type.Optional(Type.Integer()),
})

/** What flows share: the limit of a namespace, or a pool. `namespace` is empty for a pool that all share. */
const SharedLimit = Type.Object({
  namespace: Type.String(),
  pool: Type.Optional(Type.String()),
  limit: Type.Integer(),
  behavior: Type.Optional(Type.String()),
  running: Type.Integer(),
  queued: Type.Integer(),
})

/** One of the limits that an execution is subject to. */
const Place = Type.Object({
  type: Type.Union([Type.Literal('flow'), Type.Literal('namespace'), Type.Literal('pool')]),
  namespace: Type.String(),
  flowId: Type.Optional(Type.String()),
  pool: Type.Optional(Type.String()),
  limit: Type.Optional(Type.Integer()),
  running: Type.Integer(),
  queued: Type.Integer(),
  state: Type.Union([Type.Literal('RUNNING'), Type.Literal('QUEUED')]),
  /** Among those of its own flow that wait. */
  position: Type.Optional(Type.Integer()),
})

const Member = Type.Object({
  executionId: Type.String(),
  state: Type.Union([Type.Literal('RUNNING'), Type.Literal('QUEUED')]),
  position: Type.Optional(Type.Integer()),
})

const Held = Type.Object({
  triggerId: Type.Optional(Type.String()),
  reason: Type.String(),
  since: Type.String(),
  until: Type.Optional(Type.String()),
})

export const limitRoutes = {
  search: defineRoute({
    method: 'GET',
    paths: ofTenant('/concurrency-limit/search'),
    params: NoParams,
    query: Type.Object(Paging),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: pageOf(ConcurrencyLimit) },
    permission: 'FLOW:READ',
    namespaceFrom: 'scope',
    summary: 'Limits with executions: how many run, and how many wait.',
  }),
  repair: defineRoute({
    method: 'PUT',
    paths: ofTenant('/concurrency-limit/{namespace}/{flowId}'),
    params: OfFlow,
    query: NoQuery,
    body: { type: 'json', schema: Type.Partial(ConcurrencyLimit) },
    status: 200,
    reply: { type: 'json', schema: ConcurrencyLimit },
    refusals: [404],
    permission: 'FLOW:UPDATE',
    namespaceFrom: 'path',
    summary:
      'Look again who runs under a limit. Nothing is counted beside the executions, so the true numbers come back.',
  }),
  members: defineRoute({
    method: 'GET',
    paths: ofTenant('/concurrency-limit/{namespace}/{flowId}'),
    params: OfFlow,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Type.Object({ members: Type.Array(Member) }) },
    permission: 'FLOW:READ',
    namespaceFrom: 'path',
    summary: 'Who runs under the limit of a flow, and who waits, with the place in the queue.',
  }),
  shared: defineRoute({
    method: 'GET',
    paths: ofTenant('/concurrency-limit/pools'),
    params: NoParams,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Type.Object({ results: Type.Array(SharedLimit) }) },
    permission: 'FLOW:READ',
    namespaceFrom: 'scope',
    summary: 'The limits that flows share – of namespaces, and pools: how many run, and how many wait.',
  }),
  places: defineRoute({
    method: 'GET',
    paths: ofTenant('/executions/{executionId}/limits'),
    params: Type.Object({ executionId: Type.String() }),
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Type.Object({ limits: Type.Array(Place) }) },
    refusals: [404],
    permission: 'EXECUTION:READ',
    namespaceFrom: 'execution',
    summary: 'The limits that an execution is subject to, and its place in their queues.',
  }),
  held: defineRoute({
    method: 'GET',
    paths: ofTenant('/circuit-breakers/{namespace}/{flowId}'),
    params: OfFlow,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Type.Object({ held: Type.Array(Held) }) },
    refusals: [404],
    permission: 'FLOW:READ',
    namespaceFrom: 'path',
    summary: 'What circuit breakers hold of a flow: itself or its triggers, with the reason.',
  }),
  release: defineRoute({
    method: 'POST',
    paths: ofTenant('/circuit-breakers/{namespace}/{flowId}/release'),
    params: OfFlow,
    query: Type.Object({ triggerId: Type.Optional(Type.String()) }),
    body: NONE,
    status: 204,
    reply: { type: 'empty' },
    refusals: [404],
    permission: 'FLOW:UPDATE',
    namespaceFrom: 'path',
    summary: 'Let a flow, or one of its triggers, go on that a circuit breaker holds.',
  }),
}
