// How much each may do in a time: what is spent comes back bit by bit, and who has nothing left is told when there will be enough. Bounded in memory: of too
// many, whoever was heard of longest ago is forgotten, and begins anew.
import { RequestError } from './request-error.ts'

export interface AllowanceOptions {
  /** As much as may be spent at once. */
  readonly most: number
  /** How much comes back in a minute. */
  readonly perMinute: number
  elapsedMs(): number
}

interface Purse {
  left: number
  atMs: number
}

const PURSES_MAX = 10_000
const MINUTE_MS = 60_000

export class Allowance {
  readonly #options: AllowanceOptions
  readonly #purses = new Map<string, Purse>()

  constructor(options: AllowanceOptions) {
    this.#options = options
  }

  /** Nobody has spent anything yet. */
  get isUntouched(): boolean {
    return this.#purses.size === 0
  }

  /** Milliseconds to wait until so much can be spent; 0 when it can. */
  waitMs(who: string, cost = 1): number {
    const purse = this.#purses.get(who)
    if (!purse) return 0
    this.#fill(purse)
    return this.#msFor(Math.min(cost, this.#options.most) - purse.left)
  }

  /** Spent whether or not there is enough; never below nothing. */
  spend(who: string, cost = 1): void {
    const purse = this.#purses.get(who) ?? { left: this.#options.most, atMs: this.#options.elapsedMs() }
    this.#fill(purse)
    purse.left = Math.max(0, purse.left - cost)
    this.#purses.delete(who)
    this.#purses.set(who, purse)
    if (this.#purses.size <= PURSES_MAX) return
    for (const oldest of this.#purses.keys()) {
      this.#purses.delete(oldest)
      return
    }
  }

  #fill(purse: Purse): void {
    const { most, perMinute, elapsedMs } = this.#options
    const nowMs = elapsedMs()
    purse.left = Math.min(most, purse.left + ((nowMs - purse.atMs) * perMinute) / MINUTE_MS)
    purse.atMs = nowMs
  }

  #msFor(amount: number): number {
    return amount <= 0 ? 0 : Math.max(1, Math.ceil((amount * MINUTE_MS) / this.#options.perMinute))
  }
}

export function tooMany(message: string, waitMs: number): RequestError {
  const headers = { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))) }
  return new RequestError(429, 'too-many-requests', message, { headers })
}
