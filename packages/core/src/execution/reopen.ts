// An execution goes on after its end, or begins with what another one did: the part of the fold that takes ends back. Counts and lanes of the groups
// that are open again follow from their children.
import { AssertionError } from '../std/assert.ts'
import { dropEntry, noEntries, noMembers, withEntry } from '../std/sparse.ts'
import { lookAtAll } from './agenda.ts'
import { recountLanes } from './apply-loop.ts'
import type { Event, Reopening } from './event.ts'
import { count, leaveChild, stopAsking, stopAwaiting } from './lanes.ts'
import { getRun, ownGroup } from './look-up.ts'
import { reindexOutputs } from './outputs.ts'
import { getTask, type Plan } from './plan.ts'
import {
  HANDLER,
  ROOT,
  RUN_MOVES,
  isFinal,
  type ExecutionState,
  type Group,
  type StateName,
  type TaskRun,
} from './state.ts'

export function applyReopening(
  state: ExecutionState,
  plan: Plan,
  event: Extract<Event, { type: 'restarted' | 'taken-over' | 'overruled' }>,
  atMs: number,
): void {
  switch (event.type) {
    case 'restarted':
      return restart(state, plan, event, atMs)
    case 'taken-over':
      return takeOver(state, plan, event, atMs)
    case 'overruled':
      return overrule(state, plan, event, atMs)
  }
}

function restart(state: ExecutionState, plan: Plan, event: Reopening, atMs: number): void {
  state.attemptNumber += 1
  goOn(state)
  for (const ordinal of event.leaves) {
    const run = state.runs.reopen(ordinal)
    stopAsking(state, run)
    delete run.evaluated
    // It begins anew, and not as the group that it was.
    delete run.group
  }
  reopenRuns(state, plan, event, atMs)
}

/** The end that there was is taken back. Where there was none, what is out is still waited for: jobs, and answers of the world. */
function goOn(state: ExecutionState): void {
  if (state.isEnded) {
    state.generation += 1
    state.evaluated = noEntries()
    state.asked = noMembers()
  }
  state.isKillRequested = false
  state.isEnded = false
  delete state.outputs
  state.brokenSla = noMembers()
}

/** Nothing that is under way belongs to the copy: jobs, timers, children and questions are those of the execution that it was made from. */
function takeOver(state: ExecutionState, plan: Plan, event: Reopening, atMs: number): void {
  goOn(state)
  state.isHeld = false
  delete state.slot
  state.evaluated = noEntries()
  state.awaited = noMembers()
  state.asked = noMembers()
  state.children = noEntries()
  state.timers = noEntries()
  for (const run of state.runs.open()) {
    run.isAwaited = false
    delete run.evaluated
  }
  for (const ordinal of event.leaves) {
    const run = state.runs.reopen(ordinal)
    delete run.group
    delete run.childId
  }
  state.state = 'RESTARTED'
  state.history.push({ state: 'RESTARTED', atMs })
  reopenRuns(state, plan, event, atMs)
}

function overrule(
  state: ExecutionState,
  plan: Plan,
  { run: ordinal, to, groups, removed }: Extract<Event, { type: 'overruled' }>,
  atMs: number,
): void {
  goOn(state)
  const run = state.runs.reopen(ordinal)
  if (run.isAwaited) stopAwaiting(state, run)
  const last = run.attempts.pop()
  if (last) run.attempts.push({ ...last, state: to })
  reopen(run, to, atMs)
  reopenRuns(state, plan, { leaves: [], groups, removed }, atMs)
  // A person may have paused it: nobody kept what came meanwhile.
  lookAtAll(state)
}

function reopenRuns(state: ExecutionState, plan: Plan, { leaves, groups, removed }: Reopening, atMs: number): void {
  for (const ordinal of removed) {
    const run = state.runs.reopen(ordinal)
    run.isRemoved = true
    state.runs.close(run)
  }
  for (const ordinal of groups) reopen(state.runs.reopen(ordinal), 'RUNNING', atMs)
  for (const ordinal of leaves) reopen(state.runs.reopen(ordinal), 'RESTARTED', atMs)
  forgetUnasked(state)
  state.live = state.paused = 0
  for (const run of state.runs.open()) {
    if (!run.isRemoved && !isFinal(run.state)) state.live += 1
    if (!run.isRemoved && run.state === 'PAUSED') state.paused += 1
  }
  const around = leaves.map(ordinal => getRun(state, ordinal).parent)
  for (const owner of new Set([ROOT, ...groups, ...around])) recount(state, plan, owner)
  reindexOutputs(state, plan)
  state.agenda.push(ROOT)
  for (const ordinal of [...groups, ...leaves].sort((a, b) => a - b)) state.agenda.push(ordinal)
}

