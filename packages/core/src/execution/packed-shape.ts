// What most ended runs share: the states they went through, the names of their metrics, which of the rarer things they have. Kept once.
import { HANDLER, isFinal, type Metric, type StateName, type TaskRun } from './state.ts'
import { isPackable } from './packed-group.ts'

export interface Shape {
  readonly state: StateName
  /** Taken out: nothing of it is kept but its place. */
  readonly isRemoved: boolean
  readonly states: readonly StateName[]
  readonly attempt: StateName | undefined
  readonly metrics: readonly Omit<Metric, 'value'>[]
  readonly hasValue: boolean
  readonly hasIteration: boolean
  readonly hasOutputs: boolean
  readonly hasGroup: boolean
  readonly hasChild: boolean
  readonly isInner: boolean
}

/** Moments of a history that the columns have room for. */
export const HISTORY_MAX = 4
const TASK_MAX = 65_535
const EPOCH_MAX = 65_535

export function shapeOf(run: TaskRun): Shape {
  const [attempt] = run.attempts
  return {
    state: run.state,
    isRemoved: run.isRemoved,
    states: run.history.map(moment => moment.state),
    attempt: attempt?.state,
    metrics: (attempt?.metrics ?? []).map(({ name, type, tags }) => ({ name, type, ...(tags ? { tags } : {}) })),
    hasValue: run.value !== undefined,
    hasIteration: run.iteration !== undefined,
    hasOutputs: run.outputs !== undefined,
    hasGroup: run.group !== undefined,
    hasChild: run.childId !== undefined,
    isInner: run.isInner === true,
  }
}

/** Whether this is the shape of the run, without making one: most runs of a loop have the shape of the one before. */
export function isShapeOf(shape: Shape, run: TaskRun): boolean {
  const { history, attempts } = run
  const [attempt] = attempts
  if (shape.state !== run.state || shape.isRemoved !== run.isRemoved || shape.attempt !== attempt?.state) return false
  if (shape.hasValue !== (run.value !== undefined) || shape.hasIteration !== (run.iteration !== undefined)) return false
  if (shape.hasOutputs !== (run.outputs !== undefined) || shape.isInner !== (run.isInner === true)) return false
  if (shape.hasGroup !== (run.group !== undefined) || shape.hasChild !== (run.childId !== undefined)) return false
  if (shape.states.length !== history.length || shape.metrics.length !== (attempt?.metrics?.length ?? 0)) return false
  for (let index = 0; index < history.length; index++) if (history[index]?.state !== shape.states[index]) return false
  return shape.metrics.every((metric, index) => isSameMetric(metric, attempt?.metrics?.[index]))
}

/** Tags are compared by what they are made of once more, when the shape is made: here two lists of tags are never the same. */
function isSameMetric({ name, type, tags }: Omit<Metric, 'value'>, metric: Metric | undefined): boolean {
  return metric?.name === name && metric.type === type && tags === undefined && metric.tags === undefined
}

/** What the columns have room for. */
export function isOrdinary(run: TaskRun): boolean {
  const { attempts, history, task, epoch, lane } = run
  if (!isFinal(run.state) && !run.isRemoved) return false
  if (attempts.length > 1 || attempts[0]?.logFile !== undefined || history.length > HISTORY_MAX) return false
  if (attempts[0]?.isSpilled === true || attempts[0]?.isSealed === true) return false
  if (task < 0 || task > TASK_MAX || epoch > EPOCH_MAX || lane === HANDLER || run.lost > 0 || run.isAwaited)
    return false
  if (run.group && !isPackable(run.group)) return false
  if (run.evaluated && !isAnswered(run)) return false
  for (const key in run) if (!KNOWN.has(key)) return false
  return true
}

/** What was asked for a run that has ended is asked for no more, but for what a loop around it or its own group asks. */
function isAnswered({ isInner, group, evaluated = new Map() }: TaskRun): boolean {
  if (isInner === true || group) return false
  for (const answer of evaluated.values()) if (answer === 'asked') return false
  return true
}

/** A run with anything else stays an object. */
const KNOWN: ReadonlySet<string> = new Set([
  ...['ordinal', 'task', 'parent', 'lane', 'value', 'iteration', 'state', 'history', 'attempts', 'outputs'],
  ...['epoch', 'lost', 'isAwaited', 'isRemoved', 'isInner', 'group', 'childId', 'evaluated'],
])
