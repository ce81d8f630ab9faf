import type { AccessBook } from '../../access/access-book.ts'
import type { UserRecord } from '../../access/records.ts'
import { notFound } from '../request-error.ts'

/** A person, or with `service` a program: each has routes of its own. The user of the configuration is in no list, and nobody changes them. */
export function getAccount(book: AccessBook, id: string, kind: 'person' | 'service' = 'person'): UserRecord {
  const user = book.get('user', id)
  if (!user || user.isServiceAccount !== (kind === 'service'))
    throw notFound(`The ${kind === 'service' ? 'service account' : 'user'} "${id.slice(0, 100)}"`)
  return user
}
