// The way in and out. Whatever is wrong with a name or a password, the answer is the same; what is done here without being logged in is done from
// this server's own pages or from a program, never from a page of another site.
import type { IncomingMessage } from 'node:http'
import type { AuditEntry } from '../../access/audit-trail.ts'
import { AccessError } from '../../access/access-error.ts'
import { BEARER_OF_LINK, type Caller } from '../../access/caller.ts'
import { judgePassword } from '../../access/password-rules.ts'
import { PASSWORD_LENGTH } from '../../access/passwords.ts'
import type { UserRecord } from '../../access/records.ts'
import { newUser, requireFreeName, requireGoodPassword, requireUsername, withPassword } from '../access/new-user.ts'
import { forbidden } from '../access/powers.ts'
import { presentUser } from '../access/present-people.ts'
import { ipOf } from '../client-address.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { findCaller } from '../find-caller.ts'
import { describeMe } from '../me/describe-me.ts'
import { BODY_BYTES_MAX, dataOf, readBytes, textOf } from '../read-body.ts'
import { empty, json, type Reply } from '../reply.ts'
import { RequestError, unprocessable } from '../request-error.ts'
import { newOriginCheck } from '../trusted-origin.ts'
import { findReset } from '../users/password-reset.ts'

type Auths = Handlers<'auths'>

interface Credentials {
  readonly username: string
  readonly password: string
}

export function authHandlers(dependencies: HttpDependencies): Auths {
  return { ...sessionHandlers(dependencies), ...setUpHandlers(dependencies), ...passwordHandlers(dependencies) }
}

/** In and out. */
function sessionHandlers(
  dependencies: HttpDependencies,
): Pick<Auths, 'login' | 'loginByForm' | 'logout' | 'logoutByForm' | 'methods'> {
  const { access } = dependencies
  const refuseForeign = newForeignCheck(dependencies)
  const logOut = async (incoming: IncomingMessage): Promise<Reply> => {
    refuseForeign(incoming)
    const caller = access.sessions.find(incoming.headers.cookie)
    if (caller?.sessionId !== undefined) {
      await access.sessions.close(caller.sessionId)
      await access.audit.write(entryOf(caller, { action: 'LOGOUT', ip: ipOf(incoming, dependencies) }))
    }
    return { type: 'empty', status: 200, cookies: access.sessions.forget }
  }
  const logIn = async (credentials: Credentials, incoming: IncomingMessage): Promise<Reply> => {
    refuseForeign(incoming)
    return await openSession(await checkLogIn(credentials, incoming, dependencies), incoming, dependencies)
  }
  return {
    login: async ({ body, incoming }) => await logIn(body, incoming),
    loginByForm: async ({ incoming }) => await logIn(await readCredentials(incoming), incoming),
    logout: async ({ incoming }) => await logOut(incoming),
    logoutByForm: async ({ incoming }) => await logOut(incoming),
    methods: () => {
      const { outside } = dependencies
      const loginPassword = outside.config.ways.has('password') || outside.config.ways.has('ldap')
      const providers = [...outside.providers].map(([id, { config }]) => ({ id, title: config.title }))
      const oauths = providers.map(({ id }) => id)
      return json({ loginPassword, mailsEnabled: false, passwordless: false, oauths, providers })
    },
  }
}

