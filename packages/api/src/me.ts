// Oneself: who one is, what one may do, one's password, tokens and sessions.
import Type from 'typebox'
import { CreatedToken, IdAndName, NewToken, Password, Session, TokenList } from './access-shapes.ts'
import { defineRoute, ofInstance } from './route.ts'
import { DELETE, EMPTY, GET, PATCH, POST, PUT, gives, maybe, takes } from './route-parts.ts'

const ScopeOfNamespaces = Type.Object({
  all: Type.Boolean(),
  allow: Type.Optional(Type.Array(Type.String())),
  deny: Type.Optional(Type.Array(Type.String())),
})

const Profile = Type.Object({
  email: Type.Optional(Type.String()),
  firstName: Type.Optional(Type.String()),
  lastName: Type.Optional(Type.String()),
  username: Type.String(),
})

export const Me = Type.Object({
  id: Type.String(),
  superAdmin: Type.Boolean(),
  restricted: Type.Boolean(),
  profile: Profile,
  auths: Type.Array(Type.Object({ name: Type.String(), type: Type.String() })),
  tenants: Type.Array(IdAndName),
  groups: Type.Array(IdAndName),
  permissions: Type.Record(Type.String(), ScopeOfNamespaces, {
    description: 'Such as FLOW:UPDATE, each with the namespaces (and all below them) where it holds; absent: nowhere.',
  }),
  via: Type.String({ description: 'open, basic, session, token or proxy' }),
  isOpen: Type.Boolean({ description: 'Nobody has to log in here.' }),
  impersonatedBy: Type.Optional(Type.String()),
})

const Details = Type.Object({
  firstName: maybe(Type.String({ maxLength: 256 })),
  lastName: maybe(Type.String({ maxLength: 256 })),
  email: maybe(Type.String({ minLength: 1, maxLength: 256 })),
})

export const meRoutes = {
  get: defineRoute({
    ...GET,
    paths: ofInstance('/api/v1/me'),
    reply: gives(Me),
    permission: 'person',
    summary: 'Who you are and what you may do where.',
  }),
  update: defineRoute({
    ...PATCH,
    paths: ofInstance('/api/v1/me'),
    body: takes(Details),
    reply: gives(Me),
    refusals: [403, 409],
    permission: 'person',
    summary: 'Change your name.',
  }),
  setPassword: defineRoute({
    ...PUT,
    isToldOnce: true,
    paths: ofInstance('/api/v1/me/password'),
    body: takes(Type.Object({ oldPassword: maybe(Password), newPassword: Password })),
    reply: EMPTY,
    refusals: [403],
    permission: 'person',
    summary: 'Choose a new password; all your sessions end but this one, which gets a new cookie.',
  }),
  tokens: defineRoute({
    ...GET,
    paths: ofInstance('/api/v1/me/api-tokens'),
    reply: gives(TokenList),
    permission: 'person',
    summary: 'Your tokens, without their secrets.',
  }),
  createToken: defineRoute({
    ...POST,
    isToldOnce: true,
    paths: ofInstance('/api/v1/me/api-tokens'),
    body: takes(NewToken),
    reply: gives(CreatedToken),
    refusals: [403],
    permission: 'person',
    summary: 'Make a token that may do what you may, or less.',
  }),
  deleteToken: defineRoute({
    ...DELETE,
    status: 200,
    paths: ofInstance('/api/v1/me/api-tokens/{tokenId}'),
    params: Type.Object({ tokenId: Type.String() }),
    refusals: [404],
    permission: 'person',
    summary: 'Revoke a token of yours at once.',
  }),
  sessions: defineRoute({
    ...GET,
    paths: ofInstance('/api/v1/me/sessions'),
    reply: gives(Type.Array(Session)),
    permission: 'person',
    summary: 'Where you are logged in.',
  }),
  endSessions: defineRoute({
    ...DELETE,
    paths: ofInstance('/api/v1/me/sessions'),
    permission: 'person',
    summary: 'End all your sessions but this one.',
  }),
  endSession: defineRoute({
    ...DELETE,
    paths: ofInstance('/api/v1/me/sessions/{sessionId}'),
    params: Type.Object({ sessionId: Type.String() }),
    refusals: [404],
    permission: 'person',
    summary: 'End a session of yours.',
  }),
}
