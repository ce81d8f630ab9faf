// Counts of what was observed, by bounds: an observation is a short search and two additions, and allocates nothing.

/** Seconds, for what is done in between a millisecond and minutes. */
export const SECONDS: readonly number[] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800]
/** Seconds, for what should be done at once. */
export const SHORT_SECONDS: readonly number[] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]
export const SIZES: readonly number[] = [1, 4, 16, 64, 256, 1024, 4096]

export class Histogram {
  readonly bounds: readonly number[]
  /** One more than there are bounds: the last one is for what is beyond all of them. */
  readonly counts: Float64Array
  /** In the unit of the bounds: sum and greatest; kept in an array, so that adding makes no new number. */
  readonly #totals = new Float64Array(1)

  constructor(bounds: readonly number[]) {
    this.bounds = bounds
    this.counts = new Float64Array(bounds.length + 1)
  }

  observe(value: number): void {
    const { bounds, counts } = this
    let at = 0
    while (at < bounds.length && value > (bounds[at] ?? Infinity)) at += 1
    counts[at] = (counts[at] ?? 0) + 1
    this.#totals[0] = (this.#totals[0] ?? 0) + value
  }

  get sum(): number {
    return this.#totals[0] ?? 0
  }

  get count(): number {
    let count = 0
    for (const part of this.counts) count += part
    return count
  }
}

const MAX_KEPT_MS = 60_000

/** How often, how long altogether, and how long at most lately: what boards made for Kestra's timers ask for. In seconds. */
export class Timer {
  /** count, sum, greatest since the last turn-over, greatest of the period before */
  readonly #totals = new Float64Array(4)
  #turnedMs = 0

  add(seconds: number): void {
    const totals = this.#totals
    totals[0] = (totals[0] ?? 0) + 1
    totals[1] = (totals[1] ?? 0) + seconds
    if (seconds > (totals[2] ?? 0)) totals[2] = seconds
  }

  get count(): number {
    return this.#totals[0] ?? 0
  }

  get sum(): number {
    return this.#totals[1] ?? 0
  }

  /** Of the last one to two minutes in which somebody asked. */
  maxAt(nowMs: number): number {
    const totals = this.#totals
    if (nowMs - this.#turnedMs > MAX_KEPT_MS) {
      this.#turnedMs = nowMs
      totals[3] = totals[2] ?? 0
      totals[2] = 0
    }
    return Math.max(totals[2] ?? 0, totals[3] ?? 0)
  }
}
