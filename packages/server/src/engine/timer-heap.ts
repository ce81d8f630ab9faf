// Timers that are due soon, in memory; the rest stay in the store and are read when their hour comes near.

export interface TimerEntry {
  readonly executionId: string
  readonly name: string
  readonly atMs: number
}

/** The earliest entry first. */
export class TimerHeap<Entry extends { readonly atMs: number } = TimerEntry> {
  readonly #heap: Entry[] = []

  get nextMs(): number | undefined {
    return this.#heap[0]?.atMs
  }

  get first(): Entry | undefined {
    return this.#heap[0]
  }

  get size(): number {
    return this.#heap.length
  }

  push(entry: Entry): void {
    const heap = this.#heap
    heap.push(entry)
    for (let at = heap.length - 1; at > 0;) {
      const above = (at - 1) >> 1
      if ((heap[above]?.atMs ?? 0) <= entry.atMs) break
      this.#swap(at, above)
      at = above
    }
  }

  /** The earliest entry if it is due. */
  popDue(nowMs: number): Entry | undefined {
    const heap = this.#heap
    const [first] = heap
    if (!first || first.atMs > nowMs) return undefined
    const last = heap.pop()
    if (last && heap.length > 0) {
      heap[0] = last
      this.#sink()
    }
    return first
  }

  clear(): void {
    this.#heap.length = 0
  }

  #sink(): void {
    for (let at = 0; ;) {
      const left = at * 2 + 1
      const right = left + 1
      let least = at
      if (this.#isBefore(left, least)) least = left
      if (this.#isBefore(right, least)) least = right
      if (least === at) return
      this.#swap(at, least)
      at = least
    }
  }

  #isBefore(a: number, b: number): boolean {
    const first = this.#heap[a]
    const second = this.#heap[b]
    return first !== undefined && second !== undefined && first.atMs < second.atMs
  }

  #swap(a: number, b: number): void {
    const first = this.#heap[a]
    const second = this.#heap[b]
    if (!first || !second) return
    this.#heap[a] = second
    this.#heap[b] = first
  }
}
