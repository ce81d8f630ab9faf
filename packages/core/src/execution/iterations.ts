// The iterations of a Loop: when one is over, what it declares as outputs is kept and all else is let go of; when the last is over, the Loop says
// what became of them.
import { resolveOutputs } from '../flow/outputs.ts'
import { ExpressionError } from '../std/errors.ts'
import { isMap, isTruthyText, mapFrom, mapGet, mapSize, type Value, type ValueMap } from '../std/value.ts'
import type { View } from './context.ts'
import { scopeOf } from './context.ts'
import type { Decision, Effect, Event } from './event.ts'
import { keepLoopOutputs } from './keep-loop-outputs.ts'
import { getRun } from './look-up.ts'
import { ITERATION_SLOT, getTask, type PlanTask } from './plan.ts'
import { NeedsEvaluation, RunError, readProperty } from './renderer.ts'
import { logOf } from './settle.ts'
import { descendantsOf, stopRuns } from './stop.ts'
import type { FinalState, Group, Iterations, TaskRun } from './state.ts'
import { wakeExecution } from './wake-execution.ts'

export function endIterations(view: View, ordinal: number, iterations: Iterations): Decision {
  const loop = getRun(view.state, ordinal)
  const task = getTask(view.plan, loop.task)
  const events: Event[] = []
  const effects: Effect[] = []
  for (const lane of iterations.closing) {
    const ended = endIteration(view, { loop, task, lane, runs: iterations.runs.get(lane) ?? [] })
    events.push(...ended.events)
    effects.push(...ended.effects)
  }
  return { events: wakeExecution(view, events), effects }
}

interface Lane {
  readonly loop: TaskRun
  readonly task: PlanTask
  readonly lane: number
  readonly runs: readonly number[]
}

function endIteration(view: View, { loop, task, lane, runs }: Lane): Decision {
  const children = runs.map(run => getRun(view.state, run))
  const last = children.at(-1)
  const state = stateOf(children)
  const ended = { type: 'iteration-ended', run: loop.ordinal, lane } as const
  if (last && loop.group?.iterations?.isBatched)
    return { events: [{ ...ended, state, outputs: batchResult(last) }], effects: [] }
  if (!last || state === 'FAILED') return { events: [{ ...ended, state }], effects: [] }
  if (state === 'KILLED') return letGo(view, runs, { ...ended, state })
  try {
    const outputs = outputsOf(view, task, last)
    const isLast = isBreaking(view, task, last)
    const event: Event = { ...ended, state, ...(outputs ? { outputs } : {}), ...(isLast ? { isLast } : {}) }
    return letGo(view, runs, event)
  } catch (error) {
    if (error instanceof NeedsEvaluation) return ask(last, error.slot)
    if (!(error instanceof ExpressionError) && !(error instanceof RunError)) throw error
    return {
      events: [{ ...ended, state: 'FAILED' }],
      effects: [logOf(view, loop, `Iteration ${lane}: ${error.message}`)],
    }
  }
}

/** The tasks of a hook may outlive the run that waited, and what runs beside a failure the group that it failed. */
function letGo(view: View, runs: readonly number[], ended: Event): Decision {
  const left = stopRuns(view, descendantsOf(view.state, runs), 'KILLED')
  return { events: [...left.events, ended], effects: left.effects }
}

function ask(run: TaskRun, slot: string): Decision {
  if (run.evaluated?.get(slot) === 'asked') return { events: [], effects: [] }
  const asked = { run: run.ordinal, slot }
  return { events: [{ type: 'evaluate-asked', ...asked }], effects: [{ type: 'evaluate', ...asked }] }
}

function stateOf(children: readonly TaskRun[]): FinalState {
  const has = (state: FinalState): boolean => children.some(child => child.state === state)
  return (['KILLED', 'FAILED', 'WARNING'] as const).find(has) ?? 'SUCCESS'
}

/** Rendered with what the last task of the iteration sees. */
function outputsOf(view: View, { outputs, task }: PlanTask, run: TaskRun): ValueMap | undefined {
  if (!outputs || outputs.size === 0) return undefined
  const scope = scopeOf(view, run)
  const rendered = [...outputs].map(([id, property]): [string, Value] => [
    id,
    readProperty(property, { scope, how: 'typed', evaluated: run.evaluated }),
  ])
  const { values, problems } = resolveOutputs(task.outputs ?? [], mapFrom(rendered))
  if (values) return values
  throw new RunError(problems.map(({ message }) => message).join('; '))
}

