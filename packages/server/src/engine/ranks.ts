// In what order waiting jobs are taken. The rank of a job is the virtual time at which it is its namespace's turn: each job moves the turn of its
// namespace on, so that ten thousand jobs of one namespace stand between few jobs of another. A priority moves it by hours: whoever has waited
// that much longer goes first all the same, and nobody waits for ever.
import type { Priority } from '@batuta/core'

/** What a job takes from its namespace's turn. */
const SLICE_MS = 100
const HOUR_MS = 3_600_000
/** How much sooner or later than a normal job. */
const SHIFTS_MS: Readonly<Record<Priority, number>> = {
  LOWEST: 24 * HOUR_MS,
  LOW: HOUR_MS,
  NORMAL: 0,
  HIGH: -HOUR_MS,
  HIGHEST: -24 * HOUR_MS,
}
const NAMESPACES_MAX = 10_000

export class Ranks {
  /** When it is the turn of a namespace again; those whose turn is past are as if they were not there. */
  readonly #turns = new Map<string, number>()

  rankOf(namespace: string, nowMs: number, priority: Priority = 'NORMAL'): number {
    const name = `${priority} ${namespace}`
    const turnMs = Math.max(nowMs, this.#turns.get(name) ?? 0)
    if (this.#turns.size >= NAMESPACES_MAX) this.#forgetPast(nowMs)
    this.#turns.set(name, turnMs + SLICE_MS)
    return turnMs + SHIFTS_MS[priority]
  }

  #forgetPast(nowMs: number): void {
    for (const [name, turnMs] of this.#turns) if (turnMs <= nowMs) this.#turns.delete(name)
  }
}
