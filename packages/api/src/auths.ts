// The way in: the first user, names and passwords, sessions, forgotten passwords.
import Type from 'typebox'
import { Password, User } from './access-shapes.ts'
import { Me } from './me.ts'
import { defineRoute, ofInstance, ofTenant } from './route.ts'
import { EMPTY, GET, POST, gives, maybe, takes } from './route-parts.ts'

const Username = Type.String({ minLength: 1, maxLength: 256 })
const Credentials = Type.Object({ username: Username, password: Password })

const PasswordRules = Type.Object({
  passwordMinLength: Type.Integer(),
  passwordMaxLength: Type.Integer(),
  passwordRequireSpecial: Type.Boolean(),
  passwordMinDigits: Type.Integer(),
  passwordMinLowerCase: Type.Integer(),
  passwordMinUpperCase: Type.Integer(),
})

export const authRoutes = {
  login: defineRoute({
    ...POST,
    paths: ofInstance('/api/v1/login'),
    body: takes(Credentials),
    reply: gives(Me),
    refusals: [401, 429],
    permission: 'public',
    summary: 'Log in: opens a session and sets its cookie.',
  }),
  loginByForm: defineRoute({
    ...POST,
    paths: ofInstance('/login'),
    body: { type: 'form' },
    reply: gives(Me),
    refusals: [401, 429],
    permission: 'public',
    summary: 'Log in with a form or JSON, as versions before 2.0 do.',
  }),
  logout: defineRoute({
    ...POST,
    paths: ofInstance('/api/v1/logout'),
    reply: EMPTY,
    permission: 'public',
    summary: 'Log out: ends the session of the cookie, if it is one.',
  }),
  logoutByForm: defineRoute({
    ...POST,
    paths: ofInstance('/logout'),
    reply: EMPTY,
    permission: 'public',
    summary: 'Log out, as versions before 2.0 do.',
  }),
  methods: defineRoute({
    ...GET,
    isBeforeSetUp: true,
    paths: ofInstance('/api/v1/auths'),
    reply: gives(
      Type.Object({
        loginPassword: Type.Boolean(),
        mailsEnabled: Type.Boolean(),
        passwordless: Type.Boolean(),
        oauths: Type.Array(Type.String()),
      }),
    ),
    permission: 'public',
    summary: 'How one can log in.',
  }),
  setup: defineRoute({
    ...GET,
    isBeforeSetUp: true,
    paths: ofInstance('/api/v1/setup'),
    reply: gives(
      Type.Object({
        done: Type.Boolean(),
        needsToken: Type.Boolean({ description: 'The server has written a token into its log.' }),
        repositoryType: Type.String(),
        queueType: Type.String(),
        storageType: Type.String(),
        secretType: Type.String(),
        passwordRegexp: Type.String(),
        passwordConfiguration: PasswordRules,
        haveAuthNotBasic: Type.Boolean(),
      }),
    ),
    permission: 'public',
    summary: 'Whether there is a first user, and what passwords must be like.',
  }),
  saveSetup: defineRoute({
    ...POST,
    isBeforeSetUp: true,
    paths: ofInstance('/api/v1/setup'),
    body: takes(
      Type.Object({
        ...Credentials.properties,
        token: maybe(Type.String({ maxLength: 200, description: 'From the log of the server, once' })),
        firstName: maybe(Type.String({ maxLength: 256 })),
        lastName: maybe(Type.String({ maxLength: 256 })),
      }),
    ),
    reply: gives(User),
    refusals: [403, 409],
    permission: 'public',
    summary: 'Make the first user, a super admin, and log in.',
  }),
  basicAuth: defineRoute({
    ...POST,
    isBeforeSetUp: true,
    paths: ofTenant('/basicAuth'),
    body: takes(
      Type.Object({
        ...Credentials.properties,
        uid: maybe(Type.String()),
        currentPassword: maybe(Password),
        token: maybe(Type.String({ maxLength: 200 })),
      }),
    ),
    reply: EMPTY,
    refusals: [401, 403, 409],
    permission: 'public',
    summary: 'Make the first user, or give the one who calls another name or password.',
  }),
  validatePassword: defineRoute({
    ...POST,
    isBeforeSetUp: true,
    paths: ofInstance('/api/v1/validate-password'),
    body: { type: 'text' },
    reply: gives(Type.Object({ valid: Type.Boolean() })),
    permission: 'public',
    summary: 'Whether a password would do; 422 says why not.',
  }),
  forgottenPassword: defineRoute({
    ...POST,
    paths: { c: '/api/v1/forgotten-password' },
    body: takes(Type.Object({ username: Username })),
    reply: EMPTY,
    permission: 'public',
    summary: 'Always 200. No mail is sent: an administrator gives out a link (password-reset).',
  }),
  forgottenPasswordOf: defineRoute({
    ...GET,
    paths: { a: '/api/v1/forgotten-password', b: '/api/v1/forgotten-password' },
    query: Type.Object({ username: Username }),
    reply: EMPTY,
    permission: 'public',
    summary: 'Always 200. No mail is sent: an administrator gives out a link (password-reset).',
  }),
  resetPassword: defineRoute({
    ...POST,
    paths: ofInstance('/api/v1/reset-password'),
    body: takes(Type.Object({ token: Type.String({ maxLength: 500 }), password: Password })),
    reply: EMPTY,
    refusals: [404, 410],
    permission: 'public',
    summary: 'Choose a new password with a link that an administrator gave out, once.',
  }),
}
