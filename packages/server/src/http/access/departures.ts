// What goes when somebody or something goes: nothing is left that speaks of them.
import type { AccessBook, AccessChanges } from '../../access/access-book.ts'
import type { AccessKey } from '../../storage/store.ts'

/** A user with their bindings, tokens, sessions and places in groups. */
export function departureOf(book: AccessBook, userId: string): AccessChanges {
  const { put = [], remove = [], ...rest } = leaveTenant(book, userId)
  const owned: readonly AccessKey[] = [
    ...book
      .list('token')
      .flatMap(({ id, userId: owner }) => (owner === userId ? [{ kind: 'token', id } as const] : [])),
    ...book
      .list('session')
      .flatMap(session =>
        session.userId === userId || session.impersonatedBy === userId
          ? [{ kind: 'session', id: session.id } as const]
          : [],
      ),
  ]
  return { ...rest, put, remove: [{ kind: 'user', id: userId }, ...remove, ...owned] }
}

/** Without roles and groups the user can do nothing, and is still there. */
export function leaveTenant(book: AccessBook, userId: string): AccessChanges {
  const groups = book.list('group').filter(({ members }) => members.some(member => member.userId === userId))
  return {
    put: groups.map(group => ({
      kind: 'group',
      record: { ...group, members: group.members.filter(member => member.userId !== userId) },
    })),
    remove: bindingsOf(book, 'USER', userId),
    expect: groups.map(({ id }) => ({ kind: 'group', id, version: book.versionOf({ kind: 'group', id }) })),
  }
}

export function bindingsOf(book: AccessBook, type: 'USER' | 'GROUP', externalId: string): readonly AccessKey[] {
  return book
    .list('binding')
    .filter(binding => binding.type === type && binding.externalId === externalId)
    .map(({ id }) => ({ kind: 'binding', id }))
}
