// `outputs` as expressions see it: task id → outputs, with one level per valued ancestor, outermost first, own value last. It is kept up
// with every settlement, one property set deep per level, so that no render ever merges the outputs of a whole execution.
import { isEmptyMap, isMap, mapEntries, type Value, type ValueMap } from '../std/value.ts'
import type { Texts } from '../std/text-list.ts'
import { getRun, groupOf } from './look-up.ts'
import { LoopOutputs } from './loop-outputs.ts'
import type { Plan } from './plan.ts'
import { PACKED_FROM } from './run-list.ts'
import { HANDLER, ROOT, type ExecutionState, type Iterations, type TaskRun } from './state.ts'

/** The values of the run's ancestors that have one, outermost first, and its own; not beyond the iteration of a Loop that it stands in. */
export function valueChain(state: ExecutionState, run: TaskRun): string[] {
  const chain: string[] = []
  for (let at: TaskRun | undefined = run; at; at = outerOf(state, at)) {
    if (at.value !== undefined) chain.unshift(at.value)
  }
  return chain
}

function outerOf(state: ExecutionState, { parent, lane }: TaskRun): TaskRun | undefined {
  if (parent === ROOT) return undefined
  const outer = getRun(state, parent)
  return outer.group?.iterations && lane !== HANDLER ? undefined : outer
}

/** The iteration of a Loop that the run stands in, the nearest one. */
export function iterationOf(
  state: ExecutionState,
  run: TaskRun,
): { readonly loop: TaskRun; readonly lane: number; readonly iterations: Iterations } | undefined {
  if (run.isInner !== true) return undefined
  for (let at = run; at.parent !== ROOT;) {
    const loop = getRun(state, at.parent)
    if (loop.group?.iterations && at.lane !== HANDLER) return { loop, lane: at.lane, iterations: loop.group.iterations }
    at = loop
  }
  return undefined
}

/** Where the outputs of the run are kept: those of its iteration, or those of the execution. */
function scopeOf(state: ExecutionState, run: TaskRun): Map<string, Value> {
  const iteration = iterationOf(state, run)
  if (!iteration) return state.outputsByTask
  const { iterations, lane } = iteration
  const known = iterations.scopes.get(lane)
  if (known) return known
  const scope = new Map<string, Value>()
  iterations.scopes.set(lane, scope)
  return scope
}

/** The outputs that the run sees: of its own iteration, of the loops around it, of the execution. */
export function outputsSeenBy(state: ExecutionState, run: TaskRun | undefined): ValueMap {
  const iteration = run && iterationOf(state, run)
  if (!iteration) return state.outputsByTask
  const own = iteration.iterations.scopes.get(iteration.lane)
  const outer = outputsSeenBy(state, iteration.loop)
  return own ? new Map([...mapEntries(outer), ...own]) : outer
}

/** `isAgain`: what a later attempt gave takes the place of what an earlier one did. */
export function indexOutputs(state: ExecutionState, plan: Plan, run: TaskRun, isAgain = false): void {
  if (!run.outputs) return
  const id = plan.tasks[run.task]?.id
  if (id === undefined) return
  const keys = [id, ...valueChain(state, run)]
  const loop = loopAround(state, run)
  let level = scopeOf(state, run)
  keys.slice(0, -1).forEach((key, depth) => {
    const next = level.get(key)
    const isLast = depth === keys.length - 2
    const map = next instanceof Map ? next : newLevel(state, next, isLast ? loop : undefined)
    if (next !== map) level.set(key, map)
    level = map
  })
  if (loop && level instanceof LoopOutputs) {
    const before = level.bind(loop.lane, run.ordinal)
    if (before) level.merge(loop.lane, mergeValues(before, run.outputs))
    return
  }
  const last = keys[keys.length - 1] ?? id
  const known = isAgain ? undefined : level.get(last)
  level.set(
    last,
    known !== undefined && isMap(known) && !isEmptyMap(known) ? mergeValues(known, run.outputs) : run.outputs,
  )
}

/**
 * Kestra 2.0 knows every run among the outputs, those that have put out nothing, too: `outputs.x is defined` holds for a skipped task and for
 * the one that runs. 1.x knows those with outputs only (recorded).
 */
export function indexBegun(state: ExecutionState, plan: Plan, run: TaskRun): void {
  if (plan.flow.dialect === 1) return
  const id = plan.tasks[run.task]?.id
  if (id === undefined || valueChain(state, run).length > 0) return
  const scope = scopeOf(state, run)
  if (!scope.has(id)) scope.set(id, NOTHING)
}

const NOTHING: ValueMap = {}

/** Loops with more values, and all loops of executions with so many runs, keep no outputs in maps. */
const LARGE_LOOP = 1_000

interface LoopPlace {
  readonly values: Texts
  readonly lane: number
}

/** The nearest loop around the run, and its place in it. */
function loopAround(state: ExecutionState, run: TaskRun): LoopPlace | undefined {
  for (let at: TaskRun | undefined = run; at; at = outerOf(state, at)) {
    if (at.value === undefined) continue
    const { values } = groupOf(state, at.parent)
    return values && { values, lane: at.lane }
  }
  return undefined
}

function newLevel(state: ExecutionState, known: Value | undefined, loop: LoopPlace | undefined): Map<string, Value> {
  if (known !== undefined && isMap(known)) return new Map(mapEntries(known))
  const isLarge = loop && (loop.values.length > LARGE_LOOP || state.runs.length > PACKED_FROM)
  return isLarge ? new LoopOutputs(loop.values, state.runs) : new Map()
}

/** Of a run that is taken out. */
export function unindexOutputs(state: ExecutionState, plan: Plan, run: TaskRun): void {
  const id = plan.tasks[run.task]?.id
  if (id === undefined || (!run.outputs && plan.flow.dialect === 1)) return
  takeOut(scopeOf(state, run), [id, ...valueChain(state, run)])
}

/** Nothing is left of a level in which there is nothing any more. */
function takeOut(level: Map<string, Value>, [key = '', ...rest]: readonly string[]): void {
  const next = level.get(key)
  if (rest.length > 0 && !(next instanceof Map)) return
  if (next instanceof Map && rest.length > 0) takeOut(next, rest)
  if (rest.length === 0 || (next instanceof Map && next.size === 0)) level.delete(key)
}

export function reindexOutputs(state: ExecutionState, plan: Plan): void {
  state.outputsByTask = new Map()
  for (const run of state.runs) run.group?.iterations?.scopes.clear()
  for (const run of state.runs) {
    if (run.isRemoved) continue
    if (!run.isInner || run.state === 'SKIPPED') indexBegun(state, plan, run)
    indexOutputs(state, plan, run)
  }
}

/** Maps merge deeply, lists are concatenated, scalars of the later one win. */
export function mergeValues(first: ValueMap, second: ValueMap): ValueMap {
  const merged = new Map<string, Value>(mapEntries(first))
  for (const [key, value] of mapEntries(second)) {
    const known = merged.get(key)
    if (known !== undefined && isMap(known) && isMap(value)) merged.set(key, mergeValues(known, value))
    else if (Array.isArray(known) && Array.isArray(value)) merged.set(key, [...known, ...value])
    else merged.set(key, value)
  }
  return merged
}
