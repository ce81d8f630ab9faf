import Type from 'typebox'
import { defineRoute, ofTenant } from './route.ts'
import { Anything, Names, NoParams, NoQuery, Paging, pageOf } from './shapes.ts'

const Namespace = Type.Object({
  id: Type.String(),
  description: Type.Optional(Type.String()),
  variables: Type.Optional(Anything),
  pluginDefaults: Type.Optional(Type.Array(Anything)),
  /** Batuta's: how many executions of the namespace, with all below it, run at a time. */
  concurrency: Type.Optional(Type.Union([Anything, Type.Null()])),
  /** Batuta's: limits that flows of the namespace, and below, share by name. */
  concurrencyPools: Type.Optional(Anything),
})
/** In the search: how many flows are in the namespace itself. */
const FoundNamespace = Type.Object({
  ...Namespace.properties,
  flows: Type.Optional(Type.Integer()),
  /** With `counts`: of the last 24 hours; absent when there are too many to be counted. */
  runs: Type.Optional(Type.Integer()),
  failures: Type.Optional(Type.Integer()),
})
const OfNamespace = Type.Object({ id: Type.String() })
const NONE = { type: 'none' } as const

export const namespaceRoutes = {
  search: defineRoute({
    method: 'GET',
    paths: ofTenant('/namespaces/search'),
    params: NoParams,
    query: Type.Object({
      ...Paging,
      q: Type.Optional(Type.String()),
      existing: Type.Optional(Type.Boolean({ default: false })),
      counts: Type.Optional(Type.Boolean({ description: 'Adds how many executions each had, and how many failed' })),
    }),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: pageOf(FoundNamespace) },
    permission: 'NAMESPACE:READ',
    namespaceFrom: 'scope',
    summary: 'The namespaces that hold flows, keys or secrets, and those above them.',
  }),
  get: defineRoute({
    method: 'GET',
    paths: ofTenant('/namespaces/{id}'),
    params: Type.Object({ id: Type.String() }),
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Namespace },
    permission: 'NAMESPACE:READ',
    namespaceFrom: 'id',
    summary: 'A namespace.',
  }),
  create: defineRoute({
    method: 'POST',
    paths: ofTenant('/namespaces'),
    params: NoParams,
    query: NoQuery,
    body: { type: 'json', schema: Namespace },
    status: 200,
    reply: { type: 'json', schema: Namespace },
    permission: 'NAMESPACE:CREATE',
    namespaceFrom: 'body',
    summary: 'Say something about a namespace: variables and plugin defaults for its flows.',
  }),
  update: defineRoute({
    method: 'PUT',
    paths: ofTenant('/namespaces/{id}'),
    params: OfNamespace,
    query: NoQuery,
    body: { type: 'json', schema: Type.Partial(Namespace) },
    status: 200,
    reply: { type: 'json', schema: Namespace },
    permission: 'NAMESPACE:UPDATE',
    namespaceFrom: 'id',
    summary: 'Change what is said about a namespace.',
  }),
  delete: defineRoute({
    method: 'DELETE',
    paths: ofTenant('/namespaces/{id}'),
    params: OfNamespace,
    query: NoQuery,
    body: NONE,
    status: 204,
    reply: { type: 'empty' },
    refusals: [404],
    permission: 'NAMESPACE:DELETE',
    namespaceFrom: 'id',
    summary: 'Forget what was said about a namespace; its flows stay.',
  }),
  inheritedVariables: defineRoute({
    method: 'GET',
    paths: ofTenant('/namespaces/{id}/inherited-variables'),
    params: OfNamespace,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Anything },
    permission: 'NAMESPACE:READ',
    namespaceFrom: 'id',
    summary: 'The variables that a namespace has from those above it.',
  }),
  autocomplete: defineRoute({
    method: 'POST',
    paths: ofTenant('/namespaces/autocomplete'),
    params: NoParams,
    query: Type.Object({ q: Type.Optional(Type.String()) }),
    body: {
      type: 'json',
      schema: Type.Object({
        q: Type.Optional(Type.String()),
        ids: Type.Optional(Names),
        existingOnly: Type.Optional(Type.Boolean()),
      }),
    },
    status: 200,
    reply: { type: 'json', schema: Names },
    permission: 'NAMESPACE:READ',
    namespaceFrom: 'scope',
    summary: 'Namespaces whose names contain a text.',
  }),
}
