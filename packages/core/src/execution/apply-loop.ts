// What loops keep, and what they let go of: the runs of a pass or of an iteration are taken out when it is over, so that a loop needs the memory
// of what is open and not of what was.
import { storedOf } from '../std/stored-mark.ts'
import { mapGet } from '../std/value.ts'
import { dropEntry } from '../std/sparse.ts'
import { getRun, ownGroup, ownRun } from './look-up.ts'
import type { Event } from './event.ts'
import { indexOutputs, unindexOutputs } from './outputs.ts'
import type { Plan } from './plan.ts'
import { newGroup, type ExecutionState, type Group, type Iterations, type TaskRun } from './state.ts'

export function newIterations({
  isTolerant = false,
  isBatched = false,
  keys,
}: Extract<Event, { type: 'group-opened' }>): Iterations {
  return {
    isTolerant,
    isBatched,
    ...(keys ? { keys } : {}),
    runs: new Map(),
    scopes: new Map(),
    closing: [],
    ended: new Map(),
    outputs: new Map(),
    isBroken: false,
  }
}

export function joinLane({ runs }: Iterations, { lane, ordinal }: TaskRun): void {
  const known = runs.get(lane)
  if (known) known.push(ordinal)
  else runs.set(lane, [ordinal])
}

export function closeLane({ closing }: Iterations, lane: number): void {
  closing.push(lane)
}

/** After a restart: lanes whose runs were kept are open again, and are not counted. */
export function recountLanes(state: ExecutionState, group: Group): void {
  const { iterations } = group
  if (!iterations) return
  iterations.runs.clear()
  iterations.closing = []
  for (const child of group.children) joinLane(iterations, getRun(state, child))
  iterations.ended.delete('FAILED')
  if (iterations.isBatched) iterations.ended.delete('KILLED')
  for (const lane of iterations.runs.keys()) iterations.outputs.delete(lane)
}

export function endIteration(
  state: ExecutionState,
  plan: Plan,
  event: Extract<Event, { type: 'iteration-ended' }>,
): void {
  const group = ownGroup(state, event.run)
  const { iterations } = group
  state.agenda.push(event.run)
  if (!iterations) return
  const { lane, outputs } = event
  iterations.closing = iterations.closing.filter(other => other !== lane)
  iterations.ended.set(event.state, (iterations.ended.get(event.state) ?? 0) + 1)
  if (outputs) iterations.outputs.set(lane, outputs)
  if (event.isLast) {
    iterations.isBroken = true
    group.laneCount = group.nextLane
  }
  const runs = iterations.runs.get(lane) ?? []
  const hasFailed = runs.some(run => getRun(state, run).state === 'FAILED')
  if (event.state === 'FAILED' || (iterations.isBatched && event.state === 'KILLED')) {
    // Only its outputs were at fault: the lane counts as failed all the same.
    if (!hasFailed && event.state === 'FAILED') group.failed += 1
    return
  }
  for (const run of runs) {
    takeOut(state, plan, run)
    // What ends first was mostly begun first: it is found at once.
    const at = group.children.indexOf(run)
    if (at >= 0) group.children.splice(at, 1)
  }
  iterations.runs.delete(lane)
  iterations.scopes.delete(lane)
}

export function endPass(state: ExecutionState, plan: Plan, event: Extract<Event, { type: 'pass-ended' }>): void {
  const run = ownRun(state, event.run)
  if (event.outputs) {
    unindexOutputs(state, plan, run)
    run.outputs = event.outputs
    if (storedOf(mapGet(event.outputs, 'outputs') ?? null)) state.hasStored = true
    indexOutputs(state, plan, run)
  }
  if (event.verdict !== undefined) ownGroup(state, event.run).verdict = event.verdict
  state.agenda.push(event.run)
}

export function beginPass(state: ExecutionState, plan: Plan, event: Extract<Event, { type: 'pass-begun' }>): void {
  const run = ownRun(state, event.run)
  const { branch, children } = ownGroup(state, event.run)
  for (const child of children) takeOut(state, plan, child)
  run.group = newGroup(branch)
  run.iteration = (run.iteration ?? 0) + 1
  run.group.pass = run.iteration
  delete run.evaluated
  dropEntry(state.timers, `pass:${event.run}`)
}

/** The run is in no list any more, and neither are its children; nothing of it is kept but its place. */
export function takeOut(state: ExecutionState, plan: Plan, ordinal: number): void {
  const run = state.runs.reopen(ordinal)
  for (const child of run.group?.children ?? []) takeOut(state, plan, child)
  unindexOutputs(state, plan, run)
  run.isRemoved = true
  run.history = []
  run.attempts = []
  delete run.outputs
  delete run.group
  delete run.evaluated
  state.runs.close(run)
}
