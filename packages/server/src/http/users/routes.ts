// Users. Whatever changes one ends what the old one could do: sessions of whoever is disabled or has a new password, tokens of whoever is gone.
import type { AccessBook, AccessChanges } from '../../access/access-book.ts'
import type { Caller } from '../../access/caller.ts'
import type { UserRecord } from '../../access/records.ts'
import { departureOf } from '../access/departures.ts'
import { getAccount } from '../access/get-account.ts'
import { joinGroups, together } from '../access/join-groups.ts'
import { pageOfList, type Columns } from '../access/narrow-list.ts'
import {
  defaultBindings,
  newUser,
  refuseOpen,
  requireFreeName,
  requireUsername,
  withPassword,
} from '../access/new-user.ts'
import { Powers, forbidden } from '../access/powers.ts'
import {
  PASSWORD_AUTH,
  authsOf,
  displayNameOf,
  given,
  presentSession,
  presentUser,
  presentUserSummary,
  type PeoplePlace,
} from '../access/present-people.ts'
import { issueToken, listTokens, revokeToken } from '../access/token-desk.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { empty, json, type Reply } from '../reply.ts'
import { RequestError, notFound } from '../request-error.ts'
import { issueReset } from './password-reset.ts'

const COLUMNS: Columns<UserRecord> = {
  username: user => user.username,
  email: user => user.email,
  name: user => displayNameOf(user),
  firstName: user => user.firstName,
  lastName: user => user.lastName,
  userId: user => user.id,
  super_admin: user => user.isSuperAdmin,
  superAdmin: user => user.isSuperAdmin,
  enabled: user => !user.isDisabled,
}

export function userHandlers(dependencies: HttpDependencies): Handlers<'users'> {
  return {
    ...accountHandlers(dependencies),
    ...rightsHandlers(dependencies),
    ...doorHandlers(dependencies),
    ...sessionHandlers(dependencies),
  }
}

type Users = Handlers<'users'>

function placeOf({ access, config, platform }: HttpDependencies): PeoplePlace {
  return { book: access.book, tenant: config.tenant, nowMs: platform.nowMs() }
}

/** Who there is. */
function accountHandlers(
  dependencies: HttpDependencies,
): Pick<Users, 'list' | 'create' | 'get' | 'update' | 'patch' | 'delete'> {
  const { access, platform } = dependencies
  const { book } = access
  const shown = (user: UserRecord): unknown => presentUser(user, placeOf(dependencies))
  return {
    list: ({ query, filters }) => {
      const people = book.list('user').filter(user => !user.isServiceAccount)
      const present = (user: UserRecord): unknown => presentUserSummary(user, placeOf(dependencies))
      return pageOfList(byName(people), { ...query, filters }, { columns: COLUMNS, present })
    },
    get: ({ params: { id } }) => json(shown(getAccount(book, id))),
    create: async ({ body, caller, note }) => {
      refuseOpen(access)
      const powers = new Powers(book, caller)
      const { email, superAdmin, restricted, password, groups } = body
      requireUsername(email)
      requireFreeName(access, email)
      if (superAdmin === true) powers.requireSuperAdmin('To make a super admin')
      for (const group of groups ?? []) powers.requireGroup(group)
      const flags = { isSuperAdmin: superAdmin === true, isRestricted: restricted === true }
      const bare = newUser({ username: email, email, ...namesOf(body), ...flags }, platform)
      const place = { access, nowMs: platform.nowMs() }
      const user = typeof password === 'string' ? await withPassword(bare, password, place) : bare
      const joined = joinGroups(book, user.id, groups ?? []).changes
      const made: AccessChanges = { put: [{ kind: 'user', record: user }] }
      await book.change(together(made, joined, defaultBindings(access, user.id, platform)))
      note({ itemId: user.id, after: shown(user) })
      return json(shown(user), 201)
    },
    update: async exchange => await updateUser(exchange, dependencies),
    patch: async ({ params: { id }, body, caller, note }) => {
      const user = getAccount(book, id)
      new Powers(book, caller).requirePowerOver(user)
      const email = body.email ?? undefined
      if (email !== undefined && user.username === user.email) {
        requireUsername(email)
        requireFreeName(access, email, id)
      }
      const renamed = email === undefined ? {} : { email, ...(user.username === user.email ? { username: email } : {}) }
      const changed: UserRecord = { ...user, ...renamed, ...namesOf(body) }
      await book.change({ put: [{ kind: 'user', record: changed }], expect: asNow(book, id) })
      note({ itemId: id, before: shown(user), after: shown(changed) })
      return json(shown(changed))
    },
    delete: async ({ params: { id }, caller, note }) => {
      const powers = new Powers(book, caller)
      const user = getAccount(book, id)
      powers.requirePowerOver(user)
      const kept = powers.requireAnotherSuperAdmin(user)
      await book.change(together(departureOf(book, id), { expect: kept }))
      note({ itemId: id, before: shown(user) })
      return empty(204)
    },
  }
}

