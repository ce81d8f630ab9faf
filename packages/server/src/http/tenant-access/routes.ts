// Who may do something in the tenant. There is one tenant: whoever has a role or a group in it is in, whoever has neither is out.
import { RESOURCE_NAMES, type Role } from '@batuta/core'
import type { UserRecord } from '../../access/records.ts'
import { bindingsOf, leaveTenant } from '../access/departures.ts'
import { completionsOf, pageOfList, type Columns } from '../access/narrow-list.ts'
import { defaultBindings } from '../access/new-user.ts'
import { Powers } from '../access/powers.ts'
import { displayNameOf, groupsOf, presentTenantUser } from '../access/present-people.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { empty, json } from '../reply.ts'
import { RequestError, notFound } from '../request-error.ts'

type Document = Readonly<Record<string, unknown>>

const COLUMNS: Columns<UserRecord> = {
  username: user => user.username,
  email: user => user.email,
  name: user => displayNameOf(user),
  type: user => (user.isServiceAccount ? 'SERVICE_ACCOUNT' : 'STANDARD'),
  userId: user => user.id,
}

export function tenantAccessHandlers(dependencies: HttpDependencies): Handlers<'tenantAccess'> {
  const { access, platform, config } = dependencies
  const { book } = access
  const columns: Columns<UserRecord> = {
    ...COLUMNS,
    groupList: user => groupsOf(book, user.id).flatMap(({ id, name }) => [id, name]),
  }
  const all = (): readonly UserRecord[] => book.list('user').toSorted((a, b) => (a.username < b.username ? -1 : 1))
  const present = (user: UserRecord): Document =>
    presentTenantUser(user, { book, tenant: config.tenant, nowMs: platform.nowMs() })
  const getUser = (id: string): UserRecord => {
    const user = book.get('user', id)
    if (!user) throw notFound(`The user "${id.slice(0, 100)}"`)
    return user
  }
  const isIn = ({ id }: UserRecord): boolean => bindingsOf(book, 'USER', id).length > 0 || groupsOf(book, id).length > 0
  const letIn = async (user: UserRecord): Promise<void> => {
    const changes = defaultBindings(access, user.id, platform)
    if (changes.put?.length) await book.change(changes)
  }
  return {
    list: ({ query: { type, ...query }, filters }) => {
      const wanted = all().filter(user => type === undefined || (type === 'SERVICE_ACCOUNT') === user.isServiceAccount)
      return pageOfList(wanted, { ...query, filters }, { columns, present })
    },
    autocomplete: ({ body: { username, ...asked } }) =>
      json(completionsOf(all(), { ...asked, q: asked.q ?? username ?? null }, COLUMNS).map(present)),
    create: async ({ body: { email }, note }) => {
      const user = book.userNamed(email)
      if (!user) throw notFound(`The user "${email}"`)
      if (isIn(user)) throw new RequestError(409, 'in-already', `"${email}" has access to the tenant already.`)
      await letIn(user)
      note({ itemId: user.id, after: { username: user.username } })
      return empty(204)
    },
    put: async ({ params: { userId }, note }) => {
      const user = getUser(userId)
      if (!isIn(user)) await letIn(user)
      note({ itemId: userId, after: { username: user.username } })
      return empty(201)
    },
    get: ({ params: { userId } }) => json(accessOf(getUser(userId), dependencies)),
    delete: async ({ params: { userId }, caller, note }) => {
      const user = getUser(userId)
      new Powers(book, caller).requirePowerOver(user)
      const before = accessOf(user, dependencies)
      await book.change(leaveTenant(book, userId))
      note({ itemId: userId, before })
      return empty(204)
    },
  }
}

function accessOf(user: UserRecord, { access: { book }, config }: HttpDependencies): Document {
  const groups = groupsOf(book, user.id)
  const roles = book.list('binding').flatMap(({ type, externalId, roleId, namespace, isDeny }) => {
    const group = type === 'GROUP' ? groups.find(({ id }) => id === externalId) : undefined
    const role = book.get('role', roleId)
    if (!role || (type === 'USER' ? externalId !== user.id : !group)) return []
    return [
      {
        id: role.id,
        name: role.name,
        ...(namespace === undefined ? {} : { namespace }),
        ...(isDeny === true ? { isDeny } : {}),
        origin: group ? 'GROUP' : 'BINDING',
        sourceId: externalId,
        permissions: permissionsOf(role),
      },
    ]
  })
  return {
    tenantId: config.tenant,
    userId: user.id,
    username: user.username,
    displayName: displayNameOf(user),
    groups: groups.map(({ id, name, externalNames = [] }) => ({ id, name, external: externalNames.length > 0 })),
    roles,
    superAdmin: user.isSuperAdmin,
  }
}

/** 1.3 calls it `permission`, 2.0 `resource`. */
function permissionsOf({ permissions }: Role): readonly Document[] {
  return RESOURCE_NAMES.flatMap(name => {
    const actions = permissions[name]
    return actions === undefined ? [] : [{ permission: name, resource: name, actions }]
  })
}
