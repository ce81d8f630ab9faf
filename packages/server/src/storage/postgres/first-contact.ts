// A database that starts together with the server, or is just being moved, is waited for; one that says no is not.
import { setTimeout as sleep } from 'node:timers/promises'
import { BatutaError } from '@batuta/core'
import { sqlStateOf } from './fault-of.ts'
import { messageOf } from './pool.ts'

export interface FirstContactOptions {
  readonly url: string
  /** For a server that is not there yet. */
  readonly patienceMs?: number
  onNotice(message: string): void
}

const PATIENCE_MS = 30_000
const PAUSE_MS = 500
const TELL_EVERY = 10
const STARTING_UP = '57P03'
const NOT_THERE: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
])

/** @throws {BatutaError} `database-unreachable` when it never comes, or when it refuses this user or database. */
export async function awaitDatabase<T>(contact: () => Promise<T>, options: FirstContactOptions): Promise<T> {
  const { url, patienceMs = PATIENCE_MS, onNotice } = options
  for (let waitedMs = 0, attempt = 0; ; waitedMs += PAUSE_MS, attempt++) {
    try {
      return await contact()
    } catch (error) {
      if (!isAboutContact(error)) throw error
      const what = `PostgreSQL at ${placeOf(url)} does not let Batuta in: ${messageOf(error)}`
      if (!isPassing(error) || waitedMs >= patienceMs)
        throw new BatutaError(
          'database-unreachable',
          `${what}. Check database.url, and that the database is running.`,
          {
            cause: error,
          },
        )
      if (attempt % TELL_EVERY === 0) onNotice(`${what}; it is waited for`)
    }
    await sleep(PAUSE_MS)
  }
}

/** Not there, starting, full, or without this user or database. */
function isAboutContact(error: unknown): boolean {
  const state = sqlStateOf(error)
  return isPassing(error) || (state !== undefined && /^(28|3D|53300|08)/.test(state))
}

function isPassing(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return NOT_THERE.has(code) || sqlStateOf(error) === STARTING_UP || messageOf(error).includes('timeout expired')
}

/** Without user and password. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`
}