async function updateUser(
  { params: { id }, body, caller, note }: Parameters<Users['update']>[0],
  dependencies: HttpDependencies,
): Promise<Reply> {
  const { access, platform } = dependencies
  const { book } = access
  const shown = (user: UserRecord): unknown => presentUser(user, placeOf(dependencies))
  const powers = new Powers(book, caller)
  const user = getAccount(book, id)
  powers.requirePowerOver(user)
  const before = shown(user)
  const { email, superAdmin, restricted, password, groups } = body
  requireUsername(email)
  requireFreeName(access, email, id)
  const isSuperAdmin = superAdmin ?? user.isSuperAdmin
  if (isSuperAdmin !== user.isSuperAdmin) powers.requireSuperAdmin('To change who is a super admin')
  const kept = isSuperAdmin ? [] : powers.requireAnotherSuperAdmin(user)
  const flags = { isSuperAdmin, isRestricted: restricted ?? user.isRestricted }
  const named: UserRecord = { ...user, username: email, email, ...namesOf(body), ...flags }
  const place = { access, nowMs: platform.nowMs() }
  const expect = asNow(book, id)
  const changed = typeof password === 'string' ? await withPassword(named, password, place) : named
  const joined = groups ? joinGroups(book, id, groups) : undefined
  for (const group of joined?.touched ?? []) powers.requireGroup(group.id)
  const own: AccessChanges = { put: [{ kind: 'user', record: changed }], expect: [...expect, ...kept] }
  await book.change(together(own, joined?.changes ?? {}))
  if (typeof password === 'string') await access.sessions.closeAllOf(id)
  note({ itemId: id, before, after: shown(changed) })
  return json(shown(changed))
}

/** What they may do. */
function rightsHandlers(
  dependencies: HttpDependencies,
): Pick<
  Users,
  'setSuperAdmin' | 'setRestricted' | 'setDisabled' | 'setGroups' | 'tokens' | 'createToken' | 'deleteToken'
> {
  const { access, platform } = dependencies
  const { book } = access
  const shown = (user: UserRecord): unknown => presentUser(user, placeOf(dependencies))
  const save = async (user: UserRecord, kept: AccessChanges['expect'] = []): Promise<void> =>
    await book.change({ put: [{ kind: 'user', record: user }], expect: [...asNow(book, user.id), ...kept] })
  return {
    setSuperAdmin: async ({ params: { id }, body: { superAdmin }, caller, note }) => {
      const powers = new Powers(book, caller)
      powers.requireSuperAdmin('To change who is a super admin')
      const user = getAccount(book, id)
      const kept = superAdmin ? [] : powers.requireAnotherSuperAdmin(user)
      await save({ ...user, isSuperAdmin: superAdmin }, kept)
      note({ itemId: id, before: { superAdmin: user.isSuperAdmin }, after: { superAdmin } })
      return empty(200)
    },
    setRestricted: async ({ params: { id }, body: { restricted }, caller, note }) => {
      const user = getAccount(book, id)
      new Powers(book, caller).requirePowerOver(user)
      await save({ ...user, isRestricted: restricted })
      note({ itemId: id, before: { restricted: user.isRestricted }, after: { restricted } })
      return empty(200)
    },
    setDisabled: async ({ params: { id }, body: { disabled }, caller, note }) => {
      const powers = new Powers(book, caller)
      const user = getAccount(book, id)
      powers.requirePowerOver(user)
      if (disabled && id === caller.userId) throw forbidden('Nobody switches themselves off.')
      const kept = disabled ? powers.requireAnotherSuperAdmin(user) : []
      const changed = { ...user, isDisabled: disabled }
      await save(changed, kept)
      if (disabled) await access.sessions.closeAllOf(id)
      note({ itemId: id, before: { disabled: user.isDisabled }, after: { disabled } })
      return json(shown(changed))
    },
    setGroups: async ({ params: { id }, body: { groupIds }, caller, note }) => {
      const powers = new Powers(book, caller)
      if (!book.get('user', id)) throw notFound(`The user "${id}"`)
      const { changes, touched } = joinGroups(book, id, groupIds ?? [])
      for (const group of touched) powers.requireGroup(group.id)
      await book.change(changes)
      note({ itemId: id, after: { groupIds: groupIds ?? [] } })
      return empty(204)
    },
    tokens: ({ params: { id } }) => listTokens(access, getAccount(book, id).id, platform.nowMs()),
    createToken: async ({ params: { id }, body, caller, note }) => {
      const issued = await issueToken(access, { user: getAccount(book, id), caller, wanted: body })
      note({ itemId: issued.id, after: { id: issued.id, name: issued.name, userId: id } })
      return json(issued, 201)
    },
    deleteToken: async ({ params: { id, tokenId }, caller, note }) => {
      new Powers(book, caller).requirePowerOver(getAccount(book, id))
      await revokeToken(access, id, tokenId)
      note({ itemId: tokenId, before: { id: tokenId, userId: id } })
      return empty(204)
    },
  }
}

