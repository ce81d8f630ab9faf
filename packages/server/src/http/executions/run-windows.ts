// Windows over the task runs of an execution. A look at a large one is short: it goes through so many runs at most, and the next one goes on.
import { getTask, presentTaskRun, taskRunId, type ExecutionState, type Plan } from '@batuta/core'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { jsonText } from '../reply.ts'
import { notFound, unprocessable } from '../request-error.ts'
import { getRunOf } from './get-run-of.ts'
import { lookAt } from './look.ts'
import { LoopCounts } from './loop-counts.ts'
import { viewExecution } from './read-execution.ts'

/** Runs that one look goes through. */
const LOOK_RUNS_MAX = 20_000
/** Looks for one page. */
const LOOKS_MAX = 100

export function windowHandlers(
  dependencies: HttpDependencies,
): Pick<Handlers<'executions'>, 'taskRuns' | 'taskRunBuckets'> {
  const { platform } = dependencies
  const counts = new LoopCounts(dependencies)
  return {
    taskRuns: async ({ params: { executionId }, query }) => {
      const rows: string[] = []
      let at: number | undefined = query.cursor === undefined || query.cursor === '' ? 0 : cursorOf(query.cursor)
      let total = 0
      for (let looks = 0; looks < LOOKS_MAX && at !== undefined; looks++) {
        const from: number | undefined = looks === 0 && query.around !== undefined ? undefined : at
        const found: Found | undefined = await viewExecution(executionId, dependencies, (state, plan) =>
          find({ state, plan }, { ...query, from, wanted: (query.size ?? SIZE) - rows.length }, dependencies),
        )
        if (!found) throw notFound(`The execution "${executionId}"`)
        rows.push(...found.rows)
        at = found.next
        total = found.total
        if (rows.length >= (query.size ?? SIZE)) break
        await new Promise<void>(resolve => platform.defer(resolve))
      }
      return jsonText(
        `{"results":[${rows.join(',')}],"next":${at === undefined ? 'null' : `"${at}"`},"total":${total}}`,
      )
    },
    taskRunBuckets: async ({ params: { executionId }, query: { parent, count = 100 } }) =>
      jsonText(await counts.tell({ executionId, parent, count })),
  }
}

const SIZE = 100

function cursorOf(text: string): number {
  const at = Number(text)
  if (Number.isSafeInteger(at) && at >= 0) return at
  throw unprocessable('cursor-invalid', `The cursor "${text.slice(0, 100)}" is none of ours: begin with an empty one.`)
}

interface Window {
  readonly parent?: string
  readonly around?: string
  readonly state?: readonly string[]
  readonly taskId?: string
  readonly q?: string
  readonly iteration?: number
  /** Undefined: around the run that was asked for. */
  readonly from: number | undefined
  readonly wanted: number
}

interface Found {
  readonly rows: readonly string[]
  readonly next: number | undefined
  readonly total: number
}

interface Execution {
  readonly state: ExecutionState
  readonly plan: Plan
}

/** A window is over the ordinals of all runs, or over the children of one: the cursor is a place in that list. */
function find({ state, plan }: Execution, window: Window, dependencies: HttpDependencies): Found {
  const children = childrenOf(state, window.parent)
  const length = children ? children.length : state.runs.length
  const keeps = keeperOf({ state, plan }, window)
  const look = { state, plan, options: lookAt(state.id, 'b', dependencies) }
  const rows: string[] = []
  let at = window.from ?? placeAround(state, children, window)
  const end = Math.min(length, at + LOOK_RUNS_MAX)
  for (; at < end && rows.length < window.wanted; at++) {
    const ordinal = children ? children[at] : at
    const run = ordinal === undefined || !keeps(ordinal) ? undefined : state.runs.at(ordinal)
    // What stands inside an iteration of a Loop is in no list but that of its loop.
    if (run && !(run.isInner && window.parent === undefined)) rows.push(presentTaskRun(run, look))
  }
  return { rows, next: at < length ? at : undefined, total: state.runs.length }
}

/** Undefined: all runs. */
function childrenOf(state: ExecutionState, parent: string | undefined): readonly number[] | undefined {
  if (parent === undefined) return undefined
  if (parent === 'root') return state.root.children
  return getRunOf(state, parent).group?.children ?? []
}

function placeAround(
  state: ExecutionState,
  children: readonly number[] | undefined,
  { around = taskRunId(state.id, 0), wanted }: Window,
): number {
  const { ordinal } = getRunOf(state, around)
  const at = children ? children.indexOf(ordinal) : ordinal
  if (at < 0) throw notFound(`The task run "${around}" among the children that were asked for`)
  return Math.max(0, at - Math.floor(wanted / 2))
}

/** By the columns of packed runs: to make each of a million runs whole takes ten seconds, to ask its columns a tenth of one. */
function keeperOf(
  { state: { runs }, plan }: Execution,
  { state, taskId, q, iteration }: Window,
): (ordinal: number) => boolean {
  const states = state && new Set(state)
  const wanted = q?.toLowerCase()
  return ordinal => {
    if (iteration !== undefined && runs.iterationAt(ordinal) !== iteration) return false
    const place = runs.placeAt(ordinal)
    if (!place || place.isRemoved) return false
    const task = getTask(plan, place.task)
    if (task.isHidden || (taskId !== undefined && task.id !== taskId)) return false
    if (states && !states.has(place.state) && !(place.state === 'SUBMITTED' && states.has('RUNNING'))) return false
    return wanted === undefined || `${task.id} ${runs.valueAt(ordinal) ?? ''}`.toLowerCase().includes(wanted)
  }
}
