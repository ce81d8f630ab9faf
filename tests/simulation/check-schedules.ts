// I9 of schedules that say what becomes of missed dates, and of what is held: each date at most once, and none left out without the reason that its policy allows.
import { createdMsOf, mapGet } from '@batuta/core'
import type { Shadow } from './audit.ts'
import { START_MS, count, type Ledger, type PassedOver } from './ledger.ts'
import {
  DATED,
  DATED_EVERY_MS,
  DATED_TRIGGERS,
  DEADLINE,
  LATE_BY_MAX_MS,
  TICKED,
  TICKED_EVERY_MS,
  WINDOW_MS,
} from './special-flows.ts'

export interface ScheduleFacts {
  readonly shadows: readonly Shadow[]
  readonly ledger: Ledger
  /** When the faults ended, and things are on time again. */
  readonly calmMs: number
  /** Which of the triggers of the run there are. */
  readonly dated: readonly string[]
  readonly hasTicks: boolean
  readonly hasDeadline: boolean
}

interface Fired {
  readonly executionId: string
  readonly dateMs: number
  /** By the clock of its node. */
  readonly decidedMs: number
}

interface Line {
  readonly name: string
  readonly fired: readonly Fired[]
  readonly passed: readonly PassedOver[]
  find(what: string): void
}

export function checkSchedules(facts: ScheduleFacts): void {
  const { shadows, ledger, dated, hasTicks, hasDeadline } = facts
  const lineOf = (flowId: string, triggerId: string): Line => ({
    name: triggerId,
    fired: firedBy(shadows, flowId, triggerId),
    passed: ledger.passedOver.filter(passed => passed.triggerId === triggerId),
    find: what => void ledger.findings.push(`I9 the schedule "${triggerId}" ${what}`),
  })
  for (const id of new Set(dated)) {
    const line = lineOf(DATED.flowId, id)
    checkOnce(line)
    if (id === 'dates') checkDates(line, facts)
    else checkGaps(line, DATED_EVERY_MS, JUDGES.get(id) ?? (() => false))
    if (id !== 'dates') checkEnd(line, DATED_EVERY_MS, facts)
  }
  if (hasTicks) {
    const line = lineOf(TICKED.flowId, 'ticks')
    checkOnce(line)
    checkGaps(line, TICKED_EVERY_MS, isHeld)
    checkEnd(line, TICKED_EVERY_MS, facts)
  }
  if (hasDeadline) checkWindows(facts)
}

function firedBy(shadows: readonly Shadow[], flowId: string, triggerId: string): readonly Fired[] {
  return shadows
    .filter(({ state }) => state.flowId === flowId && state.trigger?.id === triggerId && state.originalId === state.id)
    .map(({ state }) => ({
      executionId: state.id,
      dateMs: Date.parse(String(mapGet(state.trigger?.variables ?? {}, 'date'))),
      decidedMs: createdMsOf(state.id),
    }))
    .sort((a, b) => a.dateMs - b.dateMs)
}

function checkOnce({ fired, find }: Line): void {
  fired.forEach(({ dateMs }, at) => {
    if (fired[at - 1]?.dateMs === dateMs) find(`fired twice for ${iso(dateMs)}`)
  })
}

/** Whether a date may be missing between those that fired. */
type Judge = (dateMs: number, next: Fired | undefined, line: Line) => boolean

const JUDGES: ReadonlyMap<string, Judge> = new Map<string, Judge>([
  // Whoever came back then went on from the last date before.
  [
    'last',
    (dateMs, _next, { passed }) =>
      passed.some(({ code, nowMs }) => code === 'missed' && dateMs + DATED_EVERY_MS <= nowMs),
  ],
  ['none', (dateMs, _next, { passed }) => passed.some(({ code, nowMs }) => code === 'missed' && dateMs <= nowMs)],
  [
    'late',
    (dateMs, next, { passed }) =>
      passed.some(over => over.code === 'late' && over.dateMs === dateMs) ||
      (next !== undefined && dateMs + LATE_BY_MAX_MS < next.decidedMs),
  ],
])

/** Whoever died when it was let go has told nobody why, but had asked the breaker. */
function isHeld(dateMs: number, next: Fired | undefined, { passed }: Line): boolean {
  return passed.some(
    over =>
      (over.code === 'held' && over.dateMs === dateMs) ||
      (over.code === 'asked' && over.nowMs >= dateMs && over.nowMs <= (next?.decidedMs ?? Infinity)),
  )
}

