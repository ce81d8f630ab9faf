// Time that stands still until everything that can go on has gone on, and then jumps to the next thing that is due: a test of a flow that
// pauses for a week takes no longer than one that does not.
import { seededRandom } from '@batuta/core'
import type { Platform } from '../platform/platform.ts'

interface Waiting {
  readonly atMs: number
  readonly run: () => void
}

export class VirtualPlatform implements Platform {
  #nowMs: number
  #waiting: Waiting[] = []
  readonly #random: () => number

  constructor(startMs: number, seed: string) {
    this.#nowMs = startMs
    this.#random = seededRandom(seed)
  }

  nowMs(): number {
    return this.#nowMs
  }

  /** Nothing here is short of processor time. */
  elapsedMs(): number {
    return 0
  }

  random(): number {
    return this.#random()
  }

  defer(run: () => void): void {
    setImmediate(run)
  }

  at(atMs: number, run: () => void): () => void {
    const waiting = { atMs, run }
    this.#waiting.push(waiting)
    return () => void (this.#waiting = this.#waiting.filter(known => known !== waiting))
  }

  /** When the next of those that wait is due. */
  nextMs(): number | undefined {
    return this.#waiting.length === 0 ? undefined : Math.min(...this.#waiting.map(({ atMs }) => atMs))
  }

  /** Time never goes back. */
  moveTo(atMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, atMs)
    const due = this.#waiting.filter(waiting => waiting.atMs <= this.#nowMs)
    this.#waiting = this.#waiting.filter(waiting => waiting.atMs > this.#nowMs)
    for (const { run } of due.sort((a, b) => a.atMs - b.atMs)) run()
  }
}
