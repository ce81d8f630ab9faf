// What a manager answered stays known for a while, that there is no such secret included, so that a thousand tasks do not ask a thousand times. Where it
// cannot be reached, what it said last counts for a while longer; where it refuses, it does not.
import type { SecretStore } from '@batuta/plugin-sdk'
import { ManagerError } from './manager-error.ts'

export interface CacheOptions {
  readonly lifeMs: number
  /** For so long after its life an answer still serves where no other is to be had. */
  readonly staleMs: number
  readonly sizeMax: number
  nowMs(): number
  onNotice(message: string, error?: unknown): void
}

interface Entry {
  readonly secret: string | undefined
  readonly atMs: number
}

export function cached(store: SecretStore, options: CacheOptions): SecretStore {
  const entries = new Map<string, Entry>()
  const asking = new Map<string, Promise<string | undefined>>()
  const keep = (id: string, secret: string | undefined): void => {
    entries.delete(id)
    entries.set(id, { secret, atMs: options.nowMs() })
    const [oldest] = entries.keys()
    if (entries.size > options.sizeMax && oldest !== undefined) entries.delete(oldest)
  }
  const ask = async (id: string, namespace: string, key: string): Promise<string | undefined> => {
    try {
      const secret = await store.find(namespace, key)
      keep(id, secret)
      return secret
    } catch (error) {
      const known = entries.get(id)
      if (known && maySay(known, error, options)) {
        options.onNotice(`the secret "${key}" is the one of before: its manager gives no answer`, error)
        return known.secret
      }
      throw error
    }
  }
  return {
    ...store,
    find: async (namespace, key) => {
      const id = JSON.stringify([namespace, key])
      const known = entries.get(id)
      if (known && options.nowMs() - known.atMs < options.lifeMs) return known.secret
      const underWay = asking.get(id) ?? ask(id, namespace, key).finally(() => asking.delete(id))
      asking.set(id, underWay)
      return await underWay
    },
  }
}

const PASSING: ReadonlySet<string> = new Set(['unreachable', 'slow', 'failed'])

function maySay({ atMs }: Entry, error: unknown, { lifeMs, staleMs, nowMs }: CacheOptions): boolean {
  return error instanceof ManagerError && PASSING.has(error.fault) && nowMs() - atMs < lifeMs + staleMs
}
