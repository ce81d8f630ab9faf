// What was refused is tried again, less and less often: a row that can never be taken must not be read, refused and told of every second.
const FIRST_MS = 1_000
const LONGEST_MS = 60_000

export class Backoff {
  readonly #nowMs: () => number
  readonly #refused = new Map<string, { readonly atMs: number; readonly delayMs: number }>()

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** How many are refused now. */
  get size(): number {
    return this.#refused.size
  }

  isDue(key: string): boolean {
    const refused = this.#refused.get(key)
    return refused === undefined || refused.atMs <= this.#nowMs()
  }

  refuse(key: string): void {
    const delayMs = Math.min((this.#refused.get(key)?.delayMs ?? FIRST_MS / 2) * 2, LONGEST_MS)
    this.#refused.set(key, { atMs: this.#nowMs() + delayMs, delayMs })
  }

  /** Forgets all but these. */
  keep(keys: ReadonlySet<string>): void {
    for (const key of this.#refused.keys()) if (!keys.has(key)) this.#refused.delete(key)
  }
}