function isBreaking(view: View, task: PlanTask, run: TaskRun): boolean {
  const property = task.properties.get('breakWhen')
  if (!property || property.raw === null) return false
  const slotted = { ...property, slot: `${ITERATION_SLOT}breakWhen` }
  const text = readProperty(slotted, { scope: scopeOf(view, run), how: 'text', evaluated: run.evaluated })
  return typeof text === 'string' && isTruthyText(text.trim())
}

/** The state of the child itself, which the mapping of the subflow may have made another, and what it gave. */
function batchResult({ outputs = {}, state }: TaskRun): ValueMap {
  const given = mapGet(outputs, 'outputs')
  const isEmpty = given === undefined || given === null || !isMap(given) || mapSize(given) === 0
  return { state: mapGet(outputs, 'state') ?? state, ...(isEmpty ? {} : { outputs: given }) }
}

/** Undefined once the Loop has said what became of it. */
export function endLoop(
  view: View,
  ordinal: number,
  { group, iterations }: { readonly group: Group; readonly iterations: Iterations },
): Decision | undefined {
  if (group.verdict !== undefined) return undefined
  if (iterations.isBatched) return endBatches(view, getRun(view.state, ordinal), { group, iterations })
  const run = getRun(view.state, ordinal)
  try {
    const outputs = { ...summaryOf(group, iterations), ...keepLoopOutputs(view, run, listOf(group, iterations)) }
    const verdict = iterations.isTolerant ? 'SUCCESS' : verdictOf(iterations)
    return { events: [{ type: 'pass-ended', run: ordinal, outputs, verdict }], effects: [] }
  } catch (error) {
    if (error instanceof NeedsEvaluation) return ask(run, error.slot)
    if (!(error instanceof RunError)) throw error
    const event: Event = { type: 'pass-ended', run: ordinal, outputs: summaryOf(group, iterations), verdict: 'FAILED' }
    return { events: [event], effects: [logOf(view, run, error.message)] }
  }
}

/** What weighs most comes first. */
function verdictOf({ ended }: Iterations, order: readonly FinalState[] = ['KILLED', 'FAILED', 'WARNING']): FinalState {
  return order.find(state => (ended.get(state) ?? 0) > 0) ?? 'SUCCESS'
}

function summaryOf({ laneCount }: Group, { ended }: Iterations): ValueMap {
  return { iterationCount: laneCount, runningIterations: 0, terminatedIterations: Object.fromEntries(ended) }
}

/** What the iterations gave, in their order. */
export function listOf({ values }: Group, { outputs, keys }: Iterations): readonly Value[] {
  return [...outputs]
    .sort(([a], [b]) => a - b)
    .map(([lane, own]): Value => {
      const key = keys?.[lane]
      const item = { value: values?.at(lane) ?? null, iteration: lane, ...(key === undefined ? {} : { key }) }
      return { item, outputs: own }
    })
}

/** The slot of the folder that the outputs of the children were written to. */
export const BATCH_OUTPUTS_SLOT = 'batches:outputs'

function endBatches(
  view: View,
  run: TaskRun,
  { group, iterations }: { readonly group: Group; readonly iterations: Iterations },
): Decision {
  const hasOutputs = [...iterations.outputs.values()].some(result => mapGet(result, 'outputs') !== undefined)
  const known = hasOutputs ? run.evaluated?.get(BATCH_OUTPUTS_SLOT) : { value: null }
  if (known === undefined || known === 'asked') return ask(run, BATCH_OUTPUTS_SLOT)
  if ('error' in known) {
    const event: Event = { type: 'pass-ended', run: run.ordinal, verdict: 'FAILED' }
    return { events: [event], effects: [logOf(view, run, known.error)] }
  }
  const outputs = {
    numberOfBatches: group.laneCount,
    iterations: countStates(iterations),
    ...(known.value === null ? {} : { subflowOutputsBaseUri: known.value }),
  }
  return {
    events: [
      {
        type: 'pass-ended',
        run: run.ordinal,
        outputs,
        verdict: verdictOf(iterations, ['FAILED', 'KILLED', 'WARNING']),
      },
    ],
    effects: [],
  }
}

/** As they are first seen (recorded): a child that is not waited for counts as a success and was never seen CREATED. */
function countStates({ outputs }: Iterations): ValueMap {
  const counts: Record<string, number> = {}
  for (const result of outputs.values()) {
    const state = String(mapGet(result, 'state'))
    if (state !== 'CREATED') counts['CREATED'] = 0
    counts['RUNNING'] = 0
    const ended = state === 'CREATED' ? 'SUCCESS' : state
    counts[ended] = (counts[ended] ?? 0) + 1
  }
  return counts
}
