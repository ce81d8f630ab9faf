// What a history looks like from outside. Inside, states move by strict tables; the real engine shows more, because it detects an end before
// it finds the retry, hands every task to a worker, and resumes a pause before it kills it. Those steps are derived here, not stored.
// The traces: flow-model specification §5.2 and §6.19.
import { BATCH_TYPE } from '../control/for-each-item.ts'
import { loop } from '../control/loop.ts'
import { mapGet } from '../std/value.ts'
import { getTask, type Plan, type PlanTask } from './plan.ts'
import { HANDLER, ROOT, isFinal, type ExecutionState, type Moment, type StateName, type TaskRun } from './state.ts'

const WORKING_DIRECTORY = 'io.kestra.plugin.core.flow.WorkingDirectory'

/** Only these states of an execution have a step before them that is not stored. */
const NEEDS_STEP: ReadonlySet<StateName> = new Set(['RETRYING', 'RETRIED', 'KILLING'])

export function visibleHistory(state: ExecutionState, plan: Plan): readonly Moment[] {
  if (!state.history.some(moment => NEEDS_STEP.has(moment.state))) return state.history
  const shown: Moment[] = []
  for (const moment of state.history) {
    const before = shown.at(-1)?.state
    const step = stepBefore(state, plan, { before, moment })
    if (step) shown.push({ state: step, atMs: moment.atMs })
    shown.push(moment)
  }
  return shown
}

function stepBefore(
  state: ExecutionState,
  plan: Plan,
  { before, moment }: { readonly before: StateName | undefined; readonly moment: Moment },
): StateName | undefined {
  if (moment.state === 'KILLING') return before === 'PAUSED' ? 'RESTARTED' : undefined
  if (moment.state !== 'RETRYING' && moment.state !== 'RETRIED') return undefined
  return before === 'RUNNING' && isEndDetected(state, plan, moment.atMs) ? 'FAILED' : undefined
}

/** The end of an execution is looked for before its retries: a failed task that leaves nothing else to do shows as a failure first. */
function isEndDetected(state: ExecutionState, plan: Plan, atMs: number): boolean {
  return state.runs.some(run => {
    if (run.parent !== ROOT) return false
    const isCause = run.history.some(moment => moment.state === 'RETRYING' && moment.atMs === atMs)
    return isCause && leavesNothing(plan, run)
  })
}

function leavesNothing(plan: Plan, run: TaskRun): boolean {
  const { errors, finally: last } = plan.root
  if (run.lane !== HANDLER) return getTask(plan, run.task).retry?.isOwn === true || errors.length + last.length === 0
  if (last.includes(run.task)) return last.at(-1) === run.task
  return last.length === 0 && errors.at(-1) === run.task
}

export interface RunLook {
  readonly state: ExecutionState
  readonly plan: Plan
  readonly task: PlanTask
  /** When a worker took the job of the run; absent while nobody has. */
  readonly claimedMs?: number
}

export function visibleRunHistory(run: TaskRun, look: RunLook): readonly Moment[] {
  const { task } = look
  if (task.look === 'group') return groupHistory(run, task)
  const shown: Moment[] = []
  const isWorkers = task.look === 'worker' && !isInWorkingDirectory(look, run)
  let next = 0
  for (const moment of run.history) {
    next += 1
    const before = shown.at(-1)?.state
    if (moment.state === 'SUBMITTED' && !isWorkers) continue
    if (moment.state === 'RETRYING') {
      if (before !== 'FAILED') shown.push({ state: 'FAILED', atMs: moment.atMs })
      if (run.history[next]?.state === 'RETRIED') continue
    }
    if (moment.state === 'RUNNING' && isWorkers && before !== 'SUBMITTED') {
      shown.push({ state: 'SUBMITTED', atMs: shown.at(-1)?.atMs ?? moment.atMs })
    }
    shown.push(moment)
  }
  if (task.look === 'subflow') return withStateOfChild(run, shown)
  if (run.state === 'SUBMITTED' && look.claimedMs !== undefined) shown.push({ state: 'RUNNING', atMs: look.claimedMs })
  return shown
}

/** The state as it is shown: a submitted run whose job is claimed runs. */
export function visibleRunState(run: TaskRun, { claimedMs }: RunLook): StateName {
  return run.state === 'SUBMITTED' && claimedMs !== undefined ? 'RUNNING' : run.state
}

function isInWorkingDirectory({ plan, task }: RunLook, { lane }: TaskRun): boolean {
  return lane !== HANDLER && task.parent !== ROOT && getTask(plan, task.parent).type === WORKING_DIRECTORY
}

/** Groups that are begun again as a whole, as a worker's task is; the others only run on. */
const BEGUN_AGAIN: ReadonlySet<string> = new Set([WORKING_DIRECTORY, loop.type])

function groupHistory({ history }: TaskRun, { type }: PlanTask): readonly Moment[] {
  if (type === BATCH_TYPE) return withRestarts(history)
  return BEGUN_AGAIN.has(type) ? withFailures(history) : withoutRestarts(history)
}

/** What is tried again has failed first. */
function withFailures(history: readonly Moment[]): readonly Moment[] {
  if (!history.some(({ state }) => state === 'RETRYING')) return history
  return history.flatMap((moment): Moment[] =>
    moment.state === 'RETRYING' ? [{ state: 'FAILED', atMs: moment.atMs }, moment] : [moment],
  )
}

function withoutRestarts(history: readonly Moment[]): readonly Moment[] {
  if (!history.some(({ state }) => state === 'RESTARTED')) return history
  return history.flatMap((moment, index): Moment[] => {
    if (moment.state !== 'RESTARTED') return [moment]
    return history[index + 1]?.state === 'RUNNING' ? [] : [{ state: 'RUNNING', atMs: moment.atMs }]
  })
}

/** The batches of a ForEachItem are one task of the executor: it is begun again, though here it goes on with those that failed. */
function withRestarts(history: readonly Moment[]): readonly Moment[] {
  return history.flatMap((moment, index) => {
    const before = history[index - 1]?.state
    const isBegunAgain = moment.state === 'RUNNING' && before !== undefined && isFinal(before)
    return isBegunAgain ? [{ state: 'RESTARTED', atMs: moment.atMs } as const, moment] : [moment]
  })
}

/** A failed or cancelled child shows before what the task makes of it. */
function withStateOfChild(run: TaskRun, shown: Moment[]): readonly Moment[] {
  const child = run.outputs && mapGet(run.outputs, 'state')
  const isMapped = (child === 'FAILED' || child === 'CANCELLED') && (run.state === 'SUCCESS' || run.state === 'WARNING')
  const last = shown.at(-1)
  if (!isMapped || !last || !isFinal(last.state)) return shown
  return [...shown.slice(0, -1), { state: child, atMs: last.atMs }, last]
}
