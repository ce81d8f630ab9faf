// The only places that touch time, chance and the event loop. Everything else gets them as arguments, so that the simulator can stand in.
import { randomFillSync } from 'node:crypto'
import { SteadyClock } from './steady-clock.ts'

export interface Clock {
  /** Epoch milliseconds; never goes back. */
  nowMs(): number
  /** Milliseconds since some moment, for budgets of processor time: it says nothing about the hour. */
  elapsedMs(): number
}

export interface Scheduler {
  /** Runs the function soon, after what is in the event loop's hands now. */
  defer(run: () => void): void
  /** Runs the function once, not before the moment; the returned function calls it off. */
  at(atMs: number, run: () => void): () => void
}

export interface Platform extends Clock, Scheduler {
  /** In [0, 1). */
  random(): number
}

const CHANCE_WORDS = 1024
const LONGEST_TIMER_MS = 2 ** 31 - 1

export interface RealPlatform extends Platform {
  /** Whoever learns of a better time says it here. */
  readonly clock: SteadyClock
}

export function realPlatform(): RealPlatform {
  const words = new Uint32Array(CHANCE_WORDS)
  let at = CHANCE_WORDS
  const clock = new SteadyClock({ wallMs: () => Date.now(), elapsedMs: () => performance.now() })
  return {
    clock,
    nowMs: () => clock.nowMs(),
    elapsedMs: () => clock.elapsedMs(),
    random: () => {
      if (at >= CHANCE_WORDS) {
        randomFillSync(words)
        at = 0
      }
      return (words[at++] ?? 0) / 4294967296
    },
    defer: run => void setImmediate(run),
    at: (atMs, run) => {
      const timer = setTimeout(run, Math.min(Math.max(0, atMs - clock.nowMs()), LONGEST_TIMER_MS))
      return () => clearTimeout(timer)
    },
  }
}
