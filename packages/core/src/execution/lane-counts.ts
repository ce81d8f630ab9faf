// How many tasks each open lane has begun. Lanes come and go by the million in large loops: a Map whose keys are deleted leaves tables behind that refer to
// their successors, and the collector of young objects then keeps whatever they refer to. Here are two arrays, and nothing to refer to; a sequence, which has
// one lane, needs none.

const FIRST_CAPACITY = 8
const FREE = -1
const GONE = -2

export class LaneCounts implements Iterable<readonly [number, number]> {
  /** While there are no arrays: the one lane that is open. */
  #only = FREE
  #onlyCount = 0
  #lanes: Int32Array | undefined
  #counts: Int32Array | undefined
  /** Places that are not FREE. */
  #used = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  get(lane: number): number | undefined {
    if (!this.#lanes) return lane === this.#only ? this.#onlyCount : undefined
    const at = this.#find(lane)
    return at === FREE ? undefined : this.#counts?.[at]
  }

  set(lane: number, count: number): void {
    if (!this.#lanes && (this.#only === FREE || this.#only === lane)) {
      this.#only = lane
      this.#onlyCount = count
      this.#size = 1
      return
    }
    const known = this.#find(lane)
    if (known !== FREE) {
      if (this.#counts) this.#counts[known] = count
      return
    }
    if (!this.#lanes || (this.#used + 1) * 2 > this.#lanes.length) this.#rebuild()
    this.#insert(lane, count)
  }

  delete(lane: number): void {
    if (!this.#lanes) {
      if (lane !== this.#only) return
      this.#only = FREE
      this.#size = 0
      return
    }
    const at = this.#find(lane)
    if (at === FREE) return
    this.#lanes[at] = GONE
    this.#size -= 1
  }

  clear(): void {
    this.#lanes = this.#counts = undefined
    this.#only = FREE
    this.#used = this.#size = 0
  }

  /** In the order of the lanes. */
  *[Symbol.iterator](): Iterator<readonly [number, number]> {
    const open = [...(this.#lanes ?? [this.#only])].filter(lane => lane >= 0).sort((a, b) => a - b)
    for (const lane of open) yield [lane, this.get(lane) ?? 0]
  }

  #find(lane: number): number {
    const lanes = this.#lanes
    if (!lanes) return FREE
    const mask = lanes.length - 1
    for (let at = hash(lane) & mask; ; at = (at + 1) & mask) {
      const found = lanes[at]
      if (found === lane) return at
      if (found === FREE || found === undefined) return FREE
    }
  }

  #insert(lane: number, count: number): void {
    if (!this.#lanes || !this.#counts) return
    const mask = this.#lanes.length - 1
    let at = hash(lane) & mask
    while (this.#lanes[at] !== FREE) at = (at + 1) & mask
    this.#lanes[at] = lane
    this.#counts[at] = count
    this.#used += 1
    this.#size += 1
  }

  /** Room for twice as many as are open, without the places of those that are gone. */
  #rebuild(): void {
    const lanes = this.#lanes
    const counts = this.#counts
    let capacity = FIRST_CAPACITY
    while (capacity < (this.#size + 1) * 4) capacity *= 2
    this.#lanes = new Int32Array(capacity).fill(FREE)
    this.#counts = new Int32Array(capacity)
    this.#used = this.#size = 0
    if (!lanes && this.#only !== FREE) this.#insert(this.#only, this.#onlyCount)
    lanes?.forEach((lane, at) => {
      if (lane >= 0) this.#insert(lane, counts?.[at] ?? 0)
    })
  }
}

/** Lanes follow one another: their low bits are spread already. */
function hash(lane: number): number {
  return lane ^ (lane >>> 15)
}
