// The fold: one event changes the state in place. No I/O, no clock, no chance, and no reading of the plan beyond what a run needs to find
// its place, so that a state folded after a restart equals the one that was built while running (a property test holds the two together).
import { assert, AssertionError } from '../std/assert.ts'
import { noEntries, noMembers, dropEntry, dropMember, withEntry, withMember } from '../std/sparse.ts'
import { textsOf } from '../std/text-list.ts'
import { applyFact } from './apply-fact.ts'
import { lookAtAll, rebuildAgenda } from './agenda.ts'
import { decodeEventList } from './event-codec.ts'
import type { Event } from './event.ts'
import { count, leaveChild, placeChild, stopAsking, stopAwaiting } from './lanes.ts'
import { getRun, ownGroup, ownRun } from './look-up.ts'
import { beginPass, endIteration, endPass, joinLane, newIterations, takeOut } from './apply-loop.ts'
import { indexBegun, indexOutputs } from './outputs.ts'
import type { Plan } from './plan.ts'
import { applyReopening } from './reopen.ts'
import { holdsSealed } from './sealed.ts'
import { holdsStored } from './stored.ts'
import { waitTimers } from './wait-timers.ts'
import { RunList } from './run-list.ts'
import {
  EXECUTION_MOVES,
  HANDLER,
  ROOT,
  RENEW_TIMER,
  RUN_MOVES,
  isFinal,
  isHalted,
  newGroup,
  type ExecutionState,
  type StateName,
  type TaskRun,
} from './state.ts'

type Created = Extract<Event, { type: 'created' }>

/** Opens the state with its first event. */
export function born(id: string, event: Created, plan: Plan, atMs: number): ExecutionState {
  const state: ExecutionState = {
    id,
    tenant: event.tenant,
    namespace: event.namespace,
    flowId: event.flowId,
    revision: event.revision,
    state: 'CREATED',
    history: [{ state: 'CREATED', atMs }],
    inputs: event.inputs,
    labels: event.labels,
    variables: {},
    originalId: event.originalId ?? id,
    attemptNumber: event.attemptNumber ?? 1,
    originalCreatedMs: event.originalCreatedMs ?? atMs,
    depth: event.depth ?? 0,
    rootId: event.rootId ?? id,
    runs: new RunList(),
    root: newGroup(plan.root.tasks),
    generation: 1,
    turn: 0,
    isKillRequested: false,
    isHeld: false,
    isSealed: plan.hasSecretInput || event.isSealed === true || isStartedSealed(event),
    hasStored: event.trigger !== undefined && holdsStored(event.trigger.variables),
    isEnded: false,
    live: 0,
    paused: 0,
    awaited: noMembers(),
    children: noEntries(),
    timers: noEntries(),
    brokenSla: noMembers(),
    agenda: [ROOT],
    outputsByTask: new Map(),
    evaluated: noEntries(),
    asked: noMembers(),
  }
  if (event.trigger) state.trigger = event.trigger
  if (event.parentLink) state.parentLink = event.parentLink
  if (event.parentId !== undefined) state.parentId = event.parentId
  if (event.scheduledMs !== undefined) state.scheduledMs = event.scheduledMs
  if (event.problem !== undefined) state.problem = event.problem
  if (event.traceparent !== undefined) state.traceparent = event.traceparent
  if (event.breakpoints) state.breakpoints = event.breakpoints
  if (event.copy) copyInto(state, event, plan)
  return state
}

/** What another execution gave along may be encrypted; what comes from outside never is. */
function isStartedSealed({ trigger }: Created): boolean {
  return trigger !== undefined && INNER_TRIGGERS.has(trigger.type) && holdsSealed(trigger.variables)
}

const INNER_TRIGGERS: ReadonlySet<string> = new Set([
  'io.kestra.plugin.core.trigger.Flow',
  'io.kestra.plugin.core.flow.Subflow',
  'io.kestra.plugin.core.flow.ForEachItem',
])

