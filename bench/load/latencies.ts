// All latencies of a run, in milliseconds: eight bytes each, so that the figures are exact and nothing is sorted while the load runs.
import type { LatencySummary } from './plan.ts'

const FIRST_CAPACITY = 1 << 16

export class Latencies {
  #values = new Float64Array(FIRST_CAPACITY)
  #count = 0

  get count(): number {
    return this.#count
  }

  add(ms: number): void {
    if (this.#count === this.#values.length) {
      const larger = new Float64Array(this.#values.length * 2)
      larger.set(this.#values)
      this.#values = larger
    }
    this.#values[this.#count++] = ms
  }

  summarize(): LatencySummary {
    const sorted = this.#values.slice(0, this.#count).sort()
    const sum = sorted.reduce((total, value) => total + value, 0)
    return {
      mean: round(sum / Math.max(1, this.#count)),
      p50: quantile(sorted, 0.5),
      p95: quantile(sorted, 0.95),
      p99: quantile(sorted, 0.99),
      p999: quantile(sorted, 0.999),
      max: quantile(sorted, 1),
    }
  }
}

/** The smallest value that this share of all values does not exceed; 0 of nothing. */
function quantile(sorted: Float64Array, share: number): number {
  return round(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0)
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
