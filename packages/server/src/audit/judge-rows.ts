// Holds the rows of one execution against the fold of its journal: what lists show, what is due, what is out, what it waits for.
import { createdMsOf, decodeValue, isFinal, isMap, mapGet, shardOf, type ExecutionState } from '@batuta/core'
import type { ExecutionRow, LabelRow } from '../storage/batch.ts'
import { text } from '../storage/sql/rows.ts'
import { SIGNALS_OF } from './audit.sql.ts'
import type { Findings, InvariantId } from './findings.ts'
import type { JudgedJournal } from './judge-journal.ts'
import type { Ranges, StoredJob, StoredTimer } from './ranges.ts'
import type { Query } from './read-only-database.ts'

export interface ExecutionRows {
  readonly row: ExecutionRow
  readonly labels: readonly LabelRow[]
  readonly jobs: readonly StoredJob[]
  readonly timers: readonly StoredTimer[]
}

export interface RowsOptions {
  readonly findings: Findings
  readonly ranges: Ranges
  readonly query: Query
}

/** The execution that takes the place of a RETRIED one is born by this timer. */
const RENEW_TIMER = 'renew'
/** Open states in which an execution waits for somebody's word. */
const WAITING: ReadonlySet<string> = new Set(['PAUSED', 'QUEUED', 'BREAKPOINT'])

export async function judgeRows(rows: ExecutionRows, journal: JudgedJournal, options: RowsOptions): Promise<void> {
  judgeHold(rows, journal, options.findings)
  const { state } = journal
  options.findings.saw('I11')
  if (!state) return
  const find: Find = (invariant, what) => options.findings.add(invariant, state.id, what)
  judgeHeader(rows.row, state, find)
  judgeLabels(rows.labels, state, find)
  if (state.isEnded) {
    options.findings.saw('I6')
    judgeLeftovers(rows, find)
    return
  }
  options.findings.saw('I21')
  await judgeWaits(rows, state, { ...options, find })
}

type Find = (invariant: InvariantId, what: string) => void

function judgeHold({ row }: ExecutionRows, { state, heldReason }: JudgedJournal, findings: Findings): void {
  const isMarked = row.waitsFor === 'human'
  if (isMarked || state?.isHeld) findings.saw('I22')
  if (isMarked && heldReason === undefined) findings.add('I22', row.id, 'it is held, and its journal tells no reason')
  if (state?.isHeld && !state.isEnded && !isMarked)
    findings.add('I22', row.id, `its journal holds it (${heldReason ?? ''}), and its row waits for ${row.waitsFor}`)
}

function judgeHeader(row: ExecutionRow, state: ExecutionState, find: Find): void {
  const endMs = isFinal(state.state) ? (state.history.at(-1)?.atMs ?? null) : null
  const expected: Partial<Record<keyof ExecutionRow, string | number | null>> = {
    state: state.state,
    endMs,
    tenant: state.tenant,
    namespace: state.namespace,
    flowId: state.flowId,
    revision: state.revision,
    createdMs: createdMsOf(state.id),
    shard: shardOf(state.id),
    triggerId: state.trigger?.id ?? null,
    triggerType: state.trigger?.type ?? null,
    parentId: state.parentLink?.executionId ?? null,
    originalId: state.originalId,
  }
  const actual: Partial<Record<string, string | number | null>> = { ...row }
  for (const [name, value] of Object.entries(expected))
    if (actual[name] !== value) find('I11', `its row has ${name} ${show(actual[name])}, its journal ${show(value)}`)
  if (row.turn > state.turn) find('I11', `its row is of turn ${row.turn}, its journal ends with turn ${state.turn}`)
  const waits = waitOf(state)
  // What was left over when a turn had used up its budget goes on by itself.
  const isLeftOver = row.waitsFor === 'nothing' && !state.isEnded && !state.isHeld
  if (row.waitsFor !== waits && !isLeftOver)
    find(
      'I11',
      `its row waits for ${row.waitsFor ?? 'nothing any more'}, its journal for ${waits ?? 'nothing any more'}`,
    )
}

/** As the engine decides it after a turn in which nothing was left to do. */
function waitOf(state: ExecutionState): ExecutionRow['waitsFor'] {
  if (state.isEnded) return state.timers.size > 0 ? 'timer' : null
  if (state.isHeld) return 'human'
  if (state.slot?.type === 'waits') return 'limit'
  if (state.asked.size > 0) return 'nothing'
  if (state.awaited.size > 0) return 'job'
  if (state.timers.size > 0) return 'timer'
  return state.children.size > 0 ? 'child' : 'signal'
}

function judgeLabels(rows: readonly LabelRow[], state: ExecutionState, find: Find): void {
  const name = (key: string, value: string): string => `${key}: ${value}`
  const kept = state.labels.filter(({ key, value }) => key !== 'system.correlationId' || value !== state.id)
  const expected = new Set(kept.map(({ key, value }) => name(key, value)))
  const actual = new Set(rows.map(({ key, value }) => name(key, value)))
  for (const label of expected) if (!actual.has(label)) find('I11', `its label "${label}" has no row`)
  for (const label of actual)
    if (!expected.has(label)) find('I11', `it has a row of the label "${label}", which it has not`)
}