/** Of one that waited the other runs go on, and so do their questions; one that nobody will answer is asked anew by whoever needs it. */
function forgetUnasked(state: ExecutionState): void {
  for (const run of state.runs.open()) {
    if (run.isRemoved) stopAsking(state, run)
    for (const [slot, answer] of run.evaluated ?? [])
      if (answer === 'asked' && !state.asked.has(`${run.ordinal} ${slot}`))
        dropEntry(run.evaluated ?? noEntries(), slot)
  }
}

function reopen(run: TaskRun, to: StateName, atMs: number): void {
  if (run.state === to) return
  if (!RUN_MOVES[run.state].includes(to))
    throw new AssertionError(`task run ${run.ordinal} cannot go ${run.state} → ${to}`)
  run.state = to
  run.history.push({ state: to, atMs })
}

/** After a restart the counts and lanes of a reopened group follow from its children again. */
function recount(state: ExecutionState, plan: Plan, owner: number): void {
  const group = ownGroup(state, owner)
  const kept = group.children.filter(ordinal => state.runs.placeAt(ordinal)?.isRemoved !== true)
  const isShorter = kept.length < group.children.length
  group.children = kept
  group.live = group.beginning = group.failed = group.killed = group.warned = group.retrying = 0
  group.lanes.clear()
  group.ready = []
  group.crowded = noEntries()
  const live = new Map<number, number>()
  const last = new Map<number, TaskRun>()
  for (const ordinal of kept) {
    const child = getRun(state, ordinal)
    count(group, child, 1)
    if (!isFinal(child.state)) {
      group.live += 1
      live.set(child.lane, (live.get(child.lane) ?? 0) + 1)
    }
    if (child.lane === HANDLER) continue
    group.lanes.set(child.lane, Math.max(group.lanes.get(child.lane) ?? 0, placeIn(group, child)))
    last.set(child.lane, child)
  }
  if (group.iterations) recountLanes(state, group)
  else if (isShorter) group.nextLane = Math.max(0, ...[...last.keys()].map(lane => lane + 1))
  for (const [lane, runs] of live)
    if (runs > 1 && lane !== HANDLER) group.crowded = withEntry(group.crowded, lane, runs)
  for (const [lane, child] of last) if (!live.has(lane)) leaveChild(group, child)
  recountHandlers(state, plan, owner)
}

/** How many tasks of its lane were begun when this one was. */
function placeIn({ isFanned, branch }: Group, { task }: TaskRun): number {
  return isFanned ? 1 : branch.indexOf(task) + 1
}

/** Handlers are left only where one of them is what goes on. */
function recountHandlers(state: ExecutionState, plan: Plan, owner: number): void {
  const group = ownGroup(state, owner)
  const last = group.children.map(ordinal => getRun(state, ordinal)).findLast(run => run.lane === HANDLER)
  group.phase = 'tasks'
  group.handlerAt = 0
  delete group.handlerRun
  delete group.verdict
  if (!last) return
  const lists = listsOf(state, plan, owner)
  // Under another revision a task may have become one that comes after the execution: whoever goes on is not there yet.
  const phases = (['closing', 'errors', 'finally', 'after'] as const).slice(0, isFinal(state.state) ? 4 : 3)
  group.phase = phases.find(phase => lists[phase].includes(last.task)) ?? 'tasks'
  if (group.phase === 'tasks') return
  group.handlerAt = lists[group.phase].indexOf(last.task) + 1
  if (!isFinal(last.state)) group.handlerRun = last.ordinal
}

function listsOf(
  state: ExecutionState,
  plan: Plan,
  owner: number,
): Readonly<Record<'closing' | 'errors' | 'finally' | 'after', readonly number[]>> {
  if (owner === ROOT) return { ...plan.root, closing: [] }
  const { errors, finally: last, hooks } = getTask(plan, getRun(state, owner).task).lists
  return { closing: hooks.get('close') ?? [], errors, finally: last, after: [] }
}
