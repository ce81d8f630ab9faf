// What the reference model knows of one task run, and the questions that the specification asks of a group and its runs.
import type { TaskNode } from './tree.ts'

export type State =
  | 'CREATED'
  | 'QUEUED'
  | 'SUBMITTED'
  | 'RUNNING'
  | 'PAUSED'
  | 'RESTARTED'
  | 'RETRYING'
  | 'KILLING'
  | 'SUCCESS'
  | 'WARNING'
  | 'FAILED'
  | 'KILLED'
  | 'CANCELLED'
  | 'RETRIED'
  | 'SKIPPED'

/** The list of its parent that a run stands in. `opening` and `closing` are the jobs around the tasks of a WorkingDirectory. */
export type ListName = 'tasks' | 'errors' | 'finally' | 'after' | 'hook' | 'closing'

export type TimerName = 'retry' | 'delay' | 'timeout' | 'pass'

export interface Run {
  readonly node: TaskNode
  readonly parent: Run | undefined
  readonly list: ListName
  /** Which value of the loop around it, or which child of a Parallel. */
  readonly lane: number
  readonly value: string | undefined
  /** In the order of their creation runs are looked at. */
  readonly born: number
  state: State
  history: State[]
  attempts: State[]
  children: Run[]
  outputs: Record<string, unknown> | undefined
  /** Of a probe: what it logged of what it sees. */
  saw: unknown
  /** A settlement is awaited, or the end of a child execution. */
  out: 'job' | 'child' | undefined
  lost: number
  /** A subflow that was started keeps its child for a restart. */
  hasChild: boolean
  timer: TimerName | undefined
  /** What the world is asked; the answers that it gave. */
  question: string | undefined
  answers: Map<string, 'yes' | 'no' | 'broken'>
  isRemoved: boolean
  /** Groups only. */
  isOpen: boolean
  /** The branch that was chosen when the group opened. */
  branch: readonly TaskNode[]
  values: readonly string[]
  /** What a LoopUntil, a Loop or a WorkingDirectory came to, where its children do not say it. */
  verdict: State | undefined
  /** What a LoopUntil counts with its passes, and its children have as their iteration; it begins with the place of its value in the loop around it. */
  pass: number | undefined
  iteration: number | undefined
  /** Of a Loop: its iterations that are over, and in which state. */
  ended: Map<number, State>
  hasFailedLane: boolean
  /** The execution was exited: nothing more begins in it. */
  isLeaving: boolean
}

const FINAL: ReadonlySet<State> = new Set(['SUCCESS', 'WARNING', 'FAILED', 'KILLED', 'CANCELLED', 'RETRIED', 'SKIPPED'])

export function isFinal(state: State): boolean {
  return FINAL.has(state)
}

export type RunPlace = Pick<Run, 'node' | 'parent' | 'list' | 'lane' | 'value'>

export function newRun(place: RunPlace, born = 0): Run {
  return {
    ...place,
    born,
    state: 'CREATED',
    history: ['CREATED'],
    attempts: [],
    children: [],
    outputs: undefined,
    saw: undefined,
    out: undefined,
    lost: 0,
    hasChild: false,
    timer: undefined,
    question: undefined,
    answers: new Map(),
    isRemoved: false,
    isOpen: false,
    branch: [],
    values: [],
    verdict: undefined,
    pass: undefined,
    iteration: undefined,
    ended: new Map(),
    hasFailedLane: false,
    isLeaving: false,
  }
}

export function enabled(nodes: readonly TaskNode[] | undefined): readonly TaskNode[] {
  return (nodes ?? []).filter(node => node.isDisabled !== true)
}

export function runsOf(group: Run, list: ListName): readonly Run[] {
  return group.children.filter(run => run.list === list)
}

export function hasFailed(group: Run): boolean {
  return group.hasFailedLane || runsOf(group, 'tasks').some(run => run.state === 'FAILED')
}

/** All runs below, in the order of their creation within each group. */
export function below(group: Run): Run[] {
  return group.children.flatMap(run => [run, ...below(run)])
}

/** §5.5: by priority, of the runs of `tasks` alone; of iterations that are over nothing but their state is left. */
export function childrenState(group: Run): State {
  const states = [...group.ended.values(), ...runsOf(group, 'tasks').map(run => run.state)]
  return (['KILLED', 'FAILED', 'WARNING'] as const).find(state => states.includes(state)) ?? 'SUCCESS'
}

/** §5.5: what the flags of a task make of its end. */
export function tolerated(node: TaskNode, state: State): State {
  const first = state === 'FAILED' && node.allowFailure === true ? 'WARNING' : state
  return first === 'WARNING' && node.allowWarning === true ? 'SUCCESS' : first
}

