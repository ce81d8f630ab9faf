// Who may enter the tenant, and what they may do there.
import Type from 'typebox'
import { Permissions, TenantUser, UserType } from './access-shapes.ts'
import { defineRoute, ofTenant } from './route.ts'
import { Autocomplete, DELETE, EMPTY, GET, POST, PUT, gives, maybe, takes } from './route-parts.ts'
import { Paging, pageOf } from './shapes.ts'

const OfUser = Type.Object({ userId: Type.String() })

const TenantAccess = Type.Object({
  tenantId: Type.String(),
  userId: Type.String(),
  username: Type.String(),
  displayName: Type.String(),
  groups: TenantUser.properties.groups,
  roles: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.String(),
      namespace: Type.Optional(Type.String()),
      isDeny: Type.Optional(Type.Boolean()),
      origin: Type.String({ description: 'BINDING or GROUP' }),
      sourceId: Type.String(),
      permissions: Type.Array(
        Type.Object({
          permission: Type.String(),
          resource: Type.String(),
          actions: Type.Array(Type.String()),
        }),
      ),
    }),
  ),
  superAdmin: Type.Boolean(),
  permissions: Type.Optional(Permissions),
})

export const tenantAccessRoutes = {
  list: defineRoute({
    ...GET,
    paths: ofTenant('/tenant-access'),
    query: Type.Object({ ...Paging, q: Type.Optional(Type.String()), type: Type.Optional(UserType) }),
    reply: gives(pageOf(TenantUser)),
    permission: 'TENANT_ACCESS:READ',
    summary: 'Users of the tenant with their groups.',
  }),
  autocomplete: defineRoute({
    ...POST,
    paths: ofTenant('/tenant-access/autocomplete'),
    body: takes(Type.Object({ ...Autocomplete.properties, username: maybe(Type.String()) })),
    reply: gives(Type.Array(TenantUser)),
    permission: 'TENANT_ACCESS:READ',
    summary: 'Users whose name holds this, for a field that completes.',
  }),
  create: defineRoute({
    ...POST,
    paths: ofTenant('/tenant-access'),
    body: takes(Type.Object({ email: Type.String({ minLength: 1, maxLength: 256 }) })),
    status: 204,
    reply: EMPTY,
    refusals: [403, 404, 409],
    permission: 'TENANT_ACCESS:CREATE',
    summary: 'Let a user in, with the roles that everybody gets.',
  }),
  get: defineRoute({
    ...GET,
    paths: ofTenant('/tenant-access/{userId}'),
    params: OfUser,
    reply: gives(TenantAccess),
    refusals: [404],
    permission: 'TENANT_ACCESS:READ',
    summary: 'What a user may do in the tenant, and by which role.',
  }),
  put: defineRoute({
    ...PUT,
    paths: ofTenant('/tenant-access/{userId}'),
    params: OfUser,
    status: 201,
    reply: EMPTY,
    refusals: [403, 404],
    permission: 'TENANT_ACCESS:CREATE',
    summary: 'Let a user in, with the roles that everybody gets.',
  }),
  delete: defineRoute({
    ...DELETE,
    paths: ofTenant('/tenant-access/{userId}'),
    params: OfUser,
    refusals: [403, 404],
    permission: 'TENANT_ACCESS:DELETE',
    summary: 'Take all roles and groups from a user.',
  }),
}