/** What came before is told again, at its own moments; only the runs and the history are taken from it. */
function copyInto(state: ExecutionState, { copy = [], attemptNumber = 1 }: Created, plan: Plan): void {
  const [first] = copy
  if (first) state.history = [{ state: 'CREATED', atMs: first.atMs }]
  for (const { atMs, events } of copy) for (const event of decodeEventList(events)) apply(state, event, plan, atMs)
  state.attemptNumber = attemptNumber
  state.generation = 1
  rebuildAgenda(state)
}

export function apply(state: ExecutionState, event: Event, plan: Plan, atMs: number): void {
  switch (event.type) {
    case 'created':
      throw new Error('an execution is created once')
    case 'moved':
      return moveExecution(state, event.to, atMs)
    case 'run-created':
      return createRun(state, plan, event, atMs)
    case 'run-moved': {
      const run = ownRun(state, event.run)
      if (event.outputs) setOutputs(state, plan, run, event.outputs)
      return moveRun(state, run, event.to, atMs)
    }
    case 'group-opened':
      return openGroup(state, plan, event, atMs)
    case 'phase-entered':
      return enterPhase(state, event)
    case 'run-resumed':
      return resumeRun(state, plan, event, atMs)
    case 'pass-ended':
    case 'pass-begun':
    case 'iteration-ended':
      return applyLoop(state, plan, event, atMs)
    case 'job-sent':
      return sendJob(state, event, atMs)
    case 'job-lost':
      return loseJob(state, event)
    case 'attempt-settled':
      return settle(state, plan, event, atMs)
    case 'evaluate-asked':
    case 'evaluated':
      return evaluate(state, event)
    case 'timer-set':
      state.timers = withEntry(state.timers, event.name, event.atMs)
      return
    case 'timer-fired':
      dropEntry(state.timers, event.name)
      state.agenda.push(ROOT)
      return
    case 'child-linked':
      return linkChild(state, event)
    case 'child-ended':
      dropEntry(state.children, event.run)
      return
    case 'kill-requested':
      state.isKillRequested = true
      // What is killed leaves no outputs.
      stopAsking(state, { ordinal: ROOT, evaluated: state.evaluated })
      state.timers = noEntries()
      return
    case 'outputs':
    case 'labels':
    case 'variables':
    case 'breakpoints':
    case 'limit-waits':
    case 'limit-granted':
    case 'sla-broken':
    case 'sealed':
      return applyFact(state, event)
    case 'restarted':
    case 'taken-over':
    case 'overruled':
      return applyReopening(state, plan, event, atMs)
    case 'held':
    case 'released':
      return hold(state, event.type === 'held')
  }
}

function applyLoop(
  state: ExecutionState,
  plan: Plan,
  event: Extract<Event, { type: 'pass-ended' | 'pass-begun' | 'iteration-ended' }>,
  atMs: number,
): void {
  if (event.type === 'pass-ended') return endPass(state, plan, event)
  if (event.type === 'iteration-ended') return endIteration(state, plan, event)
  beginPass(state, plan, event)
  moveRun(state, ownRun(state, event.run), 'RUNNING', atMs)
}

/** What is released looks at all that could go on. */
function hold(state: ExecutionState, isHeld: boolean): void {
  state.isHeld = isHeld
  if (!isHeld) lookAtAll(state)
}

function evaluate(state: ExecutionState, event: Extract<Event, { type: 'evaluate-asked' | 'evaluated' }>): void {
  // It may have ended and be packed: the outputs of an iteration are asked for in the name of its last run.
  const owner = event.run === ROOT ? state : state.runs.reopen(event.run)
  const key = `${event.run} ${event.slot}`
  if (event.type === 'evaluate-asked') {
    owner.evaluated = withEntry(owner.evaluated ?? noEntries(), event.slot, 'asked')
    state.asked = withMember(state.asked, key)
    // Whoever asks is waited for by no group that has failed.
    if (event.run !== ROOT) wakeFailed(state, event.run)
    return
  }
  const answer = event.error === undefined ? { value: event.value ?? null } : { error: event.error }
  owner.evaluated = withEntry(owner.evaluated ?? noEntries(), event.slot, answer)
  dropMember(state.asked, key)
  state.agenda.push(event.run)
}

function linkChild(state: ExecutionState, { run, childId }: Extract<Event, { type: 'child-linked' }>): void {
  ownRun(state, run).childId = childId
  state.children = withEntry(state.children, run, childId)
}

