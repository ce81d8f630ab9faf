// What the server is configured with, for whoever runs it: how long it keeps things and what they take, and how people sign in. No secret is told.
import Type from 'typebox'
import { defineRoute, ofInstance } from './route.ts'
import { NoParams, NoQuery } from './shapes.ts'

const NONE = { type: 'none' } as const

const Space = Type.Object({
  sizeBytes: Type.Integer(),
  freeBytes: Type.Integer({ description: 'Of a database: what it takes up and does not need now.' }),
})

const StorageFacts = Type.Object({
  retention: Type.Object({
    executionsMs: Type.Optional(
      Type.Integer({ description: 'How long executions are kept after their end; absent: for ever.' }),
    ),
  }),
  database: Type.Object({ kind: Type.String(), ...Space.properties }),
  disk: Type.Optional(Space),
  requestsPerMinute: Type.Integer({ description: 'Of one credential; 0 where there is no limit.' }),
})

const Groups = Type.Object({
  isByName: Type.Boolean(),
  table: Type.Record(Type.String(), Type.Array(Type.String())),
  admins: Type.Optional(Type.Array(Type.String())),
})

const Newcomers = Type.Object({ areCreated: Type.Boolean(), role: Type.Optional(Type.String()) })

const Provider = Type.Object({
  id: Type.String(),
  title: Type.String(),
  isUsed: Type.Boolean({ description: 'The way `oidc` is allowed.' }),
  issuer: Type.String(),
  clientId: Type.String(),
  hasSecret: Type.Boolean(),
  authMethod: Type.String(),
  scopes: Type.Array(Type.String()),
  algorithms: Type.Array(Type.String()),
  claims: Type.Record(Type.String(), Type.String()),
  required: Type.Record(Type.String(), Type.Array(Type.String())),
  parameters: Type.Array(Type.String(), { description: 'The names of what is sent along.' }),
  groups: Groups,
  newcomers: Newcomers,
  sessionEnds: Type.String(),
  signsOutThere: Type.Boolean(),
  callbackUrl: Type.String({ description: 'To be registered at the provider.' }),
  logoutUrl: Type.String({ description: 'Where the provider tells that somebody has signed out there.' }),
})

const SignInFacts = Type.Object({
  ways: Type.Array(Type.String()),
  /** How people know this server; without it providers cannot send them back. */
  url: Type.Optional(Type.String()),
  newcomers: Newcomers,
  providers: Type.Array(Provider),
  directory: Type.Optional(
    Type.Object({
      isUsed: Type.Boolean(),
      url: Type.String(),
      startsTls: Type.Boolean(),
      bindDn: Type.Optional(Type.String()),
      hasPassword: Type.Boolean(),
      userBase: Type.String(),
      userFilter: Type.String(),
      groupBase: Type.Optional(Type.String()),
      groups: Groups,
    }),
  ),
  proxy: Type.Optional(
    Type.Object({
      isUsed: Type.Boolean(),
      from: Type.Array(Type.String()),
      headers: Type.Record(Type.String(), Type.String()),
      groups: Groups,
      signOutUrl: Type.Optional(Type.String()),
    }),
  ),
})

const Checked = Type.Object({
  isWell: Type.Boolean(),
  code: Type.Optional(Type.String({ description: 'One of the words that the page of the sign-in is given.' })),
  message: Type.Optional(Type.String()),
  issuer: Type.Optional(Type.String()),
  endpoints: Type.Optional(Type.Record(Type.String(), Type.String())),
})

export const instanceFactRoutes = {
  storage: defineRoute({
    method: 'GET',
    paths: ofInstance('/api/v1/instance/storage'),
    params: NoParams,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: StorageFacts },
    permission: 'INSTANCE:READ',
    summary: 'How long things are kept, and what they take.',
  }),
  signIn: defineRoute({
    method: 'GET',
    paths: ofInstance('/api/v1/instance/sign-in'),
    params: NoParams,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: SignInFacts },
    permission: 'INSTANCE:READ',
    summary: 'How people sign in, as it is configured; secrets are only said to be there.',
  }),
  checkProvider: defineRoute({
    method: 'POST',
    paths: ofInstance('/api/v1/instance/sign-in/{provider}/check'),
    params: Type.Object({ provider: Type.String({ maxLength: 64 }) }),
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Checked },
    refusals: [404],
    permission: 'INSTANCE:UPDATE',
    summary: 'Ask an identity provider now what it says of itself, and whether that fits the configuration.',
  }),
}
