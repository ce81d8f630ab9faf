// Who belongs to which groups, as one change.
import type { AccessBook, AccessChanges } from '../../access/access-book.ts'
import type { GroupRecord } from '../../access/records.ts'
import { notFound } from '../request-error.ts'

/** The groups of a user are these and no others. `touched` are those that change. */
export function joinGroups(
  book: AccessBook,
  userId: string,
  groupIds: readonly string[],
): { readonly changes: AccessChanges; readonly touched: readonly GroupRecord[] } {
  const wanted = new Set(groupIds)
  for (const id of wanted) if (!book.get('group', id)) throw notFound(`The group "${id}"`)
  const touched = book.list('group').filter(group => isMember(group, userId) !== wanted.has(group.id))
  return {
    touched,
    changes: {
      put: touched.map(group => ({
        kind: 'group',
        record: wanted.has(group.id) ? withUser(group, userId) : withoutUser(group, userId),
      })),
      expect: touched.map(({ id }) => ({ kind: 'group', id, version: book.versionOf({ kind: 'group', id }) })),
    },
  }
}

export function isMember({ members }: GroupRecord, userId: string): boolean {
  return members.some(member => member.userId === userId)
}

export function withUser(group: GroupRecord, userId: string, membership: 'OWNER' | 'MEMBER' = 'MEMBER'): GroupRecord {
  return { ...group, members: [...withoutUser(group, userId).members, { userId, membership }] }
}

export function withoutUser(group: GroupRecord, userId: string): GroupRecord {
  return { ...group, members: group.members.filter(member => member.userId !== userId) }
}

/** Several changes as one. */
export function together(...parts: readonly AccessChanges[]): AccessChanges {
  return {
    put: parts.flatMap(({ put = [] }) => put),
    remove: parts.flatMap(({ remove = [] }) => remove),
    expect: parts.flatMap(({ expect = [] }) => expect),
  }
}
