// The keys of the chart over the list: one slice of the time after another, a page of them, or the first and the last.
import { isFinalState } from '../../lib/states.ts'

export interface CountedSlice {
  readonly start: string
  readonly end: string
  readonly states: Readonly<Record<string, number>>
  /** The mean of those that ended. */
  readonly durationMs?: number
}

const PAGE = 10
const STEPS: Readonly<Record<string, number>> = {
  ArrowRight: 1,
  ArrowUp: 1,
  ArrowLeft: -1,
  ArrowDown: -1,
  PageUp: PAGE,
  PageDown: -PAGE,
  Home: -Infinity,
  End: Infinity,
}

/** Where a key leads; undefined: it does not move. Whoever has not been anywhere begins at the newest slice. */
export function placeAfter(key: string, at: number | undefined, count: number): number | undefined {
  const step = STEPS[key]
  if (step === undefined || count === 0) return undefined
  if (at === undefined && Number.isFinite(step)) return count - 1
  return Math.max(0, Math.min(count - 1, (at ?? 0) + step))
}

/** Of slices beside one another. */
export function sumOf(slices: readonly CountedSlice[]): CountedSlice | undefined {
  const [first, last] = [slices[0], slices.at(-1)]
  if (!first || !last) return undefined
  const states: Record<string, number> = {}
  let [count, totalMs] = [0, 0]
  for (const slice of slices) {
    for (const [state, here] of Object.entries(slice.states)) states[state] = (states[state] ?? 0) + here
    if (slice.durationMs === undefined) continue
    const ended = Object.entries(slice.states).reduce((sum, [state, one]) => sum + (isFinalState(state) ? one : 0), 0)
    count += ended
    totalMs += slice.durationMs * ended
  }
  const mean = count === 0 ? {} : { durationMs: totalMs / count }
  return { start: first.start, end: last.end, states, ...mean }
}
