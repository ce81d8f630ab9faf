// `outputs` as expressions see it: task id → outputs, with one level per valued ancestor, outermost first, own value last. It is kept up
// with every settlement, one property set deep per level, so that no render ever merges the outputs of a whole execution.
import { isMap, mapEntries, type Value, type ValueMap } from '../std/value.ts'
import { getRun } from './look-up.ts'
import type { Plan } from './plan.ts'
import { ROOT, type ExecutionState, type TaskRun } from './state.ts'

/** The values of the run's ancestors that have one, outermost first, and its own. */
export function valueChain(state: ExecutionState, run: TaskRun): string[] {
  const chain: string[] = []
  for (let at: TaskRun | undefined = run; at; at = at.parent === ROOT ? undefined : getRun(state, at.parent)) {
    if (at.value !== undefined) chain.unshift(at.value)
  }
  return chain
}

export function indexOutputs(state: ExecutionState, plan: Plan, run: TaskRun): void {
  if (!run.outputs) return
  const id = plan.tasks[run.task]?.id
  if (id === undefined) return
  const keys = [id, ...valueChain(state, run)]
  let level = state.outputsByTask
  for (const key of keys.slice(0, -1)) {
    const next = level.get(key)
    const map: Map<string, Value> =
      next instanceof Map ? next : new Map(next === undefined || !isMap(next) ? [] : mapEntries(next))
    if (next !== map) level.set(key, map)
    level = map
  }
  const last = keys[keys.length - 1] ?? id
  const known = level.get(last)
  level.set(last, known !== undefined && isMap(known) ? mergeValues(known, run.outputs) : run.outputs)
}

/** Of a run that is taken out. */
export function unindexOutputs(state: ExecutionState, plan: Plan, run: TaskRun): void {
  const id = plan.tasks[run.task]?.id
  if (!run.outputs || id === undefined) return
  const keys = [id, ...valueChain(state, run)]
  let level: Value | undefined = state.outputsByTask
  for (const key of keys.slice(0, -1)) level = level instanceof Map ? level.get(key) : undefined
  if (level instanceof Map) level.delete(keys.at(-1) ?? id)
}

export function reindexOutputs(state: ExecutionState, plan: Plan): void {
  state.outputsByTask = new Map()
  for (const run of state.runs) if (!run.isRemoved) indexOutputs(state, plan, run)
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
