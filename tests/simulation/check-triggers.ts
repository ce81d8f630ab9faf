// I9: whatever a trigger is to start is started, once.
import { decodeEvents, isFinal, mapGet, statesPassed, type ExecutionState } from '@batuta/core'
import { SOURCE_RUN } from '@batuta/plugin-sdk'
import type { Tables } from '../../packages/server/src/storage/memory/tables.ts'
import type { Audit, Shadow } from './audit.ts'
import { ASKER, JOINER, LISTENER, READER, SCHEDULE_EVERY_MS, SCHEDULE_ID } from './special-flows.ts'
import { checkDoors } from './check-doors.ts'
import { checkSchedules, type ScheduleFacts } from './check-schedules.ts'
import { START_MS, type Ledger } from './ledger.ts'
import { MESSAGES_MAX } from './stranger.ts'

const SLACK_MS = 2_500
/** Clocks of machines and of the database are apart. */
const APART_MS = 8_000

/** Which triggers there are. */
export type TriggerFacts = Omit<ScheduleFacts, 'shadows' | 'ledger'>

export function checkTriggers(tables: Tables, audit: Audit, ledger: Ledger, facts: TriggerFacts): void {
  const shadows = [...audit.shadows.values()]
  checkTicks(tables, shadows, ledger)
  checkBackfill(shadows, ledger)
  checkHeard(tables, shadows, ledger)
  checkJoined(tables, shadows, ledger)
  checkRead(tables, shadows, ledger)
  checkAsked(tables, shadows, ledger)
  checkDoors(shadows, ledger)
  checkSchedules({ ...facts, shadows, ledger })
}

/** What the trigger itself has started, not what was made of it later. */
function startedBy(shadows: readonly Shadow[], triggerId: string): readonly Shadow[] {
  return shadows.filter(({ state }) => state.trigger?.id === triggerId && state.originalId === state.id)
}

function variable({ trigger }: ExecutionState, name: string): unknown {
  return mapGet(trigger?.variables ?? {}, name)
}

function dateOf(state: ExecutionState): readonly number[] {
  const date = variable(state, 'date')
  return typeof date === 'string' ? [Date.parse(date)] : []
}

function isBackfilled({ labels }: ExecutionState): boolean {
  return labels.some(({ key }) => key === 'system.backfill')
}

/** Every date of the schedule has fired once, up to the last one, but for those at which it was switched off. */
function checkTicks(tables: Tables, shadows: readonly Shadow[], ledger: Ledger): void {
  const { findings, scheduledUntilMs = 0, switchedOff, backfills } = ledger
  const trigger = [...tables.triggers.values()].find(({ triggerId }) => triggerId === SCHEDULE_ID)
  if (!trigger) return
  const ticks = startedBy(shadows, SCHEDULE_ID).filter(({ state }) => !isBackfilled(state))
  const dates = ticks.flatMap(({ state }) => dateOf(state)).sort((a, b) => a - b)
  const wasOff = (fromMs: number, toMs: number): boolean =>
    switchedOff.some(off => !off.isMadeUp && off.fromMs - APART_MS < toMs && fromMs < off.toMs + APART_MS)
  dates.forEach((date, at) => {
    const before = dates[at - 1]
    if (before === undefined || date - before === SCHEDULE_EVERY_MS) return
    if (date === before || !wasOff(before, date))
      findings.push(`I9 the schedule fired for ${iso(date)} after ${iso(before)}`)
  })
  const last = dates.at(-1) ?? null
  if (isLate(last, scheduledUntilMs) && !wasOff(last ?? START_MS, scheduledUntilMs))
    findings.push(`I9 the schedule fired last for ${iso(last)} and was on until ${iso(scheduledUntilMs)}`)
  if (last !== trigger.lastMs && backfills.length === 0)
    findings.push(`I9 the schedule fired last for ${iso(last)}, its cursor says ${iso(trigger.lastMs)}`)
}

/** Every date of a backfill has fired once; of one that was deleted, the first ones. */
function checkBackfill(shadows: readonly Shadow[], { findings, backfills }: Ledger): void {
  const filled = startedBy(shadows, SCHEDULE_ID).filter(({ state }) => isBackfilled(state))
  const dates = filled.flatMap(({ state }) => dateOf(state)).sort((a, b) => a - b)
  const [backfill] = backfills
  if (!backfill) {
    if (dates.length > 0) findings.push(`I9 a backfill fired for ${dates.map(iso).join(', ')}, and nobody wanted one`)
    return
  }
  const wanted: number[] = []
  for (let date = backfill.startMs; date <= backfill.endMs; date += SCHEDULE_EVERY_MS) wanted.push(date)
  const isWhole = backfill.isAcknowledged && !backfill.isDeleted
  const expected = isWhole ? wanted : wanted.slice(0, dates.length)
  if (dates.join() !== expected.join())
    findings.push(`I9 the backfill fired for ${dates.map(iso).join(', ')}, and not for ${expected.map(iso).join(', ')}`)
}