/** The first user. */
function setUpHandlers(dependencies: HttpDependencies): Pick<Auths, 'setup' | 'saveSetup' | 'basicAuth'> {
  const { access, platform, store } = dependencies
  const { book, setUp } = access
  const refuseForeign = newForeignCheck(dependencies)
  const makeFirst = async (wanted: FirstUser, incoming: IncomingMessage): Promise<UserRecord> => {
    const { username, password, firstName, lastName } = wanted
    requireUsername(username)
    const email = username.includes('@') ? { email: username } : {}
    const names = { ...(firstName ? { firstName } : {}), ...(lastName ? { lastName } : {}) }
    requireGoodPassword(password, { username, ...names })
    if (book.needsSetUp) {
      if (typeof wanted.token !== 'string')
        throw forbidden('The set-up token is missing: the server wrote it into its log.')
      const first = await setUp.complete({ token: wanted.token, username, password, ...email, ...names })
      await access.audit.write(
        entryOf(first, { action: 'CREATE', ip: ipOf(incoming, dependencies), resource: 'USER', itemId: first.id }),
      )
      return first
    }
    if (!book.isOpen) throw new RequestError(409, 'set-up-done', 'There is a user already.')
    // As it is now: of two that come at once one is faster while the password is hashed, and the other one finds that there is a user.
    const expect = [
      { kind: 'setting' as const, id: 'set-up', version: book.versionOf({ kind: 'setting', id: 'set-up' }) },
    ]
    const bare = newUser({ username, ...email, ...names, isSuperAdmin: true }, platform)
    const user = await withPassword(bare, password, { access, nowMs: platform.nowMs() })
    await book.change({
      put: [
        { kind: 'user', record: user },
        { kind: 'setting', record: { id: 'set-up', value: { doneMs: platform.nowMs() } } },
      ],
      expect,
    })
    await access.audit.write(
      entryOf(user, { action: 'CREATE', ip: ipOf(incoming, dependencies), resource: 'USER', itemId: user.id }),
    )
    return user
  }
  return {
    setup: async () => {
      await setUp.announce()
      const kind = store.cluster ? 'postgres' : 'sqlite'
      const types = { repositoryType: kind, queueType: kind, storageType: 'local', secretType: 'internal' }
      return json({
        done: !book.isOpen && !book.needsSetUp,
        needsToken: book.needsSetUp,
        ...types,
        passwordRegexp: `^.{${PASSWORD_LENGTH.min},${PASSWORD_LENGTH.max}}$`,
        passwordConfiguration: PASSWORD_RULES,
        haveAuthNotBasic: dependencies.outside.isAsked,
      })
    },
    saveSetup: async ({ body, incoming }) => {
      refuseForeign(incoming)
      const user = await makeFirst(body, incoming)
      const { cookie } = await access.sessions.open(user.id, aboutOf(incoming, dependencies))
      const place = { book, tenant: dependencies.config.tenant, nowMs: platform.nowMs() }
      return withCookie(json(presentUser(user, place)), cookie)
    },
    basicAuth: async ({ body, incoming, dialect }) => {
      refuseForeign(incoming)
      if (book.isOpen || book.needsSetUp) await makeFirst(body, incoming)
      else await changeOwn(body, incoming, dependencies)
      return empty(dialect === 'a' ? 204 : 200)
    },
  }
}

/** Passwords of whoever is not logged in. */
function passwordHandlers(
  dependencies: HttpDependencies,
): Pick<Auths, 'validatePassword' | 'forgottenPassword' | 'forgottenPasswordOf' | 'resetPassword'> {
  const { access, platform } = dependencies
  const refuseForeign = newForeignCheck(dependencies)
  return {
    validatePassword: ({ body }) => {
      const problems = judgePassword(passwordIn(body))
      if (problems.length === 0) return json({ valid: true })
      throw unprocessable(
        'password-weak',
        problems.join(' '),
        problems.map(message => ({ path: 'password', message })),
      )
    },
    // The same for names that are there and names that are not.
    forgottenPassword: () => empty(200),
    forgottenPasswordOf: () => empty(200),
    resetPassword: async ({ body: { token, password }, incoming }) => {
      refuseForeign(incoming)
      const { user, key, version } = findReset(token, dependencies)
      const own = userAsNow(user.id, dependencies)
      const changed = await withPassword(user, password, { access, nowMs: platform.nowMs() })
      await access.book.change({
        put: [{ kind: 'user', record: changed }],
        remove: [key],
        expect: [{ ...key, version }, own],
      })
      await access.sessions.closeAllOf(user.id)
      await access.lockouts.forgetAccount(user.username)
      const said = {
        action: 'UPDATE',
        ip: ipOf(incoming, dependencies),
        resource: 'USER',
        itemId: user.id,
        detail: { changed: 'password' },
      }
      await access.audit.write(entryOf(user, said))
      return empty(200)
    },
  }
}

const PASSWORD_RULES = {
  passwordMinLength: PASSWORD_LENGTH.min,
  passwordMaxLength: PASSWORD_LENGTH.max,
  passwordRequireSpecial: false,
  passwordMinDigits: 0,
  passwordMinLowerCase: 0,
  passwordMinUpperCase: 0,
}

interface FirstUser extends Credentials {
  readonly token?: string | null
  readonly firstName?: string | null
  readonly lastName?: string | null
}

/** Asked before a password is hashed: what is said of somebody meanwhile must not be written over. */
function userAsNow(
  id: string,
  { access: { book } }: Pick<HttpDependencies, 'access'>,
): { readonly kind: 'user'; readonly id: string; readonly version: number } {
  const key = { kind: 'user', id } as const
  return { ...key, version: book.versionOf(key) }
}