function judgeLeftovers({ jobs, timers }: ExecutionRows, find: Find): void {
  // One that was stopped is there until its worker has ended it.
  for (const { run, epoch, isKilled } of jobs)
    if (!isKilled) find('I6', `it has ended, and the job of run ${run}, epoch ${epoch} is still there`)
  for (const { name } of timers)
    if (name !== RENEW_TIMER) find('I6', `it has ended, and its timer "${name}" is still there`)
}

interface WaitOptions extends RowsOptions {
  readonly find: Find
}

/** What an open execution waits for must be there: a job that is out, a timer, a child that can tell it. */
async function judgeWaits(
  { row, jobs, timers }: ExecutionRows,
  state: ExecutionState,
  options: WaitOptions,
): Promise<void> {
  const { find } = options
  await judgeJobs(jobs, state, options)
  for (const [name, atMs] of state.timers) {
    const stored = timers.find(timer => timer.name === name)
    if (!stored) find('I21', `its timer "${name}" has no row: it would never fire`)
    else if (stored.atMs !== atMs) find('I11', `its timer "${name}" fires at ${stored.atMs}, its journal says ${atMs}`)
  }
  for (const { name } of timers)
    if (!state.timers.has(name)) find('I11', `it has a row of the timer "${name}", which it has not set`)
  for (const [run, childId] of state.children) await judgeChild({ run, childId }, state, options)
  const waits = waitOf(state)
  if (waits !== 'signal' || row.waitsFor === 'nothing' || WAITING.has(state.state)) return
  if ((await signalsOf(options, state.id)).length === 0)
    find('I21', `it is ${state.state} and waits for nothing that could come`)
}

async function judgeJobs(jobs: readonly StoredJob[], state: ExecutionState, options: WaitOptions): Promise<void> {
  const { find } = options
  options.findings.saw('I16', jobs.length)
  for (const job of jobs) {
    const run = state.runs.at(job.run)
    if (!job.isKilled && (!run?.isAwaited || run.epoch !== job.epoch))
      find('I4', `there is a job of run ${job.run}, epoch ${job.epoch}, that nobody waits for`)
    // What comes after the execution is not killed.
    if (state.isKillRequested && !isFinal(state.state) && !job.isKilled)
      find('I16', `it is being killed, and the job of run ${job.run}, epoch ${job.epoch} may still be started`)
  }
  const missing = [...state.awaited].filter(
    ordinal => !jobs.some(job => job.run === ordinal && job.epoch === state.runs.at(ordinal)?.epoch),
  )
  if (missing.length === 0) return
  const told = await signalsOf(options, state.id)
  for (const ordinal of missing) {
    const isTold = told.some(signal => JOB_ENDS.has(signal.type) && signal.run === ordinal)
    if (!isTold)
      find(
        'I21',
        `it waits for the job of run ${ordinal}, epoch ${state.runs.at(ordinal)?.epoch ?? 0}, which is not there`,
      )
  }
}

const JOB_ENDS: ReadonlySet<string> = new Set(['settled', 'lost', 'unplaced'])

/** I17: a child that has ended has told, or the word is on its way. */
async function judgeChild(
  { run, childId }: { readonly run: number; readonly childId: string },
  state: ExecutionState,
  options: WaitOptions,
): Promise<void> {
  options.findings.saw('I17')
  const child = await options.ranges.findExecution(options.query, childId)
  const isOver = child && isFinal(stateName(child)) && (child.waitsFor === null || child.state === 'RETRIED')
  if (child && !isOver) return
  // A birth, a restart, or the word of its end.
  const onTheWay = [...(await signalsOf(options, childId)), ...(await signalsOf(options, state.id))]
  const isHeard = onTheWay.some(
    signal => signal.executionId === childId || (signal.type === 'child-ended' && signal.run === run),
  )
  if (isHeard) return
  if (child) options.find('I17', `its child ${childId} ended ${child.state}, and it was never told`)
  else options.find('I21', `it waits for its child ${childId}, which does not exist`)
}

function stateName({ state }: ExecutionRow): Parameters<typeof isFinal>[0] {
  return STATE_NAMES.find(name => name === state) ?? 'CREATED'
}

const STATE_NAMES = ['SUCCESS', 'WARNING', 'FAILED', 'KILLED', 'CANCELLED', 'RETRIED', 'SKIPPED'] as const

interface Told {
  readonly type: string
  readonly executionId: string
  readonly run: number
}

async function signalsOf({ query }: RowsOptions, executionId: string): Promise<readonly Told[]> {
  return (await query(SIGNALS_OF, executionId)).flatMap(row => {
    const body = decodeValue(text(row, 'body'))
    if (!isMap(body)) return []
    return [{ type: String(mapGet(body, 'type')), executionId, run: Number(mapGet(body, 'run') ?? -2) }]
  })
}

function show(value: string | number | null | undefined): string {
  return value === null || value === undefined ? 'nothing' : `"${value}"`
}
