// Service accounts: users that are programs. They log in with tokens alone.
import type { Routes } from '@batuta/api'
import type { AccessChanges } from '../../access/access-book.ts'
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
import { empty, json, type Reply } from '../reply.ts'

type Accounts = Handlers<'serviceAccounts'>
type Made = Routes['serviceAccounts']

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
  const shownOfTenant = (user: UserRecord): unknown => ({
    ...headOf(user),
    groups: groupsOf(book, user.id).map(({ id }) => ({ id })),
  })
  const create = async (wanted: Wanted, { caller, note }: Audited): Promise<UserRecord> => {
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
    note({ itemId: user.id, after: shownOfTenant(user) })
    return user
  }
  const update = async (id: string, wanted: Wanted, { caller, note }: Audited): Promise<UserRecord> => {
    const powers = new Powers(book, caller)
    const user = service(id)
    const before = shownOfTenant(user)
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
    note({ itemId: id, before, after: shownOfTenant(changed) })
    return changed
  }
  const remove = async (id: string, { caller, note }: Audited): Promise<void> => {
    const user = service(id)
    new Powers(book, caller).requirePowerOver(user)
    await book.change(departureOf(book, id))
    note({ itemId: id, before: shownOfTenant(user) })
  }
  const tokens = (id: string): Reply => listTokens(access, service(id).id, platform.nowMs())
  const createToken = async ({ params: { id }, body, caller, note }: Asked<'createToken'>): Promise<Reply> => {
    const issued = await issueToken(access, { user: service(id), caller, wanted: body })
    note({ itemId: issued.id, after: { id: issued.id, name: issued.name, userId: id } })
    return json(issued)
  }
  const deleteToken = async ({ params: { id, tokenId }, caller, note }: Asked<'deleteToken'>): Promise<Reply> => {
    new Powers(book, caller).requirePowerOver(service(id))
    await revokeToken(access, id, tokenId)
    note({ itemId: tokenId, before: { id: tokenId, userId: id } })
    return empty(200)
  }
  return {
    list: ({ query, filters }) => pageOfList(all(), { ...query, filters }, { columns: COLUMNS, present: shown }),
    create: async exchange => json(shown(await create(exchange.body, exchange))),
    get: ({ params: { id } }) => json(shown(service(id))),
    patch: async exchange => json(shown(await update(exchange.params.id, exchange.body, exchange))),
    delete: async exchange => {
      await remove(exchange.params.id, exchange)
      return empty(204)
    },
    setSuperAdmin: async exchange => {
      const { username } = service(exchange.params.id)
      await update(exchange.params.id, { name: username, superAdmin: exchange.body.superAdmin }, exchange)
      return empty(200)
    },
    tokens: ({ params: { id } }) => tokens(id),
    createToken,
    deleteToken,
    listOfTenant: ({ query, filters }) => {
      const place = { book, tenant: config.tenant, nowMs: platform.nowMs() }
      return pageOfList(
        all(),
        { ...query, filters },
        { columns: COLUMNS, present: user => presentTenantUser(user, place) },
      )
    },
    createOfTenant: async exchange => json(shownOfTenant(await create(exchange.body, exchange))),
    getOfTenant: ({ params: { id } }) => json(shownOfTenant(service(id))),
    updateOfTenant: async exchange => json(shownOfTenant(await update(exchange.params.id, exchange.body, exchange))),
    deleteOfTenant: async exchange => {
      await remove(exchange.params.id, exchange)
      return empty(200)
    },
    tokensOfTenant: ({ params: { id } }) => tokens(id),
    createTokenOfTenant: createToken,
    deleteTokenOfTenant: deleteToken,
  }
}

type Asked<Name extends keyof Made> = Parameters<Accounts[Name]>[0]
type Audited = Pick<Asked<'create'>, 'caller' | 'note'>

function headOf({ id, username, description, isSuperAdmin }: UserRecord): Readonly<Record<string, unknown>> {
  return { id, name: username, ...given({ description }), superAdmin: isSuperAdmin }
}

function keyOf(id: string): { readonly kind: 'user'; readonly id: string } {
  return { kind: 'user', id }
}
