// §6.17: `outputs` as a task sees it.
import type { Model } from './model.ts'
import { below, isIterated, type Run } from './model-run.ts'

type Outputs = Record<string, unknown>

/** Task id → outputs, with a level for each value around the run, the outermost first, and its own last. */
export function seenOutputs(model: Model, reader: Run): Outputs {
  const iteration = iterationAround(reader)
  if (!iteration) return collect(model.runs.filter(run => !iterationAround(run)).map(run => seen(model, run)))
  const inside = iteration.loop.children.filter(run => run.list === 'tasks' && run.lane === iteration.lane)
  const own = inside.flatMap(run => [run, ...below(run)]).filter(run => iterationAround(run)?.loop === iteration.loop)
  return { ...seenOutputs(model, iteration.loop), ...collect(own.map(run => seen(model, run))) }
}

/** 2.0 knows every run that is not of a loop, and of an iteration of Loop those that were skipped. */
function seen(model: Model, run: Run): Run {
  const isTold = model.tree.dialect === 2 && (!iterationAround(run) || run.state === 'SKIPPED')
  return isTold && run.outputs === undefined && valuesOf(run).length === 0 ? { ...run, outputs: {} } : run
}

/** Of a Loop the iteration that the run stands in: nothing of another is seen, nor anything of it outside. */
export function iterationAround(run: Run): { readonly loop: Run; readonly lane: number } | undefined {
  for (let at = run; at.parent; at = at.parent)
    if (isIterated(at.parent) && at.list === 'tasks') return { loop: at.parent, lane: at.lane }
  return undefined
}

function collect(runs: readonly Run[]): Outputs {
  const all: Outputs = {}
  for (const run of runs) {
    if (run.isRemoved || run.outputs === undefined) continue
    const keys = [run.node.id.replace(/\$.*/, ''), ...valuesOf(run)]
    let level = all
    for (const key of keys.slice(0, -1)) level = (level[key] ??= {}) as Outputs
    const last = keys.at(-1) ?? ''
    level[last] = merged(level[last], run.outputs)
  }
  return all
}

function valuesOf(run: Run): readonly string[] {
  const values: string[] = []
  const isInner = ({ parent, list }: Run): boolean => parent !== undefined && isIterated(parent) && list === 'tasks'
  for (let at: Run | undefined = run; at; at = isInner(at) ? undefined : at.parent)
    if (at.value !== undefined) values.unshift(at.value)
  return values
}

function merged(first: unknown, second: unknown): unknown {
  if (Array.isArray(first) && Array.isArray(second)) return [...(first as unknown[]), ...(second as unknown[])]
  if (!isPlain(first) || !isPlain(second)) return second
  const all: Outputs = { ...first }
  for (const [key, value] of Object.entries(second)) all[key] = key in all ? merged(all[key], value) : value
  return all
}

function isPlain(value: unknown): value is Outputs {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
