import Type from 'typebox'
import { defineRoute, ofTenant } from './route.ts'
import { Names, NoParams, NoQuery, Paging, pageOf } from './shapes.ts'

const Namespace = Type.Object({ id: Type.String() })
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
    }),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: pageOf(Namespace) },
    permission: 'flow:read',
    summary: 'The namespaces that hold flows, and those above them.',
  }),
  get: defineRoute({
    method: 'GET',
    paths: ofTenant('/namespaces/{id}'),
    params: Type.Object({ id: Type.String() }),
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Namespace },
    permission: 'flow:read',
    summary: 'A namespace.',
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
    permission: 'flow:read',
    summary: 'Namespaces whose names contain a text.',
  }),
}
