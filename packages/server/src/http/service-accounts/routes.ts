// Service accounts: users that are programs. They log in with tokens alone.
import type { AccessBook, AccessChanges } from '../../access/access-book.ts'
import type { UserRecord } from '../../access/records.ts'
import { departureOf } from '../access/departures.ts'
import { getAccount } from '../access/get-account.ts'
import { joinGroups, together } from '../access/join-groups.ts'
import { pageOfList, type Columns } from '../access/narrow-list.ts'
import { newUser, refuseOpen, requireFreeName, requireUsername } from '../access/new-user.ts'
import { Powers } from '../access/powers.ts'
import { given, groupsOf, presentTenantUser, tenantsOf } from '../access/present-people.ts'
import { issueToken, listTokens, revokeToken } from '../access/token-desk.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { empty, json } from '../reply.ts'

type Accounts = Handlers<'serviceAccounts'>

const COLUMNS: Columns<UserRecord> = {
  name: user => user.username,
  username: user => user.username,
  description: user => user.description,
  superAdmin: user => user.isSuperAdmin,
}

interface Wanted {
  readonly name: string
  readonly description?: string | null
  readonly superAdmin?: boolean | null
  readonly groups?: readonly { readonly id: string }[] | null
}

export function serviceAccountHandlers(dependencies: HttpDependencies): Accounts {
  const { access, platform, config } = dependencies
  const { book } = access
  const service = (id: string): UserRecord => getAccount(book, id, 'service')
  const all = (): readonly UserRecord[] => book.list('user').filter(user => user.isServiceAccount)
  const shown = (user: UserRecord): unknown => ({ ...headOf(user), tenants: tenantsOf(config.tenant) })
  const shownOfTenant = (user: UserRecord): unknown => presentOfTenant(user, book)
  const tokens = tokenHandlers(dependencies)
  return {
    list: ({ query, filters }) => pageOfList(all(), { ...query, filters }, { columns: COLUMNS, present: shown }),
    create: async exchange => json(shown(await createAccount(exchange.body, exchange, dependencies))),
    get: ({ params: { id } }) => json(shown(service(id))),
    patch: async exchange =>
      json(shown(await updateAccount(exchange.params.id, exchange.body, { ...dependencies, ...auditedOf(exchange) }))),
    delete: async exchange => {
      await removeAccount(exchange.params.id, exchange, dependencies)
      return empty(204)
    },
    setSuperAdmin: async exchange => {
      const { username } = service(exchange.params.id)
      await updateAccount(
        exchange.params.id,
        { name: username, superAdmin: exchange.body.superAdmin },
        { ...dependencies, ...auditedOf(exchange) },
      )
      return empty(200)
    },
    ...tokens,
    listOfTenant: ({ query, filters }) => {
      const place = { book, tenant: config.tenant, nowMs: platform.nowMs() }
      return pageOfList(
        all(),
        { ...query, filters },
        { columns: COLUMNS, present: user => presentTenantUser(user, place) },
      )
    },
    createOfTenant: async exchange => json(shownOfTenant(await createAccount(exchange.body, exchange, dependencies))),
    getOfTenant: ({ params: { id } }) => json(shownOfTenant(service(id))),
    updateOfTenant: async exchange =>
      json(
        shownOfTenant(
          await updateAccount(exchange.params.id, exchange.body, { ...dependencies, ...auditedOf(exchange) }),
        ),
      ),
    deleteOfTenant: async exchange => {
      await removeAccount(exchange.params.id, exchange, dependencies)
      return empty(200)
    },
    tokensOfTenant: tokens.tokens,
    createTokenOfTenant: tokens.createToken,
    deleteTokenOfTenant: tokens.deleteToken,
  }
}

