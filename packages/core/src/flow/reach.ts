// Whether the outputs of one task can be there when another is rendered: what stands before it, around it, or in a list that runs earlier. In
// doubt they can.
import { mapGet } from '../std/value.ts'
import type { Task } from './flow.ts'
import { coreName } from './graph.ts'

export type OutOfReach =
  /** Its own outputs. */
  | 'self'
  /** It runs later in the same order. */
  | 'later'
  /** At the same time. */
  | 'parallel'
  /** Only one of the two ever runs. */
  | 'other-branch'
  /** A Dag does not order them. */
  | 'not-depended'
  /** A group cannot know what its tasks will put out. */
  | 'inside'
  /** Each iteration of a Loop is an execution of its own. */
  | 'iteration'

export interface Place {
  readonly task: Task
  readonly ancestors: readonly Task[]
}

const LOOPS: ReadonlySet<string> = new Set(['ForEach', 'EachSequential', 'EachParallel', 'LoopUntil'].map(flowName))
const PARALLEL: ReadonlySet<string> = new Set(['Parallel', 'EachParallel'].map(flowName))
/** Their own properties are rendered before any of their tasks runs. */
const RENDERED_FIRST: ReadonlySet<string> = new Set(
  ['If', 'Switch', 'ForEach', 'EachSequential', 'EachParallel', 'Parallel', 'Sequential', 'Dag'].map(flowName),
)
const BRANCHES: ReadonlySet<string> = new Set(['then', 'else', 'defaults'])
const HOOKS: ReadonlySet<string> = new Set(['onPause', 'onWait', 'onApprove', 'onDeny'])
/** Lists of a flow or group in the order in which they run. */
const PHASES: ReadonlyMap<string, number> = new Map([
  ['errors', 1],
  ['finally', 2],
  ['afterExecution', 3],
])
const PHASE_MAX = 3

/** Why the outputs of `wanted` are not there for `reader`; undefined when they may be. */
export function outOfReach(reader: Place, wanted: Place): OutOfReach | undefined {
  if (loopAround(wanted, reader) !== undefined) return 'iteration'
  const depth = sharedDepth(reader, wanted)
  const shared = reader.ancestors.slice(0, depth)
  const repeats = shared.some(({ type }) => LOOPS.has(coreName(type)))
  const [from, to] = [chainOf(reader)[depth], chainOf(wanted)[depth]]
  if (to === undefined) return undefined
  if (from === undefined) return RENDERED_FIRST.has(coreName(reader.task.type)) ? 'inside' : undefined
  if (from.id === to.id) return sameTask(reader, wanted, repeats)
  if (repeats) return undefined
  return siblings({ from, to, owner: shared.at(-1) })
}

/** The Loop around the wanted task that is not around the reader. */
export function loopAround(wanted: Place, reader: Place | undefined): Task | undefined {
  return wanted.ancestors.find(
    group =>
      coreName(group.type) === 'flow.Loop' &&
      reader?.task.id !== group.id &&
      reader?.ancestors.some(({ id }) => id === group.id) !== true,
  )
}

function sameTask(reader: Place, wanted: Place, repeats: boolean): OutOfReach | undefined {
  const isLeaf = reader.task.id === wanted.task.id && reader.task.lists === undefined
  return isLeaf && !repeats && coreName(reader.task.type) !== 'flow.ForEachItem' ? 'self' : undefined
}

function chainOf({ task, ancestors }: Place): readonly Task[] {
  return [...ancestors, task]
}

function sharedDepth(a: Place, b: Place): number {
  let depth = 0
  while (depth < a.ancestors.length && a.ancestors[depth]?.id === b.ancestors[depth]?.id) depth++
  return depth
}

interface Siblings {
  readonly owner: Task | undefined
  readonly from: Task
  readonly to: Task
}

function siblings({ owner, from, to }: Siblings): OutOfReach | undefined {
  const [read, wanted] = [placeIn(owner, from), placeIn(owner, to)]
  if (read.list !== wanted.list) return acrossLists(read.list, wanted.list)
  const name = coreName(owner?.type ?? '')
  if (name === 'flow.Dag' && read.list === 'tasks' && owner !== undefined)
    return dependsOn(owner, from.id, to.id) ? undefined : 'not-depended'
  if (PARALLEL.has(name) && read.list === 'tasks' && !isOneAtATime(owner)) return 'parallel'
  return wanted.index > read.index ? 'later' : undefined
}

function isOneAtATime(owner: Task | undefined): boolean {
  return owner !== undefined && Number(mapGet(owner.properties, 'concurrent') ?? 0) === 1
}

function acrossLists(read: string, wanted: string): OutOfReach | undefined {
  if (HOOKS.has(read) || HOOKS.has(wanted)) return undefined
  const [at, to] = [phaseOf(read), phaseOf(wanted)]
  if (at === 0 && to === 0) return isBranch(read) && isBranch(wanted) ? 'other-branch' : undefined
  return to > at ? 'later' : undefined
}

function phaseOf(list: string): number {
  return PHASES.get(list) ?? (list.startsWith('listeners[') ? PHASE_MAX : 0)
}

function isBranch(list: string): boolean {
  return BRANCHES.has(list) || list.startsWith('cases')
}

/** The list of its owner that a task stands in, by its path, and its index there. */
function placeIn(owner: Task | undefined, { path }: Task): { readonly list: string; readonly index: number } {
  const own = owner === undefined ? path : path.slice(owner.path.length + 1)
  const plain = own.endsWith('.task') ? own.slice(0, -'.task'.length) : own
  const match = /^(.*)\[(\d+)\]$/s.exec(plain)
  return { list: match?.[1] ?? plain, index: Number(match?.[2] ?? 0) }
}

function dependsOn({ lists }: Task, from: string, to: string): boolean {
  const tasks = lists?.tasks ?? []
  const seen = new Set<string>()
  const pending = [from]
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (id === to) return true
    if (seen.has(id)) continue
    seen.add(id)
    const index = tasks.findIndex(task => task.id === id)
    pending.push(...(lists?.dependsOn?.[index] ?? []))
  }
  return false
}

function flowName(name: string): string {
  return `flow.${name}`
}