function moveExecution(state: ExecutionState, to: StateName, atMs: number): void {
  if (!EXECUTION_MOVES[state.state].includes(to))
    throw new AssertionError(`execution "${state.id}" cannot go ${state.state} → ${to}`)
  // A restarted one may have been put back from the queue of its limit.
  const wasPutBack = state.state === 'CREATED' && state.runs.length > 0
  // What was under way beside a task that waits may have ended between the restart and the gate.
  const wasHalted = isHalted(state) || wasPutBack || state.state === 'RESTARTED'
  // Whoever leaves the queue without a place waits for none any more.
  if (to !== 'QUEUED' && state.slot?.type === 'waits') delete state.slot
  state.state = to
  state.history.push({ state: to, atMs })
  if (to !== 'RUNNING') return
  // Nobody kept what came on the agenda meanwhile.
  if (wasHalted) lookAtAll(state)
  else state.agenda.push(ROOT)
}

function createRun(
  state: ExecutionState,
  plan: Plan,
  event: Extract<Event, { type: 'run-created' }>,
  atMs: number,
): void {
  if (event.run !== state.runs.length)
    throw new AssertionError(`task run ${event.run} of execution "${state.id}" is out of order`)
  const run: TaskRun = {
    ordinal: event.run,
    task: event.task,
    parent: event.parent,
    lane: event.lane,
    state: 'CREATED',
    history: [{ state: 'CREATED', atMs }],
    attempts: [],
    epoch: 0,
    lost: 0,
    isAwaited: false,
    isRemoved: false,
  }
  if (event.value !== undefined) run.value = event.value
  if (event.iteration !== undefined) run.iteration = event.iteration
  state.runs.push(run)
  const group = ownGroup(state, event.parent)
  group.children.push(run.ordinal)
  group.live += 1
  state.live += 1
  count(group, run, 1)
  if (group.iterations && run.lane !== HANDLER) {
    joinLane(group.iterations, run)
    run.isInner = true
  } else if (event.parent !== ROOT && getRun(state, event.parent).isInner) run.isInner = true
  // Iterations by the million: of those only what is skipped is told.
  if (plan.flow.dialect === 2 && run.isInner !== true) indexBegun(state, plan, run)
  placeChild(group, run)
  state.agenda.push(run.ordinal)
  wakeFailed(state, event.parent)
}

/** A group that fails waits until all that is in it has begun, and until the failures within it have closed what is around them. */
function wakeFailed(state: ExecutionState, ordinal: number): void {
  for (let at = ordinal; at !== ROOT;) {
    at = getRun(state, at).parent
    if (ownGroup(state, at).failed > 0) state.agenda.push(at)
  }
}

function moveRun(state: ExecutionState, run: TaskRun, to: StateName, atMs: number): void {
  assert(
    RUN_MOVES[run.state].includes(to),
    `task run ${run.ordinal} of execution "${state.id}" cannot go ${run.state} → ${to}`,
  )
  const from = run.state
  const group = ownGroup(state, run.parent)
  count(group, run, -1)
  run.state = to
  count(group, run, 1)
  state.paused += (to === 'PAUSED' ? 1 : 0) - (from === 'PAUSED' ? 1 : 0)
  run.history.push({ state: to, atMs })
  if (!isFinal(to)) {
    if (isFinal(from)) {
      group.live += 1
      state.live += 1
    }
    if (group.failed > 0) state.agenda.push(run.parent)
    wakeFailed(state, run.parent)
    state.agenda.push(run.ordinal)
    return
  }
  if (run.isAwaited) stopAwaiting(state, run)
  stopAsking(state, run)
  if (!isFinal(from)) {
    group.live -= 1
    state.live -= 1
    leaveChild(group, run)
  }
  state.agenda.push(run.parent)
  wakeFailed(state, run.parent)
  state.runs.close(run)
}

