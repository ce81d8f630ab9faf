// Groups. Whoever brings somebody into one gives them all that the group has, and so must have it too; owners of a group have it.
import type { Action } from '@batuta/core'
import type { Caller } from '../../access/caller.ts'
import type { GroupRecord, UserRecord } from '../../access/records.ts'
import { bindingsOf } from '../access/departures.ts'
import { isMember, withUser, withoutUser } from '../access/join-groups.ts'
import { completionsOf, pageOfList, type Columns } from '../access/narrow-list.ts'
import { newRecordId } from '../access/new-user.ts'
import { Powers, forbidden } from '../access/powers.ts'
import {
  displayNameOf,
  given,
  presentGroup,
  presentGroupSummary,
  presentMember,
  type PeoplePlace,
} from '../access/present-people.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { empty, json } from '../reply.ts'
import { RequestError, notFound } from '../request-error.ts'

type Groups = Handlers<'groups'>

const COLUMNS: Columns<GroupRecord> = {
  name: group => group.name,
  description: group => group.description,
  id: group => group.id,
}
const MEMBER_COLUMNS: Columns<UserRecord> = {
  username: user => user.username,
  email: user => user.email,
  name: user => displayNameOf(user),
}

export function groupHandlers(dependencies: HttpDependencies): Groups {
  return { ...catalogueHandlers(dependencies), ...memberHandlers(dependencies) }
}

function catalogueHandlers({
  access: { book },
  platform,
}: HttpDependencies): Omit<Groups, 'members' | 'addMember' | 'removeMember' | 'setMembership'> {
  const all = (): readonly GroupRecord[] => book.list('group').toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const requireFree = (name: string, ownId?: string): void => {
    if (book.list('group').some(group => group.name === name && group.id !== ownId))
      throw new RequestError(409, 'name-taken', `There is a group "${name}" already.`)
  }
  return {
    search: ({ query, filters }) =>
      pageOfList(all(), { ...query, filters }, { columns: COLUMNS, present: presentGroupSummary }),
    autocomplete: ({ body }) => json(completionsOf(all(), body, COLUMNS).map(presentGroupSummary)),
    byIds: ({ body: { ids } }) =>
      json(
        all()
          .filter(({ id }) => ids?.includes(id))
          .map(presentGroupSummary),
      ),
    get: ({ params: { id } }) => json(presentGroup(getGroup(book, id))),
    create: async ({ body, caller, note }) => {
      requireFree(body.name)
      const externalNames = body.externalNames ?? []
      const members = [...new Set(body.membersId ?? [])]
      for (const userId of members) requireUser(book, userId)
      const group: GroupRecord = {
        id: newRecordId(platform),
        name: body.name,
        ...given({ description: body.description }),
        ...(externalNames.length > 0 ? { externalNames } : {}),
        members: members.map(userId => ({ userId, membership: 'MEMBER' })),
      }
      new Powers(book, caller).requireGroup(group.id)
      await book.change({ put: [{ kind: 'group', record: group }] })
      note({ itemId: group.id, after: presentGroup(group) })
      return json(presentGroup(group))
    },
    update: async ({ params: { id }, body, caller, note }) => {
      const group = getGroup(book, id)
      requireFree(body.name, id)
      const { name, description, externalNames = group.externalNames } = body
      // Who a provider says belongs to it gets all that it has.
      if (JSON.stringify(externalNames ?? []) !== JSON.stringify(group.externalNames ?? []))
        new Powers(book, caller).requireGroup(id)
      const { description: _, externalNames: __, ...rest } = group
      const said = { ...given({ description }), ...(externalNames?.length ? { externalNames } : {}) }
      const changed: GroupRecord = { ...rest, name, ...said }
      await book.change({ put: [{ kind: 'group', record: changed }], expect: [asNow(book, id)] })
      note({ itemId: id, before: presentGroup(group), after: presentGroup(changed) })
      return json(presentGroup(changed))
    },
    delete: async ({ params: { id }, caller, note }) => {
      const group = getGroup(book, id)
      new Powers(book, caller).requireGroup(id)
      await book.change({ remove: [{ kind: 'group', id }, ...bindingsOf(book, 'GROUP', id)] })
      note({ itemId: id, before: presentGroup(group) })
      return empty(200)
    },
  }
}