function tokenHandlers({
  access,
  platform,
}: HttpDependencies): Pick<Accounts, 'tokens' | 'createToken' | 'deleteToken'> {
  const { book } = access
  const service = (id: string): UserRecord => getAccount(book, id, 'service')
  return {
    tokens: ({ params: { id } }) => listTokens(access, service(id).id, platform.nowMs()),
    createToken: async ({ params: { id }, body, caller, note }) => {
      const issued = await issueToken(access, { user: service(id), caller, wanted: body })
      note({ itemId: issued.id, after: { id: issued.id, name: issued.name, userId: id } })
      return json(issued)
    },
    deleteToken: async ({ params: { id, tokenId }, caller, note }) => {
      new Powers(book, caller).requirePowerOver(service(id))
      await revokeToken(access, id, tokenId)
      note({ itemId: tokenId, before: { id: tokenId, userId: id } })
      return empty(200)
    },
  }
}

async function createAccount(
  wanted: Wanted,
  { caller, note }: Audited,
  dependencies: HttpDependencies,
): Promise<UserRecord> {
  const { access, platform } = dependencies
  const { book } = access
  refuseOpen(access)
  const powers = new Powers(book, caller)
  requireUsername(wanted.name)
  requireFreeName(access, wanted.name)
  if (wanted.superAdmin === true) powers.requireSuperAdmin('To make a super admin')
  for (const { id } of wanted.groups ?? []) powers.requireGroup(id)
  const about = { username: wanted.name, ...given({ description: wanted.description }) }
  const user = newUser({ ...about, isServiceAccount: true, isSuperAdmin: wanted.superAdmin === true }, platform)
  const joined = joinGroups(
    book,
    user.id,
    (wanted.groups ?? []).map(({ id }) => id),
  ).changes
  await book.change(together({ put: [{ kind: 'user', record: user }] }, joined))
  note({ itemId: user.id, after: presentOfTenant(user, book) })
  return user
}

async function updateAccount(
  id: string,
  wanted: Wanted,
  { access, caller, note }: HttpDependencies & Audited,
): Promise<UserRecord> {
  const { book } = access
  const powers = new Powers(book, caller)
  const user = getAccount(book, id, 'service')
  const before = presentOfTenant(user, book)
  powers.requirePowerOver(user)
  requireUsername(wanted.name)
  requireFreeName(access, wanted.name, id)
  const isSuperAdmin = wanted.superAdmin ?? user.isSuperAdmin
  if (isSuperAdmin !== user.isSuperAdmin) powers.requireSuperAdmin('To change who is a super admin')
  const changed: UserRecord = {
    ...user,
    username: wanted.name,
    ...given({ description: wanted.description }),
    isSuperAdmin,
  }
  const joined = wanted.groups
    ? joinGroups(
        book,
        id,
        wanted.groups.map(group => group.id),
      )
    : undefined
  for (const group of joined?.touched ?? []) powers.requireGroup(group.id)
  const own: AccessChanges = {
    put: [{ kind: 'user', record: changed }],
    expect: [{ ...keyOf(id), version: book.versionOf(keyOf(id)) }],
  }
  await book.change(together(own, joined?.changes ?? {}))
  note({ itemId: id, before, after: presentOfTenant(changed, book) })
  return changed
}

async function removeAccount(
  id: string,
  { caller, note }: Audited,
  { access: { book } }: HttpDependencies,
): Promise<void> {
  const user = getAccount(book, id, 'service')
  new Powers(book, caller).requirePowerOver(user)
  await book.change(departureOf(book, id))
  note({ itemId: id, before: presentOfTenant(user, book) })
}

type Audited = Pick<Parameters<Accounts['create']>[0], 'caller' | 'note'>

function auditedOf({ caller, note }: Audited): Audited {
  return { caller, note }
}

function presentOfTenant(user: UserRecord, book: AccessBook): Readonly<Record<string, unknown>> {
  return { ...headOf(user), groups: groupsOf(book, user.id).map(({ id }) => ({ id })) }
}

function headOf({ id, username, description, isSuperAdmin }: UserRecord): Readonly<Record<string, unknown>> {
  return { id, name: username, ...given({ description }), superAdmin: isSuperAdmin }
}

function keyOf(id: string): { readonly kind: 'user'; readonly id: string } {
  return { kind: 'user', id }
}
