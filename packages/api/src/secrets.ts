import Type from 'typebox'
import { defineRoute, ofTenant } from './route.ts'
import { NoParams, NoQuery, Paging } from './shapes.ts'

const OfNamespace = Type.Object({ namespace: Type.String() })
const OfSecret = Type.Object({ namespace: Type.String(), key: Type.String() })
const NONE = { type: 'none' } as const

const Tags = Type.Array(Type.Object({ key: Type.String(), value: Type.String() }), { maxItems: 100 })

/** Never the secret itself. */
export const SecretMeta = Type.Object({
  namespace: Type.Optional(Type.String()),
  key: Type.String(),
  description: Type.Optional(Type.String()),
  tags: Type.Optional(Tags),
})
const METAS = { type: 'json', schema: Type.Array(SecretMeta) } as const
const PAGE = {
  type: 'json',
  schema: Type.Object({ readOnly: Type.Boolean(), results: Type.Array(SecretMeta), total: Type.Integer() }),
} as const

export const secretRoutes = {
  search: defineRoute({
    method: 'GET',
    paths: { b: '/api/v1/{tenant}/secrets', c: '/api/v1/{tenant}/secrets' },
    params: NoParams,
    query: Type.Object({ ...Paging }),
    body: NONE,
    status: 200,
    reply: PAGE,
    permission: 'SECRET:READ',
    namespaceFrom: 'scope',
    summary: 'The names of secrets: filters are q and namespace.',
  }),
  listOfNamespace: defineRoute({
    method: 'GET',
    paths: ofTenant('/namespaces/{namespace}/secrets'),
    params: OfNamespace,
    query: Type.Object({ ...Paging }),
    body: NONE,
    status: 200,
    reply: PAGE,
    permission: 'SECRET:READ',
    namespaceFrom: 'path',
    summary: 'The names of the secrets of a namespace.',
    isDeprecated: true,
  }),
  inherited: defineRoute({
    method: 'GET',
    paths: ofTenant('/namespaces/{namespace}/inherited-secrets'),
    params: OfNamespace,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Type.Record(Type.String(), Type.Array(Type.String())) },
    permission: 'SECRET:READ',
    namespaceFrom: 'path',
    summary: 'The names of the secrets that a namespace may read, by the namespace that has them.',
  }),
  usage: defineRoute({
    method: 'GET',
    paths: ofTenant('/secrets/usage'),
    params: NoParams,
    query: Type.Object({ namespace: Type.Optional(Type.String()) }),
    body: NONE,
    status: 200,
    reply: {
      type: 'json',
      schema: Type.Object({
        canSave: Type.Boolean({ description: 'Whether a key of encryption is configured' }),
        asked: Type.Array(
          Type.Object({
            namespace: Type.String(),
            key: Type.String(),
            isMissing: Type.Boolean(),
            flows: Type.Array(Type.Object({ namespace: Type.String(), id: Type.String() })),
          }),
        ),
      }),
    },
    permission: 'SECRET:READ',
    namespaceFrom: 'scope',
    summary:
      'Which secrets flows ask for by name, of a namespace with those below it or of all, and which of them there are not.',
  }),
  save: defineRoute({
    method: 'PUT',
    paths: ofTenant('/namespaces/{namespace}/secrets'),
    params: OfNamespace,
    query: NoQuery,
    body: {
      type: 'json',
      schema: Type.Object({
        key: Type.String(),
        value: Type.String(),
        description: Type.Optional(Type.String()),
        tags: Type.Optional(Tags),
      }),
    },
    status: 200,
    reply: METAS,
    permission: 'SECRET:UPDATE',
    namespaceFrom: 'path',
    summary: 'Keep a secret, encrypted.',
  }),
  describe: defineRoute({
    method: 'PATCH',
    paths: ofTenant('/namespaces/{namespace}/secrets/{key}'),
    params: OfSecret,
    query: NoQuery,
    body: {
      type: 'json',
      schema: Type.Object({ description: Type.Optional(Type.String()), tags: Type.Optional(Tags) }),
    },
    status: 200,
    reply: METAS,
    refusals: [404],
    permission: 'SECRET:UPDATE',
    namespaceFrom: 'path',
    summary: 'Change what is said about a secret.',
  }),
  rotateKeys: defineRoute({
    method: 'POST',
    paths: ofTenant('/secrets/rotate-key'),
    params: NoParams,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: {
      type: 'json',
      schema: Type.Object({
        secrets: Type.Integer({ description: 'Secrets that were encrypted again' }),
        tokens: Type.Integer({ description: 'Values of tokens that were encrypted again' }),
        dataKeys: Type.Integer({ description: 'Data keys that were wrapped again' }),
        kid: Type.String({ description: 'The outer key that all is under by now' }),
      }),
    },
    permission: 'INSTANCE:UPDATE',
    summary: 'Encrypt all secrets again, with new keys, while everybody goes on.',
  }),
  delete: defineRoute({
    method: 'DELETE',
    paths: ofTenant('/namespaces/{namespace}/secrets/{key}'),
    params: OfSecret,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'empty' },
    refusals: [404],
    permission: 'SECRET:DELETE',
    namespaceFrom: 'path',
    summary: 'Delete a secret.',
  }),
}