/** §6.13: the failure of an AllowFailure is a warning, which its allowWarning does not take away (recorded). */
export function groupState(node: TaskNode, state: State): State {
  return state === 'FAILED' && node.kind === 'AllowFailure' ? 'WARNING' : tolerated(node, state)
}

/** A Pause or a Wait that waits for somebody or its hour, unlike a LoopUntil between its passes. */
export function isWaitingPause(run: Run): boolean {
  return run.state === 'PAUSED' && (run.node.kind === 'Pause' || run.node.kind === 'Wait')
}

/** Its lanes are hidden, and of one that is over nothing is left but its state. */
export function isIterated({ node: { kind } }: Run): boolean {
  return kind === 'Loop' || kind === 'Items'
}

const SEQUENTIAL = new Set([
  'Flow',
  'Sequential',
  'AllowFailure',
  'If',
  'Switch',
  'LoopUntil',
  'WorkingDirectory',
  'ForEachItem',
  'Pause',
  'Wait',
])

/** Which runs a group creates now (appendix B), in their order. */
export function nextRuns(group: Run): readonly RunPlace[] {
  const { kind } = group.node
  if (SEQUENTIAL.has(kind) || group.parent === undefined) return nextInSequence(group, runsOf(group, 'tasks'), 0)
  if (kind === 'Parallel' || kind === 'Dag' || kind === 'EachParallel') return nextBesides(group)
  return nextOfValues(group)
}

/** `tasks[count]`, once all before it have ended. */
function nextInSequence(group: Run, runs: readonly Run[], lane: number): readonly RunPlace[] {
  const node = group.branch[runs.length]
  if (node === undefined || runs.some(run => !isFinal(run.state))) return []
  return [placeOf(group, node, lane)]
}

function placeOf(group: Run, node: TaskNode, lane: number): RunPlace {
  const value = isIterated(group) ? undefined : group.values[lane]
  return { node, parent: group, list: 'tasks', lane, value }
}

/** All that can run side by side, in the order of declaration, as many as the limit leaves room for. */
function nextBesides(group: Run): readonly RunPlace[] {
  const runs = runsOf(group, 'tasks')
  const live = runs.filter(run => !isFinal(run.state)).length
  const free = freeOf(group.node.limit ?? 0, live)
  const all =
    group.node.kind === 'EachParallel'
      ? group.values.flatMap((_, lane) => group.branch.map(node => placeOf(group, node, lane)))
      : group.branch.map(node => placeOf(group, node, 0))
  const waiting = all.filter(({ node, lane }) => !runs.some(run => run.node === node && run.lane === lane))
  return waiting.filter(({ node }) => group.node.kind !== 'Dag' || isReady(group, node)).slice(0, free)
}

/** All that it depends on has ended, in whatever state; what is disabled is waited for by nobody. */
function isReady(group: Run, node: TaskNode): boolean {
  const { tasks = [], dependsOn = [] } = group.node
  const needed = (dependsOn[tasks.indexOf(node)] ?? []).flatMap(at => tasks[at] ?? [])
  return enabled(needed).every(other => runsOf(group, 'tasks').some(run => run.node === other && isFinal(run.state)))
}

/** A lane for each value, its tasks one after the other; new lanes while the limit leaves room. */
function nextOfValues(group: Run): readonly RunPlace[] {
  const places: RunPlace[] = []
  const lanes = group.values.map((_, lane) => runsOf(group, 'tasks').filter(run => run.lane === lane))
  const isStarted = (lane: number): boolean => group.ended.has(lane) || (lanes[lane] ?? []).length > 0
  const isOver = (runs: readonly Run[]): boolean =>
    runs.every(run => isFinal(run.state)) &&
    (runs.length === group.branch.length || runs.some(run => run.state === 'FAILED'))
  lanes.forEach((runs, lane) => {
    if (isStarted(lane) && !group.ended.has(lane) && !isOver(runs)) places.push(...nextInSequence(group, runs, lane))
  })
  const active = lanes.filter((runs, lane) => isStarted(lane) && !group.ended.has(lane) && !isOver(runs)).length
  const fresh = lanes.flatMap((_, lane) => (isStarted(lane) ? [] : nextInSequence(group, [], lane)))
  const limit = group.node.kind === 'EachSequential' ? 1 : (group.node.limit ?? 1)
  return [...places, ...fresh.slice(0, freeOf(limit, active))]
}

function freeOf(limit: number, live: number): number {
  return limit <= 0 ? Number.POSITIVE_INFINITY : Math.max(0, limit - live)
}
