// Replay: a new execution that begins as another one was, from the start or from one of its task runs. Restart under another revision is the same,
// with the failed runs as those to begin again. Both are pure functions of the source, so that the same code answers "what would be run?".
import type { Label } from '../flow/flow.ts'
import type { ValueMap } from '../std/value.ts'
import { mergeLabels } from '../inline/labels.ts'
import { copyJournal } from './copy-journal.ts'
import { encodeEvents } from './event-codec.ts'
import type { Birth, Refusal, Reopening } from './event.ts'
import type { JournalRow } from './journal.ts'
import { getRun, groupOf } from './look-up.ts'
import { getTask, type Plan } from './plan.ts'
import { isAfter } from './overrule.ts'
import { replaceOutputs } from './replace-outputs.ts'
import { planRestart } from './restart.ts'
import { holdsSealed } from './sealed.ts'
import { HANDLER, ROOT, isFinal, type Breakpoint, type ExecutionState, type TaskRun } from './state.ts'

/** The execution that is to be done again, as it stands, with its journal. */
export interface ReplaySource {
  readonly state: ExecutionState
  readonly plan: Plan
  readonly rows: readonly JournalRow[]
}

export interface ReplayWish {
  /** Of the revision that is to be run. */
  readonly plan: Plan
  /** From the start when absent. */
  readonly run?: number
  readonly inputs?: ValueMap
  readonly breakpoints?: readonly Breakpoint[]
  readonly traceparent?: string | undefined
  readonly nowMs: number
}

export type Again = { readonly birth: Birth } | { readonly refusal: Refusal }

export function replayBirth(source: ReplaySource, wish: ReplayWish): Again {
  const birth = bornAgain(source.state, wish, { key: 'system.replay', value: 'true' })
  if (wish.run === undefined) return { birth }
  const run = source.state.runs.at(wish.run)
  if (!run || run.isRemoved)
    return refuse('unknown-task-run', `The execution "${source.state.id}" has no such task run.`)
  return continued(source, wish, { birth, reopening: planReplay(source.state, source.plan, wish.run) })
}

/** As a restart, in an execution of its own. */
export function restartBirth(source: ReplaySource, wish: ReplayWish): Again {
  const { state } = source
  const reopening = planRestart(state)
  if (reopening.leaves.length + reopening.groups.length === 0)
    return refuse('nothing-to-restart', 'No task found to restart execution from!')
  const { leaves, groups, removed } = reopening
  return continued(source, wish, {
    birth: bornAgain(state, wish, { key: 'system.restarted', value: 'true' }),
    reopening: withLive(state, { leaves, groups, removed: new Set(removed) }),
  })
}

function refuse(code: Refusal['code'], message: string): Again {
  return { refusal: { code, message } }
}

export function bornAgain(
  state: ExecutionState,
  { plan, inputs, breakpoints, traceparent }: ReplayWish,
  mark: Label,
): Birth {
  return {
    tenant: state.tenant,
    namespace: state.namespace,
    flowId: state.flowId,
    revision: plan.revision,
    inputs: inputs ?? state.inputs,
    ...(state.isSealed || (inputs && holdsSealed(inputs)) ? { isSealed: true } : {}),
    labels: mergeLabels(state.labels, [mark]),
    ...(state.trigger ? { trigger: state.trigger } : {}),
    parentId: state.id,
    originalId: state.originalId,
    originalCreatedMs: state.originalCreatedMs,
    attemptNumber: state.attemptNumber + 1,
    depth: state.depth,
    ...(breakpoints && breakpoints.length > 0 ? { breakpoints } : {}),
    ...(traceparent === undefined ? {} : { traceparent }),
  }
}

export function continued(
  { state, plan, rows }: ReplaySource,
  wish: ReplayWish,
  {
    birth,
    reopening,
    outputs = new Map(),
  }: {
    readonly birth: Birth
    readonly reopening: Reopening
    /** By ordinal of the run, instead of those that it had. */
    readonly outputs?: ReadonlyMap<number, ValueMap>
  },
): Again {
  const removed = new Set(reopening.removed)
  const known = new Set(wish.plan.tasks.map(({ id }) => id))
  const gone = state.runs.find(
    run => !run.isRemoved && !removed.has(run.ordinal) && !known.has(getTask(plan, run.task).id),
  )
  if (gone) {
    const { id } = getTask(plan, gone.task)
    const message = `The task "${id}" has run already and is not in revision ${wish.plan.revision}: begin from the start, or from a task before it.`
    return refuse('unknown-task-run', message)
  }
  const copy = replaceOutputs(copyJournal(rows, plan, wish.plan), outputs)
  const last = { atMs: wish.nowMs, events: encodeEvents([{ type: 'taken-over', ...reopening }]) }
  return { birth: { ...birth, copy: [...copy, last] } }
}

