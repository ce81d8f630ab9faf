// Why something did not run: the answer first, what was checked, what was noted at the time, and what comes next. Reasons are what evaluations left behind;
// for a moment without one the schedule itself is asked.
import { dueScheduleDate, nextScheduleDate, type Plan, type ExecutionState } from '@batuta/core'
import type { HttpDependencies } from '../dependencies.ts'
import { viewExecution } from '../executions/read-execution.ts'
import { parseMoment } from '../parse-moment.ts'
import { notFound, unprocessable } from '../request-error.ts'
import type { ReasonRow, StoredTrigger } from '../../storage/store.ts'
import { openTrigger, type OpenTrigger } from './open-trigger.ts'

interface Check {
  readonly check: string
  readonly ok: boolean
  readonly detail?: string
}

interface Answer {
  readonly code: string
  readonly reason: string
}

export interface Decisions {
  readonly subject: string
  readonly at: string | null
  readonly answer: Answer
  readonly checks: readonly Check[]
  readonly decisions: readonly unknown[]
  readonly executions: readonly unknown[]
  readonly next: string | null
}

const REASONS_MAX = 50
/** Around the moment that is asked for. */
const NEAR_MS = 5 * 60_000
const EXECUTIONS_MAX = 5

export async function decide(
  { subject, at }: { readonly subject: string; readonly at?: string },
  dependencies: HttpDependencies,
): Promise<Decisions> {
  const atMs = at === undefined ? undefined : parseMoment(at, 'at')
  const [kind, name] = [subject.slice(0, subject.indexOf(':')), subject.slice(subject.indexOf(':') + 1)]
  if (kind === 'execution') return await ofExecution(name, subject, dependencies)
  const parts = name.split('.')
  const [triggerId, flowId] = [parts.pop(), parts.pop()]
  if (kind !== 'trigger' || triggerId === undefined || flowId === undefined || parts.length === 0)
    throw unprocessable(
      'subject-invalid',
      `"${subject.slice(0, 100)}" is no subject: write trigger:{namespace}.{flow}.{trigger} or execution:{id}.`,
    )
  return await ofTrigger({ namespace: parts.join('.'), flowId, triggerId }, { subject, atMs }, dependencies)
}

interface Asked {
  readonly subject: string
  readonly atMs: number | undefined
}

interface TriggerName {
  readonly namespace: string
  readonly flowId: string
  readonly triggerId: string
}

async function ofTrigger(
  name: TriggerName,
  { subject, atMs }: Asked,
  dependencies: HttpDependencies,
): Promise<Decisions> {
  const { config, flows, store, reasons, platform } = dependencies
  const key = { tenant: config.tenant, ...name }
  const entry = flows.newest(key)
  if (!entry) throw notFound(`The flow "${name.namespace}.${name.flowId}"`)
  const plan = flows.planOf(entry)
  const trigger = plan.flow.triggers.find(({ id }) => id === name.triggerId)
  if (!trigger) throw notFound(`The trigger "${name.triggerId}" of the flow "${name.namespace}.${name.flowId}"`)
  await reasons.write()
  const stored = (await store.read.listTriggers(key)).find(row => row.triggerId === name.triggerId)
  const opened = await openTrigger(plan, trigger, dependencies)
  const lockedBy = await holderOf(stored, dependencies)
  const checks: Check[] = [
    { check: 'flow enabled', ok: !entry.isDisabled },
    { check: 'trigger enabled in the flow', ok: !trigger.disabled },
    { check: 'trigger switched on', ok: stored?.isDisabled !== true },
    {
      check: 'not locked',
      ok: lockedBy === undefined,
      ...(lockedBy === undefined ? {} : { detail: `waits for the execution ${lockedBy}` }),
    },
    ...(opened && atMs !== undefined ? datesChecked(opened, atMs) : []),
  ]
  const rows = await store.read.listReasons(key, REASONS_MAX)
  const noted = atMs === undefined ? rows : rows.filter(row => isNear(row, atMs))
  const executions = await startedNear(name, atMs, dependencies)
  const nowMs = platform.nowMs()
  const isOn = checks.slice(0, 3).every(({ ok }) => ok)
  const nextMs = !isOn
    ? undefined
    : (stored?.nextMs ?? (opened && dueScheduleDate(opened.schedule, nextOf(opened, nowMs))))
  return {
    subject,
    at: atMs === undefined ? null : new Date(atMs).toISOString(),
    answer: answerOf({ checks, noted, executions, atMs, isSchedule: opened !== undefined }),
    checks,
    decisions: noted.map(decisionOf),
    executions,
    next: typeof nextMs === 'number' ? new Date(nextMs).toISOString() : null,
  }
}

