// The list of task runs as the outside sees it: in the order of creation, without those that a restart took out. Of a large execution the first ones and
// those that are under way, with the number of all (`taskRunListTotal`).
import { encodeValue } from '../std/value-json.ts'
import { mapSize } from '../std/value.ts'
import { taskRunId, valueOfDirectory } from './context.ts'
import { getTask } from './plan.ts'
import { visibleRunHistory, visibleRunState, type RunLook } from './present-history.ts'
import { historyText, instantText, type PresentOptions } from './present-text.ts'
import {
  ROOT,
  isFinal,
  type Attempt,
  type ExecutionState,
  type Group,
  type Metric,
  type Moment,
  type StateName,
  type TaskRun,
} from './state.ts'
import type { Plan } from './plan.ts'

export function presentRuns(state: ExecutionState, plan: Plan, options: PresentOptions): string {
  // Kestra 2.0 leaves the owner out where it answers a single execution; clients of 2.0 that check what they read demand it.
  const owner = `"executionId":"${state.id}","namespace":"${state.namespace}","flowId":"${state.flowId}",`
  const runs: string[] = []
  const place = { state, plan, owner, options }
  const { runsMax = RUNS_MAX } = options
  let ordinal = 0
  for (; ordinal < state.runs.length && runs.length < runsMax; ordinal++) {
    const run = state.runs.at(ordinal)
    if (run && isShown(run, plan)) runs.push(presentRun(run, place))
  }
  if (ordinal === state.runs.length) return `[${runs.join(',')}]`
  let open = 0
  for (const run of state.runs.open()) {
    if (open === OPEN_MAX) break
    if (run.ordinal < ordinal || isFinal(run.state) || !isShown(run, plan)) continue
    runs.push(presentRun(run, place))
    open += 1
  }
  return `[${runs.join(',')}],"taskRunListTotal":${state.runs.length}`
}

export interface RunRow {
  readonly executionId: string
  readonly ordinal: number
  readonly text: string
  readonly state: StateName
  readonly startedMs: number
}

/** Task runs one by one, as lists over many executions show them: no more than `runsMax`, those in one of the states if any are named. */
export function presentRunRows(state: ExecutionState, plan: Plan, options: RunRowOptions): readonly RunRow[] {
  const { runsMax = RUNS_MAX } = options
  const rows: RunRow[] = []
  for (let ordinal = 0; ordinal < state.runs.length && rows.length < runsMax; ordinal++) {
    const row = runRowOf(ordinal, { state, plan, options })
    if (row) rows.push(row)
  }
  return rows
}

export interface RunRowOptions extends PresentOptions {
  /** Of all when there are none. */
  readonly states?: ReadonlySet<string>
}

/** Undefined for one that is not shown. */
function runRowOf(
  ordinal: number,
  { state, plan, options }: { readonly state: ExecutionState; readonly plan: Plan; readonly options: RunRowOptions },
): RunRow | undefined {
  const run = state.runs.at(ordinal)
  if (!run || !isShown(run, plan)) return undefined
  const shown = visibleRunState(run, { state, plan, task: getTask(plan, run.task) })
  if (options.states?.has(shown) === false) return undefined
  const owner = `"executionId":"${state.id}","namespace":"${state.namespace}","flowId":"${state.flowId}",`
  const text = presentRun(run, { state, plan, owner, options })
  const startedMs = run.history[0]?.atMs ?? state.history[0]?.atMs ?? 0
  return { executionId: state.id, ordinal, text, state: shown, startedMs }
}

/** The newest of them first, no more than `runsMax` of those that `isWanted` by when they began and by their ordinal. */
export function presentNewestRuns(
  state: ExecutionState,
  plan: Plan,
  options: RunRowOptions & { isWanted(startedMs: number, ordinal: number): boolean },
): readonly RunRow[] {
  const { runsMax = RUNS_MAX, isWanted } = options
  const rows: RunRow[] = []
  for (let ordinal = state.runs.length - 1; ordinal >= 0 && rows.length < runsMax; ordinal--) {
    const startedMs = state.runs.placeAt(ordinal)?.createdMs
    if (startedMs === undefined || !isWanted(startedMs, ordinal)) continue
    const row = runRowOf(ordinal, { state, plan, options })
    if (row) rows.push(row)
  }
  return rows
}

/** A run alone, as a window over the runs shows it: without what it gave, and with what is in it. */
export function presentTaskRun(run: TaskRun, look: Omit<RunPlace, 'owner'>): string {
  const { outputs: _, ...bare } = run
  const { type } = getTask(look.plan, run.task)
  let text = `${presentRun(bare, { ...look, owner: '' }).slice(0, -1)},"type":${JSON.stringify(type)}`
  if (run.outputs && mapSize(run.outputs) > 0) text += ',"hasOutputs":true'
  if (run.childId !== undefined) text += `,"childExecutionId":"${run.childId}"`
  if (run.isInner) text += ',"isInner":true'
  if (run.group) text += `,"children":${childrenText(run.group)}`
  return `${text}}`
}

/** Of the tasks in it that have begun; `lanes` are the iterations of a loop, and the branches of a group that has several. */
function childrenText({ children, failed, killed, warned, live, laneCount, iterations }: Group): string {
  const ended = iterations ? { ended: Object.fromEntries(iterations.ended) } : {}
  return JSON.stringify({ total: children.length, live, failed, killed, warned, lanes: laneCount, ...ended })
}

/** Nobody reads more of them in one document, and no browser shows a hundred megabytes of them. */
const RUNS_MAX = 5_000
const OPEN_MAX = 1_000

