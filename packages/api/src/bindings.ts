// Bindings: this user or this group has this role, in this namespace and all below it, or everywhere.
import Type from 'typebox'
import { IdAndName, UserType } from './access-shapes.ts'
import { defineRoute, ofTenant } from './route.ts'
import { DELETE, GET, OfId, POST, gives, maybe, takes } from './route-parts.ts'
import { Paging, pageOf } from './shapes.ts'

const BindingType = Type.Union([Type.Literal('USER'), Type.Literal('GROUP')])

const Binding = Type.Object({
  id: Type.String(),
  type: BindingType,
  namespace: Type.Optional(Type.String()),
  isDeny: Type.Optional(Type.Boolean()),
  role: IdAndName,
  group: Type.Optional(IdAndName),
  user: Type.Optional(
    Type.Object({ id: Type.String(), username: Type.String(), displayName: Type.String(), type: UserType }),
  ),
})

const BindingBody = Type.Object({
  type: BindingType,
  externalId: Type.String({ description: 'The id of the user or of the group' }),
  roleId: Type.String(),
  namespaceId: maybe(Type.String({ maxLength: 200 })),
  isDeny: maybe(Type.Boolean({ description: 'Takes away what the role has, whatever else gives it.' })),
})

export const bindingRoutes = {
  search: defineRoute({
    ...GET,
    paths: ofTenant('/bindings/search'),
    query: Type.Object({
      ...Paging,
      q: Type.Optional(Type.String()),
      type: Type.Optional(BindingType),
      id: Type.Optional(Type.String({ description: 'Of the user or of the group' })),
      namespace: Type.Optional(Type.String()),
    }),
    reply: gives(pageOf(Binding)),
    permission: 'BINDING:READ',
    summary: 'Who has which role where.',
  }),
  create: defineRoute({
    ...POST,
    paths: ofTenant('/bindings'),
    body: takes(BindingBody),
    reply: gives(Binding),
    refusals: [403, 404],
    permission: 'BINDING:CREATE',
    summary: 'Give a role that you could have used yourself there.',
  }),
  createMany: defineRoute({
    ...POST,
    paths: ofTenant('/bindings/bulk'),
    body: takes(Type.Array(BindingBody, { maxItems: 1_000 })),
    reply: gives(Type.Array(Binding)),
    refusals: [403, 404],
    permission: 'BINDING:CREATE',
    summary: 'Give several roles, all of them or none.',
  }),
  get: defineRoute({
    ...GET,
    paths: ofTenant('/bindings/{id}'),
    params: OfId,
    reply: gives(Binding),
    refusals: [404],
    permission: 'BINDING:READ',
    summary: 'A binding.',
  }),
  delete: defineRoute({
    ...DELETE,
    paths: ofTenant('/bindings/{id}'),
    params: OfId,
    refusals: [403, 404],
    permission: 'BINDING:DELETE',
    summary: 'Take a role away.',
  }),
}