function nextOf({ filter }: OpenTrigger, nowMs: number): Parameters<typeof dueScheduleDate>[1] {
  return { nowMs, ...(filter ? { passes: filter } : {}) }
}

async function holderOf(stored: StoredTrigger | undefined, { store }: HttpDependencies): Promise<string | undefined> {
  if (!stored?.executionId) return undefined
  const row = await store.read.findExecution(stored.executionId)
  return row && row.waitsFor !== null ? stored.executionId : undefined
}

/** Whether the schedule has a date there, and whether its conditions let it pass. */
function datesChecked({ schedule, filter }: OpenTrigger, atMs: number): readonly Check[] {
  const plain = schedule.next(atMs - 60_000)
  const isDate = plain !== undefined && Math.abs(plain - atMs) < 60_000
  const next = plain === undefined ? 'it has none to come' : `the next one is ${new Date(plain).toISOString()}`
  const date: Check = { check: 'schedule has a date then', ok: isDate, ...(isDate ? {} : { detail: next }) }
  if (!isDate || !filter) return [date]
  const ok = filter(plain)
  const passed = ok ? undefined : nextScheduleDate(schedule, plain, filter)
  const detail =
    passed === undefined ? {} : { detail: `the next date that passes is ${new Date(passed).toISOString()}` }
  return [date, { check: 'conditions hold', ok, ...detail }]
}

function isNear({ firstMs, lastMs }: ReasonRow, atMs: number): boolean {
  return firstMs <= atMs + NEAR_MS && lastMs >= atMs - NEAR_MS
}

async function startedNear(
  { namespace, flowId, triggerId }: TriggerName,
  atMs: number | undefined,
  { store, config }: HttpDependencies,
): Promise<readonly unknown[]> {
  const range = atMs === undefined ? {} : { startFromMs: atMs - NEAR_MS, startToMs: atMs + NEAR_MS }
  const rows = await store.read.listExecutions({ tenant: config.tenant, namespace, flowId, ...range, limit: 100 })
  return rows
    .filter(row => row.triggerId === triggerId)
    .slice(0, EXECUTIONS_MAX)
    .map(({ id, state, createdMs }) => ({ id, state, startDate: new Date(createdMs).toISOString() }))
}

interface Known {
  readonly checks: readonly Check[]
  readonly noted: readonly ReasonRow[]
  readonly executions: readonly unknown[]
  readonly atMs: number | undefined
  readonly isSchedule: boolean
}

const CODE_OF: Readonly<Record<string, string>> = {
  'flow enabled': 'disabled',
  'trigger enabled in the flow': 'disabled',
  'trigger switched on': 'disabled',
  'not locked': 'locked',
  'schedule has a date then': 'no-date',
  'conditions hold': 'when-false',
}

/** What it means when a check does not hold. */
const SAID: Readonly<Record<string, string>> = {
  'flow enabled': 'The flow is disabled',
  'trigger enabled in the flow': 'The trigger is disabled in the flow',
  'trigger switched on': 'The trigger is switched off',
  'not locked': 'It waits for what it started',
  'schedule has a date then': 'The schedule has no date then',
  'conditions hold': 'Its conditions do not hold',
}

