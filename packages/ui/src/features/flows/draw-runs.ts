// Executions as bars in one small drawing: a path for each group of states, and one for the crosses above those that failed.
import { stateGroupOf } from '../../lib/states.ts'
import type { StateGroup } from '../../lib/tokens.ts'

export interface DrawnRun {
  readonly state: string
  /** Null while it runs. */
  readonly durationMs: number | null
}

export interface DrawnRuns {
  readonly bars: ReadonlyMap<StateGroup, string>
  /** Empty where none failed. */
  readonly crosses: string
}

/** Of one bar and the room around it, in pixels. */
export const SLOT_PX = 8
export const DRAWING_PX = 28
const FOOT_PX = DRAWING_PX - 1
const BAR_PX = 6
const BAR_MAX_PX = 18
const BAR_MIN_PX = 3

/** From left to right, as high as each took long. */
export function drawRuns(runs: readonly DrawnRun[]): DrawnRuns {
  const longest = Math.max(1, ...runs.map(({ durationMs }) => durationMs ?? 0))
  const bars = new Map<StateGroup, string>()
  let crosses = ''
  for (const [index, { state, durationMs }] of runs.entries()) {
    const left = index * SLOT_PX + (SLOT_PX - BAR_PX) / 2
    const px = Math.max(BAR_MIN_PX, Math.round(((durationMs ?? longest / 2) / longest) * BAR_MAX_PX))
    const group = stateGroupOf(state)
    bars.set(group, (bars.get(group) ?? '') + barOf(group, left, px))
    if (group === 'failed') crosses += `M${left} ${FOOT_PX - px - 8}l6 6m0-6l-6 6`
  }
  return { bars, crosses }
}

/** What goes on is in stripes, what has not begun is an outline: nobody needs the colours. */
function barOf(group: StateGroup, left: number, px: number): string {
  switch (group) {
    case 'running':
      return stripes(left, px, { on: 2, off: 2 })
    case 'paused':
      return stripes(left, px, { on: 3, off: 2 })
    case 'waiting':
      return box(left, px) + hole(left, px)
    case 'success':
    case 'failed':
    case 'warning':
    case 'stopped':
    case 'skipped':
      return box(left, px)
  }
}

/** With corners rounded by a pixel. */
function box(left: number, px: number): string {
  const side = BAR_PX - 2
  return `M${left + 1} ${FOOT_PX - px}h${side}q1 0 1 1v${px - 2}q0 1-1 1h-${side}q-1 0-1-1v-${px - 2}q0-1 1-1z`
}

/** The other way round, so that it is left out. */
function hole(left: number, px: number): string {
  return `M${left + 1} ${FOOT_PX - px + 1}v${px - 2}h${BAR_PX - 2}v-${px - 2}z`
}

function stripes(left: number, px: number, { on, off }: { readonly on: number; readonly off: number }): string {
  let path = ''
  for (let from = 0; from < px; from += on + off) {
    const height = Math.min(on, px - from)
    path += `M${left} ${FOOT_PX - from}h${BAR_PX}v-${height}h-${BAR_PX}z`
  }
  return path
}
