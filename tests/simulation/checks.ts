// What must be true when all is quiet. Each rule names its invariant of the reliability specification.
import { ROOT, decodeEvents, getRun, isFinal, mapGet, type ExecutionState, type TaskRun } from '@batuta/core'
import { SOURCE_RUN } from '@batuta/plugin-sdk'
import type { FlowCatalogue } from '../../packages/server/src/flows/flow-catalogue.ts'
import type { Tables } from '../../packages/server/src/storage/memory/tables.ts'
import { foldRows, type Audit, type Shadow } from './audit.ts'
import { canonical } from './canonical.ts'
import { checkLoops } from './check-loops.ts'
import { checkTriggers, type TriggerFacts } from './check-triggers.ts'
import { count, type Ledger } from './ledger.ts'
import { Unpredictable, predict } from './oracle.ts'
import { PROMISED_MS } from './random-flow.ts'

type Wrong = (what: string) => void

export interface CheckOptions {
  readonly tables: Tables
  readonly audit: Audit
  readonly ledger: Ledger
  /** The flows as each node knows them. */
  readonly newest: readonly Pick<FlowCatalogue, 'newest'>[]
  readonly triggers: TriggerFacts
}

export function checkQuiet({ tables, audit, ledger, newest, triggers }: CheckOptions): void {
  checkAcknowledged(tables, audit, ledger)
  checkStarts(audit, ledger)
  for (const [id, shadow] of audit.shadows) checkExecution(id, shadow, { tables, audit, ledger })
  checkFlows(tables, newest, ledger)
  checkTriggers(tables, audit, ledger, triggers)
  checkRemains(tables, audit, ledger)
}

/** I1: what was acknowledged is there; what was refused is not. */
function checkAcknowledged(
  tables: Tables,
  audit: Audit,
  { acknowledged, refused, relabelled, deleted, findings }: Ledger,
): void {
  for (const { what, executionId, generation } of acknowledged) {
    if (deleted.has(executionId)) continue
    const shadow = audit.shadows.get(executionId)
    if (!tables.executions.has(executionId) || !shadow) {
      findings.push(`I1 ${executionId}: its ${what} was acknowledged, and it is not there`)
      continue
    }
    if (what === 'kill' && shadow.ends[generation - 1] !== 'KILLED' && !relabelled.has(executionId))
      findings.push(`I1 ${executionId}: its kill was acknowledged, and it ended ${shadow.ends.join(', ')}`)
    if ((what === 'restart' || what === 'overrule') && shadow.state.generation < generation)
      findings.push(`I1 ${executionId}: its ${what} was acknowledged, and generation ${generation} never was`)
  }
  for (const [id, fault] of refused)
    if (tables.executions.has(id)) findings.push(`I1 ${id}: its creation was refused (${fault}), and it is there`)
}

/** I4: an attempt starts once, and never before it was committed. */
function checkStarts(audit: Audit, { starts, findings }: Ledger): void {
  const known = new Set<string>()
  for (const { key } of starts) {
    const name = `${key.executionId}/${key.run}/${key.epoch}`
    if (known.has(name)) findings.push(`I4 ${name}: started twice`)
    known.add(name)
    if (key.run === SOURCE_RUN) continue
    const epoch = audit.shadows.get(key.executionId)?.state.runs.at(key.run)?.epoch ?? 0
    if (epoch < key.epoch) findings.push(`I4 ${name}: started, and the journal knows epoch ${epoch} only`)
  }
}

/** The grace of 30 seconds, and as long again as nodes and database can be away. */
const KILLED_WITHIN_MS = 75_000

function checkExecution(
  id: string,
  shadow: Shadow,
  { tables, audit, ledger }: Pick<CheckOptions, 'tables' | 'audit' | 'ledger'>,
): void {
  const { state, ends } = shadow
  const wrong = (what: string): void => void ledger.findings.push(`${id}: ${what}`)
  if (ledger.deleted.has(id)) return checkDeleted(shadow, tables, wrong)
  if (!state.isEnded) wrong(`I21 it is ${state.state} for ever, ${describe(shadow)}`)
  if (ends.length !== state.generation && state.isEnded)
    wrong(`I2 ${state.generation} generations ended ${ends.length} times`)
  for (const [at, { state: name, atMs }] of state.history.entries()) {
    const before = state.history[at - 1]
    if (before?.state === 'KILLING' && name === 'KILLED' && atMs - before.atMs > KILLED_WITHIN_MS)
      wrong(`G10 it took ${atMs - before.atMs} ms to kill it`)
  }
  const row = tables.executions.get(id)
  if (row?.state !== state.state) wrong(`I11 its header says ${row?.state}, its journal ${state.state}`)
  if (state.isEnded && row?.waitsFor !== null) wrong(`I11 it has ended, and its header waits for ${row?.waitsFor}`)
  if (state.isEnded !== (row?.endMs !== null)) wrong(`I11 its header ends at ${row?.endMs}`)
  const stored = (tables.journal.get(id) ?? []).length
  if (stored !== shadow.rows.length) wrong(`I3 the tables have ${stored} turns, ${shadow.rows.length} were committed`)
  const folded = canonical(foldRows(shadow, Infinity))
  if (folded !== canonical(state)) wrong('I11 two folds of its journal differ')
  for (const [childId, { linked, ended }] of shadow.links)
    if (linked !== ended && !state.isKillRequested)
      wrong(`I17 child ${childId} was linked ${linked} times and heard of ${ended} times`)
  const parent = state.parentLink && audit.shadows.get(state.parentLink.executionId)
  if (state.parentLink && !parent) wrong(`I17 its parent ${state.parentLink.executionId} never was`)
  checkPromise(shadow, ledger, wrong)
  checkLoops(shadow, audit, ledger, wrong)
  if (state.isEnded && state.asked.size > 0) wrong(`questions are out: ${[...state.asked].join(', ')}`)
  if (state.isEnded && !isExited(shadow) && !ledger.relabelled.has(id)) checkOutcome(shadow, wrong)
  if (state.isEnded && !ledger.relabelled.has(id) && !isCopy(shadow)) checkPrediction(shadow, ledger, wrong)
}

