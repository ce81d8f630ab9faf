// Small things that are said once for the whole server and that every node has in memory: announcements, kill switches, links for a new password.
// They are settings whose ids begin with the name of their shelf.
import { trust } from '@batuta/core'
import type { AccessBook, AccessPut } from './access-book.ts'
import type { AccessKey } from '../storage/store.ts'

export interface Shelf<Item extends { readonly id: string }> {
  list(): readonly Item[]
  find(id: string): Item | undefined
  putOf(item: Item): AccessPut
  keyOf(id: string): AccessKey
}

/** One name, one type: nobody else writes to the shelf. */
export function openShelf<Item extends { readonly id: string }>(book: AccessBook, name: string): Shelf<Item> {
  const prefix = `${name}/`
  return {
    list: () =>
      book
        .list('setting')
        .filter(({ id }) => id.startsWith(prefix))
        .map(({ value }) => trust<Item>(value)),
    find: id => {
      const found = book.get('setting', `${prefix}${id}`)
      return found && trust<Item>(found.value)
    },
    putOf: item => ({ kind: 'setting', record: { id: `${prefix}${item.id}`, value: item } }),
    keyOf: id => ({ kind: 'setting', id: `${prefix}${id}` }),
  }
}