/** The target begins again, what follows it is taken out, what stands beside it stays; what is still under way begins again as well. */
export function planReplay(state: ExecutionState, plan: Plan, wished: number): Reopening {
  const target = wholeOf(state, plan, wished)
  const removed = new Set<number>()
  const groups = new Set<number>()
  const remove = (ordinal: number): void => {
    removed.add(ordinal)
    for (const child of getRun(state, ordinal).group?.children ?? []) remove(child)
  }
  if (isAfter({ state, plan }, target)) {
    // The execution ends anew, and then what comes after it runs anew.
    for (const run of state.runs) if (run.parent === ROOT && isAfter({ state, plan }, run.ordinal)) remove(run.ordinal)
    return withLive(state, { leaves: [], groups: [], removed })
  }
  for (const child of getRun(state, target).group?.children ?? []) remove(child)
  for (let at = target; at !== ROOT; at = getRun(state, at).parent) {
    const run = getRun(state, at)
    const siblings = groupOf(state, run.parent).children.map(ordinal => getRun(state, ordinal))
    const followers = followersOf({ state, plan }, run, siblings)
    for (const sibling of siblings)
      if (sibling !== run && !sibling.isRemoved && followers(sibling)) remove(sibling.ordinal)
    if (run.parent !== ROOT) groups.add(run.parent)
  }
  const isToBegin = getRun(state, target).state === 'CREATED'
  return withLive(state, { leaves: isToBegin ? [] : [target], groups, removed })
}

/** A run in a WorkingDirectory needs what its siblings left in the folder, and what runs while a task waits belongs to the wait: all of it begins again. */
function wholeOf(state: ExecutionState, plan: Plan, wished: number): number {
  let target = wished
  for (let at = wished; at !== ROOT; at = getRun(state, at).parent) {
    const { kind } = getTask(plan, getRun(state, at).task)
    const isWaiting = kind.type === 'control' && kind.control.waiting !== undefined
    if (getRun(state, at).group?.isDirectory === true || isWaiting) target = at
  }
  return target
}

/** What is still under way in the source begins again in the copy, for its jobs and hours are those of the source. */
export function withLive(
  state: ExecutionState,
  {
    leaves,
    groups,
    removed,
  }: { readonly leaves: readonly number[]; readonly groups: Iterable<number>; readonly removed: ReadonlySet<number> },
): Reopening {
  const again = new Set(leaves)
  const open = new Set(groups)
  const gone = new Set(removed)
  for (const run of state.runs) {
    if (again.has(run.parent) || gone.has(run.parent)) gone.add(run.ordinal)
    if (run.isRemoved || gone.has(run.ordinal) || isFinal(run.state) || again.has(run.ordinal)) continue
    // What stands around the target is open.
    if (open.has(run.ordinal)) continue
    if (run.group && run.state !== 'PAUSED' && run.group.isDirectory !== true) open.add(run.ordinal)
    else if (run.state !== 'CREATED' && run.state !== 'RESTARTED') again.add(run.ordinal)
  }
  const ordered = (ordinals: Iterable<number>): readonly number[] => [...ordinals].sort((a, b) => a - b)
  return { leaves: ordered(again), groups: ordered(open), removed: ordered(gone) }
}

/** Which siblings come after a run: later ones of its lane, later passes of a loop that goes one by one, and whoever waits for it in a Dag. */
function followersOf(
  { state, plan }: { readonly state: ExecutionState; readonly plan: Plan },
  run: TaskRun,
  siblings: readonly TaskRun[],
): (sibling: TaskRun) => boolean {
  if (run.lane === HANDLER) return sibling => sibling.lane === HANDLER && sibling.ordinal > run.ordinal
  const group = groupOf(state, run.parent)
  const waiting = run.parent === ROOT ? undefined : dependents(plan, getRun(state, run.parent).task, run.task)
  const isOneByOne = !group.isFanned && group.laneLimit === 1
  return sibling => {
    if (sibling.lane === HANDLER) return true
    if (waiting) return waiting.has(getTask(plan, sibling.task).id)
    if (sibling.lane === run.lane) return siblings.indexOf(sibling) > siblings.indexOf(run)
    return isOneByOne && sibling.lane > run.lane
  }
}

/** Of a Dag: the ids of the tasks that wait for one, directly or through others; undefined when the group is none. */
function dependents(plan: Plan, owner: number, target: number): ReadonlySet<string> | undefined {
  const lists = getTask(plan, owner).task.lists
  if (lists?.dependsOn === undefined) return undefined
  const found = new Set([getTask(plan, target).id])
  for (let size = 0; size < found.size;) {
    size = found.size
    lists.tasks.forEach(({ id }, index) => {
      if (lists.dependsOn?.[index]?.some(other => found.has(other))) found.add(id)
    })
  }
  found.delete(getTask(plan, target).id)
  return found
}