function answerOf({ checks, noted, executions, atMs, isSchedule }: Known): Answer {
  if (atMs !== undefined && executions.length > 0) return { code: 'started', reason: 'It did start an execution then.' }
  const [latest] = noted
  if (atMs !== undefined && latest) return { code: latest.code, reason: latest.reason }
  const failed = checks.find(({ ok }) => !ok)
  if (failed)
    return {
      code: CODE_OF[failed.check] ?? 'refused',
      reason: `${SAID[failed.check] ?? `Not so: ${failed.check}`}${failed.detail === undefined ? '' : `; ${failed.detail}`}.`,
    }
  if (latest) return { code: latest.code, reason: latest.reason }
  if (atMs === undefined) return { code: 'nothing-noted', reason: 'No evaluation of it started nothing.' }
  const what = isSchedule ? 'as its rules are now, it would have fired' : 'nothing was noted of it'
  return { code: 'not-known', reason: `There is no record of that moment; ${what}.` }
}

function decisionOf({ code, reason, count, firstMs, lastMs }: ReasonRow): unknown {
  const [firstDate, lastDate] = [new Date(firstMs).toISOString(), new Date(lastMs).toISOString()]
  return { code, reason, count, firstDate, lastDate }
}

async function ofExecution(id: string, subject: string, dependencies: HttpDependencies): Promise<Decisions> {
  const row = await dependencies.store.read.findExecution(id)
  const seen = row && (await viewExecution(id, dependencies, (state, plan) => factsOf(state, plan)))
  if (!row || !seen) throw notFound(`The execution "${id}"`)
  const checks: Check[] = []
  for (const key of seen.limits) checks.push(await limitChecked(key, id, dependencies))
  const answer = seen.answer ?? {
    code: row.waitsFor === null ? 'ended' : `waits-for-${row.waitsFor}`,
    reason: WAITS[row.waitsFor ?? 'ended'] ?? '',
  }
  return { subject, at: null, answer, checks, decisions: [], executions: [], next: seen.next }
}

const WAITS: Readonly<Record<string, string>> = {
  ended: 'It has ended: nothing is waited for.',
  nothing: 'Nothing: it goes on as soon as the engine has its turn.',
  job: 'A worker has its job, or will take it.',
  timer: 'A moment to come.',
  signal: 'Somebody has to resume it.',
  child: 'An execution that it started.',
  limit: 'A place in a limit.',
  human: 'It is held: a turn of it failed, and somebody has to release it.',
}

interface ExecutionFacts {
  readonly limits: readonly string[]
  readonly answer: Answer | undefined
  readonly next: string | null
}

function factsOf(state: ExecutionState, _plan: Plan): ExecutionFacts {
  const timers = [...state.timers.values()]
  const next = timers.length === 0 ? null : new Date(Math.min(...timers)).toISOString()
  if (state.slot?.type === 'waits') {
    const reason = `It waits for a place in ${state.slot.keys.join(', ')}.`
    return { limits: state.slot.keys, answer: { code: 'slot-full', reason }, next }
  }
  if (state.problem !== undefined) return { limits: [], answer: { code: 'not-begun', reason: state.problem }, next }
  return { limits: [], answer: undefined, next }
}

async function limitChecked(key: string, id: string, { store }: HttpDependencies): Promise<Check> {
  const members = await store.read.listLimitMembers(key)
  const holders = members.filter(member => member.isHolding === 1)
  const line = members.filter(member => member.isHolding === 0)
  const place = line.findIndex(member => member.executionId === id) + 1
  const names = holders.slice(0, EXECUTIONS_MAX).map(member => member.executionId)
  const detail = `place ${place} of ${line.length} in the line; held by ${holders.length}: ${names.join(', ')}`
  return { check: `a place in ${key}`, ok: place === 0, detail }
}
