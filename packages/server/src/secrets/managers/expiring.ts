// What has to be fetched again before its time is over: tokens, credentials. Everybody who asks while it is fetched waits for the same one.
export interface Expiring<T> {
  readonly value: T
  /** Absent: it lasts. */
  readonly untilMs?: number | undefined
}

/** Fetched again so long before its end, or after the last tenth of its life has begun. */
const MARGIN_MS = 60_000
const MARGIN_SHARE = 10

export class Renewed<T> {
  readonly #fetch: () => Promise<Expiring<T>>
  readonly #nowMs: () => number
  #known: { readonly value: T; readonly againMs: number } | undefined
  #fetching: Promise<T> | undefined

  constructor(fetch: () => Promise<Expiring<T>>, nowMs: () => number) {
    this.#fetch = fetch
    this.#nowMs = nowMs
  }

  async get(): Promise<T> {
    if (this.#known && this.#nowMs() < this.#known.againMs) return this.#known.value
    this.#fetching ??= this.#renew().finally(() => {
      this.#fetching = undefined
    })
    return await this.#fetching
  }

  /** It was refused: the next one who asks gets another. */
  forget(): void {
    this.#known = undefined
  }

  async #renew(): Promise<T> {
    const nowMs = this.#nowMs()
    const { value, untilMs } = await this.#fetch()
    const left = untilMs === undefined ? Infinity : untilMs - nowMs
    this.#known = { value, againMs: nowMs + left - Math.min(MARGIN_MS, left / MARGIN_SHARE) }
    return value
  }
}
