// People whom a trusted proxy names with every request: who they are here is worked out once and remembered for a while, so that a request costs a look
// into a map.
import type { IncomingMessage } from 'node:http'
import type { Access } from '../access/access.ts'
import type { Caller } from '../access/caller.ts'
import type { SignedIn } from '../access/sign-in.ts'
import type { UserRecord } from '../access/records.ts'
import type { Outside } from '../sign-in/outside.ts'

export interface ProxyCallers {
  /** Undefined when no proxy names anybody. */
  find(incoming: Pick<IncomingMessage, 'headers' | 'socket'>): Caller | Promise<Caller> | undefined
}

const REMEMBERED_MS = 5 * 60_000
const REMEMBERED_MAX = 1_000

interface Remembered {
  readonly user: Promise<UserRecord>
  /** Once it is known. */
  userId?: string
  readonly untilMs: number
}

/** Undefined when no proxy is trusted. */
export function newProxyCallers(outside: Outside, access: Access, nowMs: () => number): ProxyCallers | undefined {
  if (!outside.config.ways.has('proxy')) return undefined
  const remembered = new Map<string, Remembered>()
  const begin = (key: string, named: SignedIn): Remembered => {
    if (remembered.size >= REMEMBERED_MAX) remembered.clear()
    const entry: Remembered = { user: access.signIn(named), untilMs: nowMs() + REMEMBERED_MS }
    remembered.set(key, entry)
    entry.user.then(
      ({ id }) => void (entry.userId = id),
      () => remembered.delete(key),
    )
    return entry
  }
  return {
    find: incoming => {
      const named = outside.named(incoming)
      if (!named) return undefined
      const key = JSON.stringify(named)
      const known = remembered.get(key)
      const user = known?.userId === undefined ? undefined : access.book.user(known.userId)
      if (known && known.untilMs > nowMs() && user && !user.isDisabled) return callerOf(user, access)
      const entry = known?.userId === undefined && known ? known : begin(key, named)
      return entry.user.then(found => callerOf(found, access))
    },
  }
}

function callerOf({ id, username, isServiceAccount }: UserRecord, { book }: Access): Caller {
  return {
    kind: isServiceAccount ? 'service' : 'user',
    userId: id,
    name: username,
    grants: book.grantsOf(id),
    via: 'proxy',
  }
}
