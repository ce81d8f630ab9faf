// Roles say what may be done; bindings say who and where.
import Type from 'typebox'
import { Description, Name, Permissions, RoleSummary } from './access-shapes.ts'
import { defineRoute, ofTenant, ofTenantOnly } from './route.ts'
import { Autocomplete, DELETE, GET, Ids, OfId, POST, PUT, gives, maybe, takes } from './route-parts.ts'
import { Anything, Names, Paging, pageOf } from './shapes.ts'

const Role = Type.Object({
  id: Type.String(),
  name: Type.String(),
  description: Type.Optional(Type.String()),
  permissions: Permissions,
  isDefault: Type.Boolean(),
  isManaged: Type.Boolean(),
  /** Clients want it; what is deleted is gone. */
  deleted: Type.Boolean(),
})

const RoleBody = Type.Object({
  name: Name,
  description: maybe(Description),
  permissions: Permissions,
  isDefault: maybe(Type.Boolean({ description: 'Whoever is new gets it.' })),
})

export const roleRoutes = {
  search: defineRoute({
    ...GET,
    paths: ofTenant('/roles/search'),
    query: Type.Object({ ...Paging, q: Type.Optional(Type.String()) }),
    reply: gives(pageOf(RoleSummary)),
    permission: 'ROLE:READ',
    summary: 'Roles: those that come with the server, and your own.',
  }),
  autocomplete: defineRoute({
    ...POST,
    paths: ofTenant('/roles/autocomplete'),
    body: takes(Autocomplete),
    reply: gives(Type.Array(RoleSummary)),
    permission: 'ROLE:READ',
    summary: 'Roles whose name begins so, for a field that completes.',
  }),
  byIds: defineRoute({
    ...POST,
    paths: ofTenant('/roles/ids'),
    body: takes(Ids),
    reply: gives(Type.Array(Role)),
    permission: 'ROLE:READ',
    summary: 'These roles.',
  }),
  create: defineRoute({
    ...POST,
    paths: ofTenant('/roles'),
    body: takes(RoleBody),
    reply: gives(Role),
    refusals: [403, 409],
    permission: 'ROLE:CREATE',
    summary: 'Make a role of what you may do yourself.',
  }),
  get: defineRoute({
    ...GET,
    paths: ofTenant('/roles/{id}'),
    params: OfId,
    reply: gives(Role),
    refusals: [404],
    permission: 'ROLE:READ',
    summary: 'A role.',
  }),
  update: defineRoute({
    ...PUT,
    paths: ofTenant('/roles/{id}'),
    params: OfId,
    body: takes(RoleBody),
    reply: gives(Role),
    refusals: [403, 404, 409],
    permission: 'ROLE:UPDATE',
    summary: 'Change a role, for all who have it, at once.',
  }),
  delete: defineRoute({
    ...DELETE,
    paths: ofTenant('/roles/{id}'),
    params: OfId,
    refusals: [403, 404],
    permission: 'ROLE:DELETE',
    summary: 'Delete a role with its bindings.',
  }),
  actions: defineRoute({
    ...GET,
    paths: { a: '/api/v1/acls/actions', b: '/api/v1/{tenant}/acls/actions' },
    reply: gives(Names),
    permission: 'ROLE:READ',
    summary: 'What can be done to a resource.',
  }),
  permissions: defineRoute({
    ...GET,
    paths: ofTenant('/acls/permissions'),
    reply: gives(Type.Union([Names, Type.Record(Type.String(), Names)])),
    permission: 'ROLE:READ',
    summary: 'The resources; in 2.0 each with its actions.',
  }),
  templates: defineRoute({
    ...GET,
    paths: ofTenantOnly('/acls/templates', ['c']),
    reply: gives(Anything),
    permission: 'ROLE:READ',
    summary: 'The permissions of the roles that come with the server.',
  }),
}
