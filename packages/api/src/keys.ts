import Type from 'typebox'
import { defineRoute, ofTenant } from './route.ts'
import { NoParams, NoQuery, Paging, pageOf } from './shapes.ts'

const OfNamespace = Type.Object({ namespace: Type.String() })
const OfKey = Type.Object({ namespace: Type.String(), key: Type.String() })
const NONE = { type: 'none' } as const

export const KeyEntry = Type.Object({
  namespace: Type.String(),
  key: Type.String(),
  version: Type.Integer(),
  revision: Type.Integer(),
  description: Type.Optional(Type.String()),
  creationDate: Type.String(),
  updateDate: Type.String(),
  expirationDate: Type.Optional(Type.String()),
  /** In the search: what it is, and how it begins. */
  type: Type.Optional(Type.String()),
  preview: Type.Optional(Type.String()),
})
const ENTRIES = { type: 'json', schema: Type.Array(KeyEntry) } as const
const KeyNames = Type.Object({ keys: Type.Array(Type.String(), { maxItems: 10_000 }) })

export const keyRoutes = {
  search: defineRoute({
    method: 'GET',
    paths: { b: '/api/v1/{tenant}/kv', c: '/api/v1/{tenant}/kv' },
    params: NoParams,
    query: Type.Object({ ...Paging }),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: pageOf(KeyEntry) },
    permission: 'KVSTORE:READ',
    namespaceFrom: 'scope',
    summary: 'Search keys: filters are q, namespace, updated and expirationDate.',
  }),
  listOfNamespace: defineRoute({
    method: 'GET',
    paths: ofTenant('/namespaces/{namespace}/kv'),
    params: OfNamespace,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: ENTRIES,
    permission: 'KVSTORE:READ',
    namespaceFrom: 'path',
    summary: 'The keys of a namespace.',
    isDeprecated: true,
  }),
  inheritance: defineRoute({
    method: 'GET',
    paths: ofTenant('/namespaces/{namespace}/kv/inheritance'),
    params: OfNamespace,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: ENTRIES,
    permission: 'KVSTORE:READ',
    namespaceFrom: 'path',
    summary: 'The keys that a namespace has from those above it.',
  }),
  get: defineRoute({
    method: 'GET',
    paths: ofTenant('/namespaces/{namespace}/kv/{key}'),
    params: OfKey,
    query: Type.Object({
      text: Type.Optional(Type.Boolean({ description: 'Adds the value as text, in which no digit is lost.' })),
    }),
    body: NONE,
    status: 200,
    reply: {
      type: 'json',
      schema: Type.Object({
        type: Type.String(),
        value: Type.Unknown(),
        text: Type.Optional(Type.String()),
        description: Type.Optional(Type.String()),
        expirationDate: Type.Optional(Type.String()),
        revision: Type.Optional(Type.Integer()),
        updated: Type.Optional(Type.String()),
      }),
    },
    refusals: [404, 410],
    permission: 'KVSTORE:READ',
    namespaceFrom: 'path',
    summary: 'A value with its type.',
  }),
  set: defineRoute({
    method: 'PUT',
    paths: ofTenant('/namespaces/{namespace}/kv/{key}'),
    params: OfKey,
    query: Type.Object({
      type: Type.Optional(Type.String({ description: 'What the body is a text of; else it is JSON or Ion.' })),
      ttl: Type.Optional(Type.String()),
      description: Type.Optional(Type.String({ maxLength: 10_000 })),
    }),
    body: { type: 'text' },
    status: 200,
    reply: { type: 'empty' },
    permission: 'KVSTORE:UPDATE',
    namespaceFrom: 'path',
    summary:
      'Set a value, as JSON or Ion. The headers ttl (an ISO 8601 duration) and description, or parameters of these names, go with it.',
  }),
  delete: defineRoute({
    method: 'DELETE',
    paths: ofTenant('/namespaces/{namespace}/kv/{key}'),
    params: OfKey,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Type.Boolean() },
    permission: 'KVSTORE:DELETE',
    namespaceFrom: 'path',
    summary: 'Delete a key; says whether there was one.',
  }),
  deleteMany: defineRoute({
    method: 'DELETE',
    paths: ofTenant('/namespaces/{namespace}/kv'),
    params: OfNamespace,
    query: NoQuery,
    body: { type: 'json', schema: KeyNames },
    status: 200,
    reply: { type: 'json', schema: KeyNames },
    permission: 'KVSTORE:DELETE',
    namespaceFrom: 'path',
    summary: 'Delete keys of a namespace; says which there were.',
  }),
}