function openGroup(
  state: ExecutionState,
  plan: Plan,
  event: Extract<Event, { type: 'group-opened' }>,
  atMs: number,
): void {
  const run = ownRun(state, event.run)
  // Of a directory that is done again. What its last task had put out stands under the name of the directory, too.
  const before = run.group?.children ?? []
  for (const child of before) takeOut(state, plan, child)
  if (before.length > 0 && run.isInner !== true) indexBegun(state, plan, run)
  if (before.length > 0) indexOutputs(state, plan, run, true)
  const group = newGroup(event.branch)
  group.isFanned = event.isFanned ?? false
  group.laneCount = event.laneCount ?? 1
  group.laneLimit = event.laneLimit ?? 1
  if (event.values) group.values = textsOf(event.values)
  if (event.isDirectory) group.isDirectory = true
  if (event.isClosedOff) group.iterations = newIterations(event)
  run.group = group
  if (event.outputs) setOutputs(state, plan, run, event.outputs)
  moveRun(state, run, 'RUNNING', atMs)
}

function enterPhase(state: ExecutionState, event: Extract<Event, { type: 'phase-entered' }>): void {
  const group = ownGroup(state, event.run)
  group.phase = event.phase
  group.handlerAt = 0
  if (event.handlers) group.handlers = event.handlers
  else if (group.handlers) delete group.handlers
  if (event.phase === 'ended' && event.run === ROOT) {
    state.isEnded = true
    delete state.slot
    state.asked = noMembers()
    for (const name of state.timers.keys()) if (name !== RENEW_TIMER) dropEntry(state.timers, name)
  }
  state.agenda.push(event.run)
}

function resumeRun(
  state: ExecutionState,
  plan: Plan,
  event: Extract<Event, { type: 'run-resumed' }>,
  atMs: number,
): void {
  const run = ownRun(state, event.run)
  const group = ownGroup(state, event.run)
  for (const timer of waitTimers(event.run)) dropEntry(state.timers, timer)
  if (event.branch) group.branch = event.branch
  group.handlerAt = 0
  if (event.outputs) setOutputs(state, plan, run, event.outputs)
  moveRun(state, run, event.to, atMs)
}

function sendJob(state: ExecutionState, event: Extract<Event, { type: 'job-sent' }>, atMs: number): void {
  const run = ownRun(state, event.run)
  run.epoch = event.epoch
  run.isAwaited = true
  state.awaited = withMember(state.awaited, run.ordinal)
  if (run.state !== 'SUBMITTED') moveRun(state, run, 'SUBMITTED', atMs)
}

function loseJob(state: ExecutionState, event: Extract<Event, { type: 'job-lost' }>): void {
  const run = ownRun(state, event.run)
  run.lost += 1
  stopAwaiting(state, run)
  state.agenda.push(run.ordinal)
}

/** RUNNING of an attempt is journaled with its settlement: its moment is the attempt's start. */
function settle(
  state: ExecutionState,
  plan: Plan,
  event: Extract<Event, { type: 'attempt-settled' }>,
  atMs: number,
): void {
  const run = ownRun(state, event.run)
  stopAwaiting(state, run)
  // Most runs have one, and a list that grew has room for seventeen.
  if (run.attempts.length === 0) run.attempts = [event.attempt]
  else run.attempts.push(event.attempt)
  if (event.outputs) setOutputs(state, plan, run, event.outputs)
  else if (event.to === 'SKIPPED') indexBegun(state, plan, run)
  if (run.state !== 'RUNNING' && event.attempt.state !== 'SKIPPED' && event.attempt.isUnbegun !== true)
    run.history.push({ state: 'RUNNING', atMs: event.attempt.startedMs })
  if (event.to !== run.state) moveRun(state, run, event.to, atMs)
}

function setOutputs(state: ExecutionState, plan: Plan, run: TaskRun, outputs: NonNullable<TaskRun['outputs']>): void {
  const isAgain = run.outputs !== undefined
  run.outputs = outputs
  const isOfChild = plan.tasks[run.task]?.look === 'subflow'
  const attempt = run.attempts.at(-1)
  if (attempt?.isSealed === true || (isOfChild && holdsSealed(outputs))) state.isSealed = true
  if (attempt?.isSpilled === true || (isOfChild && holdsStored(outputs))) state.hasStored = true
  indexOutputs(state, plan, run, isAgain)
}