/** The listener was started once for every end of another execution. */
function checkHeard(tables: Tables, shadows: readonly Shadow[], { findings }: Ledger): void {
  if (!tables.flows.has(nameOf(LISTENER))) return
  const heard = new Map<string, number>()
  for (const { state } of startedBy(shadows, 'ends')) {
    const key = `${String(variable(state, 'executionId'))} ${String(variable(state, 'state'))}`
    heard.set(key, (heard.get(key) ?? 0) + 1)
  }
  for (const { state, rows } of shadows) {
    if (state.flowId === LISTENER.flowId) continue
    const ends = endsOf(rows)
    for (const end of new Set(ends)) {
      const times = ends.filter(name => name === end).length
      const found = heard.get(`${state.id} ${end}`) ?? 0
      if (found !== times)
        findings.push(`I9 ${state.id} ended ${end} ${times} times, and the listener was started ${found} times`)
    }
  }
}

function endsOf(rows: Shadow['rows']): readonly string[] {
  return rows.flatMap(row => statesPassed(decodeEvents(row)).filter(isFinal))
}

/** Each start took an end of either flow, and with one of each there was a start. */
function checkJoined(tables: Tables, shadows: readonly Shadow[], { findings }: Ledger): void {
  if (!tables.flows.has(nameOf(JOINER))) return
  const endsOfFlow = (id: string): number =>
    shadows.reduce((sum, { state, rows }) => sum + (state.flowId === id ? endsOf(rows).length : 0), 0)
  const pairs = Math.min(endsOfFlow('f0'), endsOfFlow('f1'))
  const starts = startedBy(shadows, 'both').length
  if (starts > pairs || (starts === 0 && pairs > 0))
    findings.push(`I9 there were ${pairs} pairs of ends, and ${starts} starts for them`)
}

/** Every message of the stranger was taken once. */
function checkRead(tables: Tables, shadows: readonly Shadow[], { findings }: Ledger): void {
  if (!tables.flows.has(nameOf(READER))) return
  const numbers = numbersRead(shadows)
  const expected = Array.from({ length: MESSAGES_MAX }, (_, at) => at + 1)
  if (numbers.join() !== expected.join())
    findings.push(`I9 the messages ${numbers.join()} were taken, there were ${expected.join()}`)
}

export function numbersRead(shadows: Iterable<Shadow>): readonly number[] {
  // A source that breaks off makes an execution of that, too.
  const numbers = startedBy([...shadows], 'messages').map(({ state }) => Number(variable(state, 'number') ?? NaN))
  return numbers.filter(number => !Number.isNaN(number)).sort((a, b) => a - b)
}

/** What a poll found was taken once, and not while what was found before it was worked on. */
function checkAsked(tables: Tables, shadows: readonly Shadow[], { findings, unlocked, starts, counts }: Ledger): void {
  if (!tables.flows.has(nameOf(ASKER))) return
  const found = startedBy(shadows, 'poll').toSorted((a, b) => a.bornMs - b.bornMs)
  const polls = found.map(({ state }) => String(variable(state, 'poll')))
  // A machine whose clock was set back has not come to the hour of the first poll.
  const isOnTime = !counts.has('clocks set')
  if (isOnTime && !starts.some(({ key }) => key.run === SOURCE_RUN)) findings.push('I9 the stranger was never asked')
  if (new Set(polls).size < polls.length) findings.push(`I9 of the polls ${polls.join()} one counted twice`)
  found.forEach((shadow, at) => {
    const before = found[at - 1]
    if (!before || unlocked || before.firstEndMs === undefined) return
    if (shadow.bornMs < before.firstEndMs)
      findings.push(
        `I9 ${shadow.state.id} was started ${before.firstEndMs - shadow.bornMs} ms before the end of the last`,
      )
  })
}

function nameOf({ tenant, namespace, flowId }: typeof LISTENER): string {
  return `${tenant}/${namespace}/${flowId}`
}

function isLate(last: number | null, untilMs: number): boolean {
  return (last ?? START_MS) < untilMs - SCHEDULE_EVERY_MS - SLACK_MS
}

function iso(ms: number | null): string {
  return ms === null ? 'never' : new Date(ms).toISOString()
}
