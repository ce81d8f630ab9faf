// Where a try of one task stops: before everything that comes after it, and, when only that task is to run, before what would have to run first and
// has no outputs to stand in for it.
import type { Flow, Task } from '../flow/flow.ts'
import { childrenOf, walkFlow, type TaskVisit } from '../flow/graph.ts'

export interface TryTarget {
  readonly taskId: string
  /** What stands before it runs, too, unless it is pinned. */
  readonly isUntil: boolean
}

/** Ids of tasks; undefined when there is no such task. `pinned`: tasks that are not run but answered from what is known. */
export function stopPoints(flow: Flow, target: TryTarget, pinned: ReadonlySet<string>): readonly string[] | undefined {
  const visits = [...walkFlow(flow)]
  const at = visits.findIndex(({ task }) => task.id === target.taskId)
  const wanted = visits[at]
  if (!wanted) return undefined
  const own = new Set([...wanted.ancestors, ...withChildren(wanted.task)].map(({ id }) => id))
  const { needed, beside } = ofGraphs(wanted)
  const isBefore = ({ task }: TaskVisit, index: number): boolean =>
    needed.has(task.id) || (index < at && !beside.has(task.id))
  return visits
    .filter((visit, index) => {
      const { id, lists } = visit.task
      if (own.has(id)) return false
      if (!isBefore(visit, index)) return true
      return !target.isUntil && lists === undefined && !pinned.has(id)
    })
    .map(({ task }) => task.id)
}

interface OfGraphs {
  /** What it waits for. */
  readonly needed: ReadonlySet<string>
  /** What stands beside it and has nothing to do with it, wherever it is written. */
  readonly beside: ReadonlySet<string>
}

/** In a Dag the order of the document says nothing. */
function ofGraphs({ task, ancestors }: TaskVisit): OfGraphs {
  const needed = new Set<string>()
  const beside = new Set<string>()
  for (const [index, graph] of ancestors.entries()) {
    const inside = ancestors[index + 1] ?? task
    const waitsFor = graph.lists?.dependsOn && dependenciesOf(graph, inside.id)
    if (!waitsFor) continue
    for (const sibling of graph.lists?.tasks ?? []) {
      if (sibling.id === inside.id) continue
      for (const { id } of withChildren(sibling)) (waitsFor.has(sibling.id) ? needed : beside).add(id)
    }
  }
  return { needed, beside }
}

function dependenciesOf({ lists }: Task, id: string): ReadonlySet<string> {
  const found = new Set<string>()
  const queue = [id]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const index = lists?.tasks.findIndex(task => task.id === next) ?? -1
    for (const other of lists?.dependsOn?.[index] ?? []) {
      if (found.has(other)) continue
      found.add(other)
      queue.push(other)
    }
  }
  return found
}

function withChildren(task: Task): readonly Task[] {
  return [task, ...childrenOf(task).flatMap(withChildren)]
}