function checkGaps(line: Line, everyMs: number, mayMiss: Judge): void {
  const { fired, name, find } = line
  fired.forEach((at, index) => {
    const before = fired[index - 1]
    for (let dateMs = at.dateMs - everyMs; before && dateMs > before.dateMs; dateMs -= everyMs)
      if (!mayMiss(dateMs, at, line)) find(`did not fire for ${iso(dateMs)}, and did for ${iso(at.dateMs)}`)
    if (name === 'late' && at.decidedMs > at.dateMs + LATE_BY_MAX_MS)
      find(`fired for ${iso(at.dateMs)}, ${at.decidedMs - at.dateMs} ms later`)
  })
}

/** In calm it fires up to the end. */
function checkEnd(line: Line, everyMs: number, { ledger: { scheduledUntilMs = 0 } }: ScheduleFacts): void {
  // Before the first date when the clocks were set back to then.
  const last = Math.max(
    START_MS,
    line.fired.at(-1)?.dateMs ?? 0,
    ...line.passed.flatMap(({ code, dateMs }) => (code === 'held' && dateMs !== null ? [dateMs] : [])),
    // Whoever came back then went on from there.
    ...line.passed.flatMap(({ code, nowMs }) => (code === 'missed' ? [nowMs] : [])),
  )
  if (last < scheduledUntilMs - everyMs - SLACK_MS)
    line.find(`fired last for ${iso(last)}, and was on until ${iso(scheduledUntilMs)}`)
}

const SLACK_MS = 2_500

/** Each waits for the end of what the one before has started. */
function checkDates({ fired, find }: Line, { shadows, ledger }: ScheduleFacts): void {
  const { scheduledUntilMs = 0, deleted } = ledger
  const [dates] = DATED_TRIGGERS.flatMap(trigger => ('dates' in trigger ? [trigger.dates] : []))
  const all = dates ?? []
  const wanted = all.filter(date => Date.parse(date) < scheduledUntilMs - SLACK_MS)
  const found = fired.map(({ dateMs }) => new Date(dateMs).toISOString())
  const last = shadows.find(({ state }) => state.id === fired.at(-1)?.executionId)
  const isWaiting =
    last &&
    (deleted.has(last.state.id) ||
      last.state.generation > 1 ||
      (last.firstEndMs ?? Infinity) > scheduledUntilMs - WAITS_MAX_MS)
  const isEnough = isWaiting === true || found.length >= wanted.length
  if (!isEnough || found.join() !== all.slice(0, found.length).join())
    find(`fired for ${found.join(', ')}, and not for ${wanted.join(', ')}`)
}

/** Of the last that waited at least half as long as before. */
const WAITS_MAX_MS = 25_000

/** The windows of the calm bring executions: of what came within them, or that nothing did. Nobody is told twice of one window. */
/** So long a node takes to be back after the last fault. */
const AWAY_MS = 15_000

function checkWindows({ shadows, ledger, calmMs }: ScheduleFacts): void {
  const { findings, scheduledUntilMs = 0 } = ledger
  const told = shadows.filter(({ state }) => state.flowId === DEADLINE.flowId && state.originalId === state.id)
  const missed = told.filter(({ state }) => state.labels.some(({ key }) => key === 'missed'))
  const momentsOf = (of: readonly Shadow[]): number[] =>
    of.map(({ state }) => createdMsOf(state.id)).sort((a, b) => a - b)
  const misses = momentsOf(missed)
  if (misses.length > 0) count(ledger, 'windows missed')
  misses.forEach((atMs, index) => {
    const before = misses[index - 2]
    if (before !== undefined && atMs - before <= WINDOW_MS)
      findings.push(`I9 three windows were missed from ${iso(before)} to ${iso(atMs)}`)
  })
  // After a window in which it fired there is one in which it need not.
  const moments = [...momentsOf(told).filter(atMs => atMs > calmMs && atMs < scheduledUntilMs), scheduledUntilMs]
  moments.forEach((atMs, index) => {
    const before = moments[index - 1] ?? calmMs
    // The last who was away may come back later than the faults end.
    const awayMs = index === 0 ? AWAY_MS : 0
    if (atMs - before > 2 * WINDOW_MS + SLACK_MS + awayMs)
      findings.push(`I9 nobody was told of the windows between ${iso(before)} and ${iso(atMs)}`)
  })
}

function iso(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : 'never'
}
