// Bodies of the routes about people, roles and tokens: Kestra's fields, and what Batuta has beside them.
import Type from 'typebox'
import { ACTIONS } from '@batuta/core'
import { maybe } from './route-parts.ts'

export const Instant = Type.String({ description: 'ISO 8601, UTC' })
export const Name = Type.String({ minLength: 1, maxLength: 256 })
export const Description = Type.String({ maxLength: 2_000 })

export const ActionName = Type.Union(ACTIONS.map(action => Type.Literal(action)))
/** Actions by resource; names that this server does not know are refused. */
export const Permissions = Type.Record(Type.String(), Type.Array(Type.String()), {
  description: 'Actions by resource, such as { "FLOW": ["READ", "UPDATE"] }',
})

export const IdAndName = Type.Object({ id: Type.String(), name: Type.String() })

export const Auth = Type.Object({
  id: Type.Optional(Type.String()),
  uid: Type.Optional(Type.String()),
  name: Type.String(),
  type: Type.String({ description: 'BASIC_AUTH, OIDC, LDAP or PROXY' }),
})

export const UserType = Type.Union([Type.Literal('STANDARD'), Type.Literal('SERVICE_ACCOUNT')])

export const UserSummary = Type.Object({
  id: Type.String(),
  username: Type.String(),
  displayName: Type.String(),
  tenants: Type.Array(IdAndName),
  auths: Type.Array(Auth),
  superAdmin: Type.Boolean(),
  restricted: Type.Boolean(),
  disabled: Type.Boolean(),
  locked: Type.Optional(Type.Boolean({ description: 'Too many wrong passwords: for a while none is looked at.' })),
})

export const User = Type.Object({
  ...UserSummary.properties,
  firstName: Type.Optional(Type.String()),
  lastName: Type.Optional(Type.String()),
  email: Type.Optional(Type.String()),
  groups: Type.Array(Type.Object({ id: Type.String(), tenantId: Type.String() })),
  created: Instant,
  passwordChanged: Type.Optional(Instant),
})

export const Token = Type.Object({
  id: Type.String(),
  name: Type.String(),
  description: Type.Optional(Type.String()),
  prefix: Type.String({ description: 'What the token begins with.' }),
  iat: Instant,
  exp: Type.Optional(Instant),
  lastUsed: Type.Optional(Instant),
  extended: Type.Boolean(),
  expired: Type.Boolean(),
  scopes: Type.Optional(Type.Array(Type.Unknown())),
})

export const TokenList = Type.Object({ total: Type.Integer(), results: Type.Array(Token) })

export const NewToken = Type.Object({
  name: Name,
  description: maybe(Description),
  maxAge: maybe(Type.String({ maxLength: 40, description: 'ISO 8601 duration, a year at most; a year unless said' })),
  extended: maybe(Type.Boolean({ description: 'Every use begins its time anew.' })),
  scopes: maybe(
    Type.Array(Type.Object({ namespace: maybe(Type.String({ maxLength: 200 })), permissions: maybe(Permissions) }), {
      maxItems: 100,
      description: 'What it is for; without them it may do what its owner may.',
    }),
  ),
})

export const CreatedToken = Type.Object({
  id: Type.String(),
  name: Type.String(),
  fullToken: Type.String({ description: 'Shown now and never again.' }),
})

export const Session = Type.Object({
  id: Type.String(),
  provider: Type.String(),
  created: Instant,
  seen: Instant,
  expires: Instant,
  ip: Type.Optional(Type.String()),
  agent: Type.Optional(Type.String()),
  isCurrent: Type.Boolean(),
})

export const SuperAdmin = Type.Object({ superAdmin: Type.Boolean() })
export const Password = Type.String({ minLength: 1, maxLength: 1_000 })

export const Membership = Type.Union([Type.Literal('OWNER'), Type.Literal('MEMBER')])

export const GroupSummary = Type.Object({
  id: Type.String(),
  name: Type.String(),
  description: Type.Optional(Type.String()),
  members: Type.Optional(Type.Integer()),
})

export const RoleSummary = Type.Object({
  id: Type.String(),
  name: Type.String(),
  isDefault: Type.Boolean(),
  isManaged: Type.Boolean(),
  permissionCount: Type.Optional(Type.Integer()),
})

/** Somebody as the tenant sees them. */
export const TenantUser = Type.Object({
  id: Type.String(),
  username: Type.String(),
  displayName: Type.String(),
  description: Type.Optional(Type.String()),
  groups: Type.Array(Type.Object({ id: Type.String(), name: Type.String(), external: Type.Boolean() })),
  auths: Type.Array(Type.Object({ name: Type.String(), type: Type.String() })),
})