function isShown(run: TaskRun, plan: Plan): boolean {
  return !run.isRemoved && run.isInner !== true && !getTask(plan, run.task).isHidden
}

interface RunPlace {
  readonly state: ExecutionState
  readonly plan: Plan
  readonly owner: string
  readonly options: PresentOptions
}

function presentRun(run: TaskRun, { state, plan, owner, options }: RunPlace): string {
  const task = getTask(plan, run.task)
  const claimedMs = options.claims?.get(run.ordinal)
  const look: RunLook = claimedMs === undefined ? { state, plan, task } : { state, plan, task, claimedMs }
  const history = visibleRunHistory(run, look)
  let text = `{"id":"${taskRunId(state.id, run.ordinal)}",${owner}"taskId":${JSON.stringify(task.id)}`
  if (run.parent !== ROOT) text += `,"parentTaskRunId":"${taskRunId(state.id, run.parent)}"`
  const value = run.value ?? valueOfDirectory(state, run)
  if (value !== undefined) text += `,"value":${JSON.stringify(value)}`
  if (run.iteration !== undefined) text += `,"iteration":${run.iteration}`
  text += `,"attempts":[${joined(visibleAttempts(run, look))}]`
  if (run.outputs) text += `,"outputs":${encodeValue(run.outputs)}`
  return `${text},"state":${historyText(visibleRunState(run, look), history, options.nowMs)}}`
}

/** Joining copies, and most runs have one attempt. */
function joined(texts: readonly string[]): string {
  return texts.length === 1 ? (texts[0] ?? '') : texts.join(',')
}

function visibleAttempts(run: TaskRun, look: RunLook): readonly string[] {
  switch (look.task.look) {
    case 'group':
      return groupAttempts(run)
    case 'subflow':
      return subflowAttempts(run)
    case 'worker':
      return workerAttempts(run, look)
    case 'executor':
      return run.attempts.map(attemptText)
  }
}

/**
 * A group has one attempt that ends with it; where the group was closed over a running child, or given up for another execution, it never ends.
 * One whose condition did not hold has that as an attempt.
 */
function groupAttempts(run: TaskRun): readonly string[] {
  const skipped = run.attempts.map(attemptText)
  const begun =
    run.attempts.length > 0 && run.group?.isDirectory
      ? run.history.findLast(moment => moment.state === 'RUNNING')
      : run.history.find(moment => moment.state === 'RUNNING')
  if (!begun || run.state === 'RETRYING' || run.state === 'CREATED') return skipped
  const end = run.history.at(-1)
  const wasWaiting = run.history.at(-2)?.state === 'PAUSED'
  const isOpen =
    !isFinal(run.state) ||
    run.state === 'RETRIED' ||
    (!wasWaiting && run.group !== undefined && isForced(run.group, run.state))
  const own = isOpen
    ? openAttempt(begun.atMs)
    : attemptText({ state: run.state, startedMs: begun.atMs, endedMs: end?.atMs ?? begun.atMs })
  return [...skipped, own]
}

/** A group that failed although none of its own tasks did was closed by the failure of the group around it. */
function isForced({ failed, warned, verdict }: Group, state: StateName): boolean {
  if (verdict !== undefined) return false
  return failed === 0 && (state === 'FAILED' || (state === 'WARNING' && warned === 0))
}

/** The attempt of a subflow ends as the run does; one whose child was killed has none. */
function subflowAttempts(run: TaskRun): readonly string[] {
  return run.attempts.flatMap((attempt, index) => {
    const isLast = index === run.attempts.length - 1 && isFinal(run.state)
    const shown = isLast ? { ...attempt, state: run.state } : attempt
    return shown.state === 'KILLED' ? [] : [attemptText(shown)]
  })
}

function workerAttempts(run: TaskRun, look: RunLook): readonly string[] {
  const { claimedMs } = look
  const ended = run.attempts.map((attempt, index) =>
    index === run.attempts.length - 1 && isStoppedByExit(run, look)
      ? openAttempt(attempt.startedMs)
      : attemptText(attempt),
  )
  if (run.state === 'RUNNING') return [...ended, openAttempt(run.history.at(-1)?.atMs ?? 0)]
  return run.state === 'SUBMITTED' && claimedMs !== undefined ? [...ended, openAttempt(claimedMs)] : ended
}

/** Kestra 1.x never closes the attempt that an Exit stopped (recorded). */
function isStoppedByExit(run: TaskRun, { state, plan }: RunLook): boolean {
  if (run.state !== 'KILLED' || state.state !== 'KILLED' || plan.flow.dialect !== 1) return false
  return !state.history.some(moment => moment.state === 'KILLING')
}

function openAttempt(startedMs: number): string {
  const at = instantText(startedMs)
  return `{"state":{"current":"RUNNING","histories":[{"state":"CREATED","date":"${at}"},{"state":"RUNNING","date":"${at}"}],"startDate":"${at}"}}`
}

function attemptText({ state, startedMs, endedMs, metrics, logFile }: Attempt): string {
  const created: Moment = { state: 'CREATED', atMs: startedMs }
  const end: Moment = { state, atMs: endedMs }
  const history = state === 'SKIPPED' ? [created, end] : [created, { state: 'RUNNING', atMs: startedMs } as const, end]
  const shownMetrics = metrics ? `"metrics":[${metrics.map(metricText).join(',')}],` : ''
  const shownFile = logFile === undefined ? '' : `"logFile":${JSON.stringify(logFile)},`
  return `{${shownMetrics}${shownFile}"state":${historyText(state, history, endedMs)}}`
}

function metricText({ name, type, value, tags }: Metric): string {
  return JSON.stringify({ name, type, value, ...(tags ? { tags } : {}) })
}
