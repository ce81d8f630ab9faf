// What was made of stored things that do not change any more, as long as there is room: what was asked for longest ago goes first.

interface Kept<T> {
  readonly value: T
  readonly weight: number
}

export class Recent<T> {
  readonly #weightMax: number
  /** The one that was asked for last at the end. */
  readonly #kept = new Map<string, Kept<T>>()
  #weight = 0

  constructor(weightMax: number) {
    this.#weightMax = weightMax
  }

  get(key: string): T | undefined {
    const found = this.#kept.get(key)
    if (!found) return undefined
    this.#kept.delete(key)
    this.#kept.set(key, found)
    return found.value
  }

  has(key: string): boolean {
    return this.#kept.has(key)
  }

  set(key: string, value: T, weight: number): void {
    this.#weight += weight - (this.#kept.get(key)?.weight ?? 0)
    this.#kept.delete(key)
    this.#kept.set(key, { value, weight })
    for (const [oldest, { weight: freed }] of this.#kept) {
      if (this.#weight <= this.#weightMax) return
      this.#kept.delete(oldest)
      this.#weight -= freed
    }
  }
}
