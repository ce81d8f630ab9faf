// What a task run looks like over time: the part in the queue, its attempts side by side with the waits between them, pauses.
import { isFinalState } from '../../lib/states.ts'
import { isGroup, isLeaf, startMsOf, type GanttRun, type RunState } from './gantt-run.ts'

export type BarKind = 'queued' | 'attempt' | 'waiting' | 'paused' | 'group'

export interface Bar {
  readonly kind: BarKind
  readonly startMs: number
  readonly endMs: number
  /** Whose colour it has. */
  readonly state: string
}

export function endMsOf({ state }: Pick<GanttRun, 'state'>, nowMs: number): number {
  const end = isFinalState(state.current) && state.endDate !== undefined ? Date.parse(state.endDate) : nowMs
  return Math.max(end, Date.parse(state.startDate))
}

/** Of those that are no groups. */
export function spansOf(
  runs: readonly GanttRun[],
  nowMs: number,
): readonly { readonly id: string; readonly startMs: number; readonly endMs: number }[] {
  return runs.filter(isLeaf).map(run => ({ id: run.id, startMs: startMsOf(run), endMs: endMsOf(run, nowMs) }))
}

export function barsOf(run: GanttRun, nowMs: number): readonly Bar[] {
  const { state, attempts = [] } = run
  if (isGroup(run) || state.histories.some(moment => moment.state === 'PAUSED')) return barsOfHistory(run, nowMs)
  return attempts.length === 0 ? barsOfHistory(run, nowMs) : barsOfAttempts(run, attempts, nowMs)
}

function barsOfAttempts(
  run: GanttRun,
  attempts: readonly { readonly state: RunState }[],
  nowMs: number,
): readonly Bar[] {
  const endMs = endMsOf(run, nowMs)
  const bars: Bar[] = []
  let at = startMsOf(run)
  attempts.forEach(({ state }, index) => {
    const isLast = index === attempts.length - 1
    const from = Math.max(at, Date.parse(state.startDate))
    const to = state.endDate === undefined ? endMs : Date.parse(state.endDate)
    if (from > at) bars.push({ kind: index === 0 ? 'queued' : 'waiting', startMs: at, endMs: from, state: 'CREATED' })
    // An attempt that nobody closed ended with its run.
    const ended = isLast && isFinalState(run.state.current) ? run.state.current : state.current
    bars.push({ kind: 'attempt', startMs: from, endMs: Math.max(from, to), state: ended })
    at = Math.max(from, to)
  })
  if (!isFinalState(run.state.current) && endMs > at)
    bars.push({ kind: 'waiting', startMs: at, endMs, state: run.state.current })
  return bars
}

const WAITING = ['CREATED', 'SUBMITTED', 'QUEUED', 'RESUBMITTED']

function barsOfHistory(run: GanttRun, nowMs: number): readonly Bar[] {
  const { histories, current } = run.state
  const endMs = endMsOf(run, nowMs)
  const isFinal = isFinalState(current)
  return histories.flatMap(({ state, date }, index): readonly Bar[] => {
    if (isFinalState(state) && index === histories.length - 1 && histories.length > 1) return []
    const startMs = Date.parse(date)
    const next = histories[index + 1]
    const until = next ? Date.parse(next.date) : endMs
    if (until <= startMs && !(state === 'RUNNING' || histories.length === 1)) return []
    const kind = WAITING.includes(state) ? 'queued' : state === 'PAUSED' ? 'paused' : isGroup(run) ? 'group' : 'attempt'
    const isColoured = kind === 'attempt' || kind === 'group'
    return [{ kind, startMs, endMs: Math.max(startMs, until), state: isColoured && isFinal ? current : state }]
  })
}

/** How long it stood in the queue before its first attempt. */
export function queuedMsOf(run: GanttRun, nowMs: number): number {
  return barsOf(run, nowMs)
    .filter(({ kind }) => kind === 'queued')
    .reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0)
}