/** As 0.20 to 1.3 change the one user that they have: by name and password, for whoever is logged in. */
async function changeOwn(
  { username, password, currentPassword }: Credentials & { readonly currentPassword?: string | null },
  incoming: IncomingMessage,
  dependencies: HttpDependencies,
): Promise<void> {
  const { access, platform } = dependencies
  const { book } = access
  const caller = await findCaller(incoming, dependencies)
  const user = caller.userId === undefined ? undefined : book.get('user', caller.userId)
  if (!user || caller.tokenId !== undefined || caller.impersonatedBy !== undefined)
    throw forbidden('Name and password of this user are not changed here.')
  if (user.isRestricted) throw forbidden(`"${user.username}" is restricted and does not change what is said of them.`)
  const own = userAsNow(user.id, dependencies)
  if (caller.via !== 'basic' && !(await access.passwords.verify(currentPassword ?? '', user.passwordHash)))
    throw forbidden('The current password is wrong.')
  requireUsername(username)
  requireFreeName(access, username, user.id)
  const changed = await withPassword({ ...user, username }, password, { access, nowMs: platform.nowMs() })
  await book.change({ put: [{ kind: 'user', record: changed }], expect: [own] })
  await access.sessions.closeAllOf(user.id)
  const detail = { changed: 'password' }
  await access.audit.write(
    entryOf(user, { action: 'UPDATE', ip: ipOf(incoming, dependencies), resource: 'USER', itemId: user.id, detail }),
  )
}

async function checkLogIn(
  { username, password }: Credentials,
  incoming: IncomingMessage,
  dependencies: HttpDependencies,
): Promise<UserRecord> {
  const { access } = dependencies
  const ip = ipOf(incoming, dependencies)
  try {
    return await access.logIn({ username, password, ip })
  } catch (error) {
    if (error instanceof AccessError) {
      const said = { action: error.fault === 'locked-out' ? 'ACCOUNT_LOCKED' : 'LOGIN_FAILURE', ip }
      await access.audit.write({ ...entryOf({ username }, said), outcome: 'denied' })
    }
    throw error
  }
}

async function openSession(
  user: UserRecord,
  incoming: IncomingMessage,
  dependencies: HttpDependencies,
): Promise<Reply> {
  const { access } = dependencies
  // What was logged in before in this browser is not any more.
  const before = access.sessions.find(incoming.headers.cookie)
  if (before?.sessionId !== undefined) await access.sessions.close(before.sessionId)
  const { cookie, id } = await access.sessions.open(user.id, aboutOf(incoming, dependencies))
  const grants = access.book.grantsOf(user.id)
  const caller: Caller = { kind: 'user', userId: user.id, name: user.username, grants, via: 'session', sessionId: id }
  await access.audit.write(entryOf(user, { action: 'LOGIN', ip: ipOf(incoming, dependencies) }))
  return withCookie(json(describeMe(caller, dependencies)), cookie)
}

interface Said {
  readonly action: string
  readonly ip: string | undefined
  readonly resource?: string
  readonly itemId?: string
  readonly detail?: Readonly<Record<string, unknown>>
}

type Actor = Partial<Pick<UserRecord, 'id' | 'username'>> | Caller

function entryOf(actor: Actor, { action, ip, resource = 'USER', ...more }: Said): AuditEntry {
  const known =
    'grants' in actor ? actor : { name: actor.username ?? '', ...(actor.id === undefined ? {} : { userId: actor.id }) }
  const { grants: _, ...caller } = {
    ...BEARER_OF_LINK,
    ...known,
    via: 'session' as const,
    ...(ip === undefined ? {} : { ip }),
  }
  return { caller, resource, action, outcome: 'done', ...more }
}

function aboutOf(
  incoming: IncomingMessage,
  dependencies: HttpDependencies,
): {
  readonly provider: string
  readonly ip: string | undefined
  readonly agent: string | undefined
} {
  return { provider: 'password', ip: ipOf(incoming, dependencies), agent: incoming.headers['user-agent'] }
}

function withCookie(reply: Reply, cookie: string): Reply {
  return { ...reply, headers: { 'set-cookie': cookie } }
}

/** `username=…&password=…`, or JSON. */
async function readCredentials(incoming: IncomingMessage): Promise<Credentials> {
  const bytes = await readBytes(incoming, BODY_BYTES_MAX)
  const text = bytes ? textOf(bytes) : ''
  const isForm = incoming.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
  const given: unknown = isForm ? Object.fromEntries(new URLSearchParams(text)) : dataOf(text)
  if (typeof given === 'object' && given !== null && 'username' in given && 'password' in given) {
    const { username, password } = given
    if (typeof username === 'string' && typeof password === 'string') return { username, password }
  }
  throw unprocessable('body-invalid', 'Name and password are missing: username and password.')
}

/** A text; a client that sends JSON sends it in quotes. */
function passwordIn(body: string): string {
  if (!/^".*"$/s.test(body)) return body
  const value = dataOf(body)
  return typeof value === 'string' ? value : body
}

/** A page of another site must not log somebody in or out, nor be the one who makes the first user. */
function newForeignCheck({ config, access: { book } }: HttpDependencies): (incoming: IncomingMessage) => void {
  const check = newOriginCheck(config, () => !book.isOpen)
  return ({ method = '', headers }) => {
    const refusal = check({ method, headers })
    if (refusal) throw refusal
  }
}