function memberHandlers({
  access: { book },
  platform,
  config,
}: HttpDependencies): Pick<Groups, 'members' | 'addMember' | 'removeMember' | 'setMembership'> {
  const place = (): PeoplePlace => ({ book, tenant: config.tenant, nowMs: platform.nowMs() })
  const save = async (group: GroupRecord): Promise<void> =>
    await book.change({ put: [{ kind: 'group', record: group }], expect: [asNow(book, group.id)] })
  return {
    members: ({ params: { id }, query, filters }) => {
      const members = getGroup(book, id).members.flatMap(({ userId }) => book.user(userId) ?? [])
      const present = (user: UserRecord): unknown => presentMember(user, place())
      return pageOfList(members, { ...query, filters }, { columns: MEMBER_COLUMNS, present })
    },
    addMember: async ({ params: { id, userId }, caller, note }) => {
      const group = getGroup(book, id)
      const user = requireUser(book, userId)
      if (isMember(group, userId))
        throw new RequestError(409, 'member-already', `"${user.username}" belongs to "${group.name}" already.`)
      requireLead(caller, group, { book, action: 'CREATE' })
      new Powers(book, caller).requireGroup(id)
      await save(withUser(group, userId))
      note({ resource: 'GROUP_MEMBERSHIP', itemId: id, after: { member: user.username } })
      return json(presentMember(user, place()))
    },
    removeMember: async ({ params: { id, userId }, caller, note }) => {
      const group = getGroup(book, id)
      const user = requireMember(book, group, userId)
      requireLead(caller, group, { book, action: 'DELETE' })
      new Powers(book, caller).requireGroup(id)
      await save(withoutUser(group, userId))
      note({ resource: 'GROUP_MEMBERSHIP', itemId: id, before: { member: user.username } })
      return json(presentMember(user, place()))
    },
    setMembership: async ({ params: { id, userId }, query: { membership }, caller, note }) => {
      const group = getGroup(book, id)
      const user = requireMember(book, group, userId)
      requireLead(caller, group, { book, action: 'UPDATE' })
      new Powers(book, caller).requireGroup(id)
      await save(withUser(group, userId, membership))
      note({ resource: 'GROUP_MEMBERSHIP', itemId: id, after: { member: user.username, membership } })
      return json(presentMember(user, place()))
    },
  }
}

type Book = HttpDependencies['access']['book']

/** Whoever may lead groups, or owns this one and has not come with a token of less. */
function requireLead(
  { grants, userId, tokenId }: Caller,
  group: GroupRecord,
  { book, action }: { readonly book: Book; readonly action: Action },
): void {
  if (grants.may('GROUP_MEMBERSHIP', action)) return
  const isOwner = group.members.some(member => member.userId === userId && member.membership === 'OWNER')
  const isWhole = tokenId === undefined || book.get('token', tokenId)?.scopes === undefined
  if (!isOwner || !isWhole)
    throw forbidden(`This takes GROUP_MEMBERSHIP:${action}, or to be an owner of the group "${group.name}".`)
}

function getGroup(book: Book, id: string): GroupRecord {
  const group = book.get('group', id)
  if (!group) throw notFound(`The group "${id.slice(0, 100)}"`)
  return group
}

function requireUser(book: Book, id: string): UserRecord {
  const user = book.get('user', id)
  if (!user) throw notFound(`The user "${id.slice(0, 100)}"`)
  return user
}

function requireMember(book: Book, group: GroupRecord, userId: string): UserRecord {
  const user = requireUser(book, userId)
  if (isMember(group, userId)) return user
  throw new RequestError(409, 'no-member', `"${user.username}" does not belong to "${group.name}".`)
}

function asNow(book: Book, id: string): { readonly kind: 'group'; readonly id: string; readonly version: number } {
  const key = { kind: 'group', id } as const
  return { ...key, version: book.versionOf(key) }
}