/** How they get in. */
function doorHandlers(
  dependencies: HttpDependencies,
): Pick<Users, 'setPassword' | 'resetPassword' | 'unlock' | 'deleteAuth' | 'impersonate'> {
  const { access, platform, config } = dependencies
  const { book, sessions, lockouts } = access
  const shown = (user: UserRecord): unknown => presentUser(user, placeOf(dependencies))
  const under = (id: string, caller: Caller): UserRecord => underOf(id, caller, book)
  return {
    setPassword: async ({ params: { id }, body: { password }, caller, note }) => {
      const before = under(id, caller)
      const expect = asNow(book, id)
      const user = await withPassword(before, password, { access, nowMs: platform.nowMs() })
      await book.change({ put: [{ kind: 'user', record: user }], expect })
      await sessions.closeAllOf(id)
      note({ itemId: id, detail: { changed: 'password' } })
      return json(shown(user))
    },
    resetPassword: async ({ params: { id }, caller, note }) => {
      const issued = await issueReset(under(id, caller), dependencies)
      note({ itemId: id, detail: { issued: 'password reset' } })
      return json(given({ ...issued, link: `${config.url ?? ''}/ui/reset-password#${issued.token}` }))
    },
    unlock: async ({ params: { id }, caller, note }) => {
      const user = under(id, caller)
      await lockouts.forgetAccount(user.username)
      note({ itemId: id })
      return json(shown(user))
    },
    deleteAuth: async ({ params: { id, auth }, caller, note }) => {
      const user = under(id, caller)
      if (!authsOf(user).some(each => each.id === auth)) throw notFound(`The way "${auth}" to log in`)
      const changed = withoutAuth(user, auth)
      if (authsOf(changed).length === 0) new Powers(book, caller).requireAnotherSuperAdmin(user)
      await book.change({ put: [{ kind: 'user', record: changed }], expect: asNow(book, id) })
      await sessions.closeAllOf(id)
      note({ itemId: id, before: { auths: authsOf(user) }, after: { auths: authsOf(changed) } })
      return json(shown(changed))
    },
    impersonate: async ({ params: { id }, caller, incoming, note }) => {
      const user = under(id, caller)
      if (caller.userId === undefined || caller.impersonatedBy !== undefined || user.isDisabled)
        throw new RequestError(
          409,
          'impersonation-refused',
          'Only one who is logged in as themselves acts as another, who is not disabled.',
        )
      const opened = await sessions.open(id, {
        provider: 'impersonation',
        impersonatedBy: caller.userId,
        ip: caller.ip,
        agent: incoming.headers['user-agent'],
      })
      note({ itemId: id, action: 'IMPERSONATE' })
      return { type: 'empty', status: 200, headers: { 'set-cookie': opened.cookie } }
    },
  }
}

/** Where they are in. */
function sessionHandlers({
  access: { book, sessions },
}: HttpDependencies): Pick<Users, 'endSessions' | 'sessions' | 'endSession'> {
  const under = (id: string, caller: Caller): UserRecord => underOf(id, caller, book)
  return {
    endSessions: async ({ params: { id }, caller, note }) => {
      await sessions.closeAllOf(under(id, caller).id)
      note({ itemId: id, detail: { ended: 'sessions' } })
      return empty(204)
    },
    sessions: ({ params: { id }, caller }) =>
      json(sessions.ofUser(getAccount(book, id).id).map(session => presentSession(session, caller.sessionId))),
    endSession: async ({ params: { id, sessionId }, caller, note }) => {
      under(id, caller)
      if (!sessions.ofUser(id).some(session => session.id === sessionId)) throw notFound(`The session "${sessionId}"`)
      await sessions.close(sessionId)
      note({ itemId: id, detail: { ended: 'session' } })
      return empty(204)
    },
  }
}

function underOf(id: string, caller: Caller, book: AccessBook): UserRecord {
  const user = getAccount(book, id)
  new Powers(book, caller).requirePowerOver(user)
  return user
}

function withoutAuth(user: UserRecord, auth: string): UserRecord {
  const { passwordHash, ...rest } = user
  if (auth === PASSWORD_AUTH) return rest
  const identities = user.identities.filter(({ provider, subject }) => `${provider}:${subject}` !== auth)
  return { ...rest, ...(passwordHash === undefined ? {} : { passwordHash }), identities }
}

/** Names that are not said stay; null takes one away. */
function namesOf(body: { readonly firstName?: string | null; readonly lastName?: string | null }): Partial<UserRecord> {
  return given({ firstName: body.firstName, lastName: body.lastName })
}

/** Asked before a password is hashed: what is said of somebody meanwhile must not be written over. */
function asNow(book: HttpDependencies['access']['book'], id: string): NonNullable<AccessChanges['expect']> {
  const key = { kind: 'user', id } as const
  return [{ ...key, version: book.versionOf(key) }]
}

function byName(users: readonly UserRecord[]): readonly UserRecord[] {
  return users.toSorted((left, right) => (left.username < right.username ? -1 : 1))
}