const KEPT_WITHIN_MS = 10_000
/** A timer that was lost is read again after half a minute by the clock of the node, which goes at half the speed until one that was set back has caught up. */
const SLOW_CLOCK_MS = 60_000

/** An execution that promised to last no longer is ended in time, as its flow says. */
function checkPromise(
  { state, plan, bornMs, firstFinalMs = bornMs, ends }: Shadow,
  ledger: Ledger,
  wrong: Wrong,
): void {
  const [sla] = plan.flow.sla
  const behavior = sla && mapGet(sla, 'behavior')
  const isPlain = state.generation === 1 && !state.isKillRequested && !ledger.relabelled.has(state.id)
  if (!isPlain || behavior === undefined || behavior === 'NONE') return
  const end = behavior === 'FAIL' ? 'FAILED' : 'CANCELLED'
  if (state.brokenSla.size > 0 && ends[0] !== end) wrong(`its promise was broken, and it ended ${ends[0]}`)
  if (state.brokenSla.size > 0) count(ledger, 'promises broken')
  const isDuration = mapGet(sla ?? {}, 'type') === 'MAX_DURATION'
  const keptWithinMs = KEPT_WITHIN_MS + (ledger.counts.has('clocks set') ? SLOW_CLOCK_MS : 0)
  if (isDuration && firstFinalMs > Math.max(bornMs + PROMISED_MS, ledger.calmMs) + keptWithinMs)
    wrong(`it promised to last ${PROMISED_MS} ms and lasted ${firstFinalMs - bornMs} ms`)
}

/** Nothing is left of what was deleted, but for what a command that was on its way has written meanwhile. */
function checkDeleted({ state: { id }, deletedAtRow, rows }: Shadow, tables: Tables, wrong: Wrong): void {
  if (tables.executions.has(id)) wrong('it was deleted, and has a header')
  const left = tables.journal.get(id)?.length ?? 0
  if (left > rows.length - (deletedAtRow ?? 0)) wrong(`it was deleted, and has ${left} turns`)
}

/** The end that the oracle predicts, for executions that nobody meddled with. */
function checkPrediction({ state, plan, isBrokenOff }: Shadow, ledger: Ledger, wrong: Wrong): void {
  const isAlone = state.generation === 1 && !state.isKillRequested && state.state !== 'RETRIED'
  if (ledger.answered.has(state.id)) return
  if (isRefused(state) || isBrokenOff === true) return
  const isLucky = state.runs.every(run => run.lost < 2 && !hasFailedQuestion(run.evaluated))
  if (!isAlone || !isLucky || hasFailedQuestion(state.evaluated) || state.problem !== undefined) return
  const nameOf = (run: TaskRun): string => {
    const values = valuesOf(state, run)
    const id = plan.tasks[run.task]?.id ?? '?'
    return values.length === 0 ? id : `${id}[${values.join('/')}]`
  }
  // Runs that no list shows bear the names of others.
  const shown = state.runs.filter(run => plan.tasks[run.task]?.isHidden !== true && !run.isInner)
  const actual = new Map(shown.map(run => [nameOf(run), run.state]))
  try {
    const predicted = predict(plan.flow, {
      attemptNumber: state.attemptNumber,
      subflowState: name => actual.get(name),
    })
    count(ledger, predicted.runs ? 'predicted' : 'predicted in part')
    if (predicted.state !== state.state) wrong(`it ended ${state.state}, predicted was ${predicted.state}`)
    if (predicted.runs && textOf(predicted.runs) !== textOf(actual))
      wrong(`its runs ended ${textOf(actual)}, predicted was ${textOf(predicted.runs)}`)
  } catch (error) {
    if (!(error instanceof Unpredictable)) throw error
  }
}

