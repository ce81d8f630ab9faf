// Users that are programs: they have tokens and no password.
import Type from 'typebox'
import {
  CreatedToken,
  Description,
  IdAndName,
  Name,
  NewToken,
  SuperAdmin,
  TenantUser,
  TokenList,
} from './access-shapes.ts'
import { defineRoute, ofInstance, ofTenantOnly } from './route.ts'
import { DELETE, EMPTY, GET, OfId, PATCH, POST, PUT, gives, maybe, takes } from './route-parts.ts'
import { Paging, pageOf } from './shapes.ts'

const Group = Type.Object({ id: Type.String() })
const OfToken = Type.Object({ id: Type.String(), tokenId: Type.String() })

const Account = Type.Object({
  id: Type.String(),
  name: Type.String(),
  description: Type.Optional(Type.String()),
  tenants: Type.Array(IdAndName),
  superAdmin: Type.Boolean(),
})

const AccountOfTenant = Type.Object({
  id: Type.String(),
  name: Type.String(),
  description: Type.Optional(Type.String()),
  groups: Type.Array(Group),
  superAdmin: Type.Boolean(),
})

const AccountBody = Type.Object({ name: Name, description: maybe(Description), superAdmin: maybe(Type.Boolean()) })
const NewAccount = Type.Object({ ...AccountBody.properties, tenants: maybe(Type.Array(Type.String())) })
const TenantBody = Type.Object({ ...AccountBody.properties, groups: maybe(Type.Array(Group, { maxItems: 1_000 })) })

const INSTANCE = '/api/v1/service-accounts'
const TENANT = '/service-accounts'

export const serviceAccountRoutes = {
  list: defineRoute({
    ...GET,
    paths: ofInstance(INSTANCE),
    query: Type.Object({ ...Paging, q: Type.Optional(Type.String()) }),
    reply: gives(pageOf(Account)),
    permission: 'SERVICE_ACCOUNT:READ',
    summary: 'Service accounts.',
  }),
  create: defineRoute({
    ...POST,
    paths: ofInstance(INSTANCE),
    body: takes(NewAccount),
    reply: gives(Account),
    refusals: [403, 409],
    permission: 'SERVICE_ACCOUNT:CREATE',
    summary: 'Make a service account.',
  }),
  get: defineRoute({
    ...GET,
    paths: ofInstance(`${INSTANCE}/{id}`),
    params: OfId,
    reply: gives(Account),
    refusals: [404],
    permission: 'SERVICE_ACCOUNT:READ',
    summary: 'A service account.',
  }),
  patch: defineRoute({
    ...PATCH,
    paths: ofInstance(`${INSTANCE}/{id}`),
    params: OfId,
    body: takes(Type.Object({ name: Name, description: maybe(Description) })),
    reply: gives(Account),
    refusals: [403, 404, 409],
    permission: 'SERVICE_ACCOUNT:UPDATE',
    summary: 'Change the name or the description.',
  }),
  delete: defineRoute({
    ...DELETE,
    paths: ofInstance(`${INSTANCE}/{id}`),
    params: OfId,
    refusals: [403, 404],
    permission: 'SERVICE_ACCOUNT:DELETE',
    summary: 'Delete a service account with its tokens and bindings.',
  }),
  setSuperAdmin: defineRoute({
    ...PATCH,
    paths: ofInstance(`${INSTANCE}/{id}/superadmin`),
    params: OfId,
    body: takes(SuperAdmin),
    reply: EMPTY,
    refusals: [403, 404],
    permission: 'SERVICE_ACCOUNT:UPDATE',
    summary: 'Make a super admin of a service account, or not; only super admins do.',
  }),
  tokens: defineRoute({
    ...GET,
    paths: ofInstance(`${INSTANCE}/{id}/api-tokens`),
    params: OfId,
    reply: gives(TokenList),
    refusals: [404],
    permission: 'SERVICE_ACCOUNT:READ',
    summary: 'The tokens of a service account, without their secrets.',
  }),
  createToken: defineRoute({
    ...POST,
    isToldOnce: true,
    paths: ofInstance(`${INSTANCE}/{id}/api-tokens`),
    params: OfId,
    body: takes(NewToken),
    reply: gives(CreatedToken),
    refusals: [403, 404],
    permission: 'SERVICE_ACCOUNT:UPDATE',
    summary: 'Make a token for a service account that may do no more than you.',
  }),
  deleteToken: defineRoute({
    ...DELETE,
    status: 200,
    paths: ofInstance(`${INSTANCE}/{id}/api-tokens/{tokenId}`),
    params: OfToken,
    refusals: [404],
    permission: 'SERVICE_ACCOUNT:UPDATE',
    summary: 'Revoke a token at once.',
  }),
  listOfTenant: defineRoute({
    ...GET,
    paths: ofTenantOnly(TENANT),
    query: Type.Object({ ...Paging, q: Type.Optional(Type.String()) }),
    reply: gives(pageOf(TenantUser)),
    permission: 'SERVICE_ACCOUNT:READ',
    summary: 'Service accounts, as users of the tenant.',
  }),
  createOfTenant: defineRoute({
    ...POST,
    paths: ofTenantOnly(TENANT),
    body: takes(TenantBody),
    reply: gives(AccountOfTenant),
    refusals: [403, 404, 409],
    permission: 'SERVICE_ACCOUNT:CREATE',
    summary: 'Make a service account with its groups.',
  }),
  getOfTenant: defineRoute({
    ...GET,
    paths: ofTenantOnly(`${TENANT}/{id}`),
    params: OfId,
    reply: gives(AccountOfTenant),
    refusals: [404],
    permission: 'SERVICE_ACCOUNT:READ',
    summary: 'A service account with its groups.',
  }),
  updateOfTenant: defineRoute({
    ...PUT,
    paths: ofTenantOnly(`${TENANT}/{id}`),
    params: OfId,
    body: takes(TenantBody),
    reply: gives(AccountOfTenant),
    refusals: [403, 404, 409],
    permission: 'SERVICE_ACCOUNT:UPDATE',
    summary: 'Say anew what a service account is and which groups it has.',
  }),
  deleteOfTenant: defineRoute({
    ...DELETE,
    status: 200,
    paths: ofTenantOnly(`${TENANT}/{id}`),
    params: OfId,
    refusals: [403, 404],
    permission: 'SERVICE_ACCOUNT:DELETE',
    summary: 'Delete a service account with its tokens and bindings.',
  }),
  tokensOfTenant: defineRoute({
    ...GET,
    paths: ofTenantOnly(`${TENANT}/{id}/api-tokens`),
    params: OfId,
    reply: gives(TokenList),
    refusals: [404],
    permission: 'SERVICE_ACCOUNT:READ',
    summary: 'The tokens of a service account, without their secrets.',
  }),
  createTokenOfTenant: defineRoute({
    ...POST,
    isToldOnce: true,
    paths: ofTenantOnly(`${TENANT}/{id}/api-tokens`),
    params: OfId,
    body: takes(NewToken),
    reply: gives(CreatedToken),
    refusals: [403, 404],
    permission: 'SERVICE_ACCOUNT:UPDATE',
    summary: 'Make a token for a service account that may do no more than you.',
  }),
  deleteTokenOfTenant: defineRoute({
    ...DELETE,
    status: 200,
    paths: ofTenantOnly(`${TENANT}/{id}/api-tokens/{tokenId}`),
    params: OfToken,
    refusals: [404],
    permission: 'SERVICE_ACCOUNT:UPDATE',
    summary: 'Revoke a token at once.',
  }),
}
