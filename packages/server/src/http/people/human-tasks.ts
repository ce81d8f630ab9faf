// What waits for people: paused executions, folded, with each run that somebody can resume and what it asks. Runs that only wait for an hour are left out.
import {
  findWaiting,
  getTask,
  isId,
  taskRunId,
  toPlain,
  trust,
  type ExecutionState,
  type Plan,
  type TaskRun,
  type Value,
} from '@batuta/core'
import type { ExecutionRow, JournalRowOf } from '../../storage/batch.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { foldExecution, viewExecution } from '../executions/read-execution.ts'
import { mapInTurns } from '../map-in-turns.ts'
import { unprocessable } from '../request-error.ts'

export interface HumanTaskQuery {
  readonly cursor?: string
  readonly namespace?: string
  readonly flowId?: string
  readonly size?: number
}

const SIZE = 50
/** Longer journals are read alone. */
const TURNS_SHORT_MAX = 40
/** Runs of one execution that are shown. */
const RUNS_MAX = 50

export async function humanTasks(
  { cursor = '', namespace, flowId, size = SIZE }: HumanTaskQuery,
  dependencies: HttpDependencies,
): Promise<unknown> {
  if (cursor !== '' && !isId(cursor))
    throw unprocessable(
      'cursor-invalid',
      `The cursor "${cursor.slice(0, 100)}" is none of ours: begin with an empty one.`,
    )
  const { store, config, platform } = dependencies
  const rows = await store.read.listExecutions({
    tenant: config.tenant,
    states: ['PAUSED'],
    ...(namespace === undefined ? {} : { namespace, isPrefix: true }),
    ...(flowId === undefined ? {} : { flowId }),
    ...(cursor === '' ? {} : { afterId: cursor }),
    limit: size + 1,
  })
  const shown = rows.slice(0, size)
  const short = shown.filter(row => row.turn <= TURNS_SHORT_MAX).map(row => row.id)
  const journals = await store.read.journalsOf(short)
  const found = await mapInTurns(shown, row => tasksOf(row, journals.get(row.id), dependencies), platform)
  return { results: found.flat(), next: rows.length > size ? (shown.at(-1)?.id ?? null) : null }
}

async function tasksOf(
  row: ExecutionRow,
  journal: readonly JournalRowOf[] | undefined,
  dependencies: HttpDependencies,
): Promise<readonly unknown[]> {
  const found = journal && (await foldExecution(row.id, journal, dependencies.flows))
  if (found) return waitingIn(found.state, found.plan)
  return (await viewExecution(row.id, dependencies, waitingIn)) ?? []
}

function waitingIn(state: ExecutionState, plan: Plan): readonly unknown[] {
  const { id: executionId, namespace, flowId, labels } = state
  const head = { executionId, namespace, flowId, labels: labels.filter(({ key }) => !key.startsWith('system.')) }
  // Nothing waits: a person paused the execution as a whole.
  if (state.paused === 0)
    return state.state === 'PAUSED' ? [{ ...head, ...sinceOf(state.history), isDecision: false, form: [] }] : []
  const tasks: unknown[] = []
  for (const run of state.runs.open()) {
    if (run.state !== 'PAUSED' || !findWaiting({ state, plan }, run.ordinal)) continue
    const task = getTask(plan, run.task)
    const isDelay = state.timers.has(`delay:${run.ordinal}`)
    if (isDelay && !task.task.asks?.length) continue
    tasks.push({ ...head, ...taskOf(run, state, plan) })
    if (tasks.length === RUNS_MAX) break
  }
  return tasks
}

function taskOf(run: TaskRun, state: ExecutionState, plan: Plan): Readonly<Record<string, unknown>> {
  const { id: taskId, type, task } = getTask(plan, run.task)
  const dueMs = state.timers.get(`timeout:${run.ordinal}`) ?? state.timers.get(`delay:${run.ordinal}`)
  const { description } = task
  return {
    taskRunId: taskRunId(state.id, run.ordinal),
    taskId,
    type,
    ...(description === undefined ? {} : { title: description }),
    ...(run.value === undefined ? {} : { value: run.value }),
    ...sinceOf(run.history),
    ...(dueMs === undefined ? {} : { due: new Date(dueMs).toISOString() }),
    isDecision: type.endsWith('.Approval'),
    form: (task.asks ?? []).map(input => toPlain(trust<Value>(input))),
  }
}

function sinceOf(history: ExecutionState['history']): { readonly since: string } {
  const paused = history.findLast(moment => moment.state === 'PAUSED')
  return { since: new Date(paused?.atMs ?? 0).toISOString() }
}