/** It began with what another one had done. */
function isCopy({ rows: [first] }: Shadow): boolean {
  const event = first && decodeEvents(first)[0]
  return event?.type === 'created' && event.copy !== undefined
}

function hasFailedQuestion(evaluated: TaskRun['evaluated']): boolean {
  return [...(evaluated?.values() ?? [])].some(answer => answer !== 'asked' && 'error' in answer)
}

function valuesOf(state: ExecutionState, run: TaskRun): string[] {
  const above = run.parent === ROOT ? [] : valuesOf(state, getRun(state, run.parent))
  return run.value === undefined ? above : [...above, run.value]
}

function textOf(runs: ReadonlyMap<string, string>): string {
  return [...runs]
    .map(([name, state]) => `${name} ${state}`)
    .sort()
    .join(', ')
}

/** Its limit had no room for it. */
function isRefused({ history, state }: ExecutionState): boolean {
  const before = history.at(-2)?.state
  return (state === 'CANCELLED' || state === 'FAILED') && (before === 'CREATED' || before === 'RESTARTED')
}

/** One of its tasks ended it. */
function isExited({ state, plan }: Shadow): boolean {
  return state.runs.some(run => {
    const type = plan.tasks[run.task]?.type ?? ''
    if (run.isRemoved) return false
    if (type.endsWith('.Exit') || type.endsWith('.Approval')) return true
    return (type.endsWith('.Pause') || type.endsWith('.Wait')) && run.state === 'CANCELLED'
  })
}

/** The final state follows from the runs of `tasks` alone. */
function checkOutcome({ state, isBrokenOff }: Shadow, wrong: Wrong): void {
  if (state.problem !== undefined || isRefused(state) || isBrokenOff === true) return
  const isReplaced = state.runs.some(run => run.state === 'RETRIED' && !run.isRemoved)
  if (isReplaced && state.state === 'RETRIED') return
  const states = state.runs.filter(run => run.parent === ROOT && run.lane >= 0 && !run.isRemoved).map(run => run.state)
  // Who changes a state by hand afterwards takes the request back, and not the end.
  const isKilled = state.isKillRequested || state.history.at(-2)?.state === 'KILLING'
  const expected = isKilled
    ? 'KILLED'
    : ((['KILLED', 'FAILED', 'WARNING'] as const).find(name => states.includes(name)) ?? 'SUCCESS')
  const hasFailedOutputs = state.state === 'FAILED' && state.history.at(-2)?.state === expected
  if (state.state !== expected && !hasFailedOutputs)
    wrong(`it ended ${state.state}, its tasks ended ${states.join(', ')}`)
}

/** A flow saved through one node is the newest one on all of them. */
function checkFlows(tables: Tables, newest: CheckOptions['newest'], { findings }: Ledger): void {
  newest.forEach((flows, at) => {
    for (const rows of tables.flows.values()) {
      const row = rows.at(-1)
      const known = row && flows.newest(row)?.revision
      if (row?.revision !== known)
        findings.push(`I26 node ${at + 1} knows revision ${known} of ${row?.flowId}, ${row?.revision} was saved`)
    }
  })
}

/** Nothing is left over in the queues. */
function checkRemains(tables: Tables, audit: Audit, { findings }: Ledger): void {
  for (const key of tables.jobs.keys()) findings.push(`a job is left over: ${key}`)
  for (const key of tables.jobsKilled) findings.push(`the mark of a killed job is left over: ${key}`)
  for (const key of tables.timers.keys()) findings.push(`a timer is left over: ${key}`)
  for (const row of tables.limitMembers.values()) findings.push(`a member of a limit is left over: ${row.executionId}`)
  for (const row of tables.signals.values()) findings.push(`a signal is left over: ${row.id} ${row.body}`)
  for (const id of tables.executions.keys())
    if (!audit.shadows.has(id)) findings.push(`I11 ${id}: it has a header and no journal`)
}

/** What an execution that does not go on waits for. */
function describe({ state, rows }: Shadow): string {
  const live = state.runs.filter(run => !run.isRemoved && !isFinal(run.state))
  const last = rows.at(-1)
  return [
    `generation ${state.generation}`,
    `phase ${state.root.phase}`,
    `live ${live.map(run => `${run.ordinal} ${run.state}${run.group ? ` (${run.group.phase})` : ''}`).join(', ') || 'none'}`,
    `awaited ${[...state.awaited].map(run => `${run}/${getRun(state, run).epoch}`).join(', ') || 'none'}`,
    `children ${[...state.children.values()].join(', ') || 'none'}`,
    `timers ${[...state.timers.keys()].join(', ') || 'none'}`,
    `asked ${[...state.asked].join(', ') || 'none'}`,
    `last turn ${last ? JSON.stringify(decodeEvents(last)) : 'none'}`,
  ].join('; ')
}
