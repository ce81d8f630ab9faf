// A flow as the tree of tasks that it is, and many flows as the graph of who calls whom.
import { mapGet } from '../std/value.ts'
import type { Flow, Task } from './flow.ts'

export const CORE_PREFIX = 'io.kestra.plugin.core.'

/** The simple part of a core type, `flow.Dag`; empty for types of plugins. */
export function coreName(type: string): string {
  return type.startsWith(CORE_PREFIX) ? type.slice(CORE_PREFIX.length) : ''
}

export interface TaskVisit {
  readonly task: Task
  /** From the outermost group down; empty at top level. */
  readonly ancestors: readonly Task[]
}

/** Every task of a flow, in the order of the document, groups before their children. */
export function* walkFlow(flow: Flow): Generator<TaskVisit> {
  const listeners = (flow.listeners ?? []).flatMap(({ tasks }) => tasks)
  for (const list of [flow.tasks, flow.errors, flow.finally, flow.afterExecution, listeners]) yield* walkTasks(list)
}

export function* walkTasks(tasks: readonly Task[], ancestors: readonly Task[] = []): Generator<TaskVisit> {
  for (const task of tasks) {
    yield { task, ancestors }
    const children = childrenOf(task)
    if (children.length > 0) yield* walkTasks(children, [...ancestors, task])
  }
}

/** All direct children of a group, those of every branch, of its handlers and hooks. */
export function childrenOf({ lists }: Task): readonly Task[] {
  if (lists === undefined) return []
  return [
    ...lists.tasks,
    ...(lists.then ?? []),
    ...(lists.else ?? []),
    ...(lists.cases ?? []).flatMap(({ tasks }) => tasks),
    ...(lists.defaults ?? []),
    ...Object.values(lists.hooks ?? {}).flat(),
    ...lists.errors,
    ...lists.finally,
  ]
}

export function findTask(flow: Flow, id: string): Task | undefined {
  return findVisit(flow, id)?.task
}

/** The groups around a task, outermost first; undefined when there is no such task. */
export function findAncestors(flow: Flow, id: string): readonly Task[] | undefined {
  return findVisit(flow, id)?.ancestors
}

/** A task at any depth, with the groups around it. */
export function findVisit(flow: Flow, id: string): TaskVisit | undefined {
  for (const visit of walkFlow(flow)) if (visit.task.id === id) return visit
  return undefined
}

export interface FlowKey {
  readonly namespace: string
  readonly id: string
}

/** The flows that a flow starts by tasks whose namespace and flow id are written out, each with the task that does. */
export function calledFlows(flow: Flow): readonly (FlowKey & { readonly task: Task })[] {
  const calls: (FlowKey & { task: Task })[] = []
  for (const { task } of walkFlow(flow)) {
    const name = coreName(task.type)
    if (name !== 'flow.Subflow' && name !== 'flow.ForEachItem') continue
    const namespace = staticText(task, 'namespace', flow)
    const id = staticText(task, 'flowId', flow)
    if (namespace !== undefined && id !== undefined) calls.push({ namespace, id, task })
  }
  return calls
}

/** A text without expressions, but for the two that can only mean one thing. */
function staticText(task: Task, key: string, flow: Flow): string | undefined {
  const text = mapGet(task.properties, key)
  if (typeof text !== 'string') return undefined
  const filled = text
    .replace(/\{\{\s*flow\.namespace\s*\}\}/g, flow.namespace)
    .replace(/\{\{\s*flow\.id\s*\}\}/g, flow.id)
  return filled.includes('{{') || filled.includes('{%') ? undefined : filled
}

/** Flows that call one another in a circle, each circle once and in the order of the calls. Templated calls cannot be seen. */
export function findSubflowCycles(flows: readonly Flow[]): readonly (readonly FlowKey[])[] {
  const byKey = new Map(flows.map(flow => [keyText(flow), flow]))
  const nodes = new Map(
    Array.from(byKey, ([key, flow]) => [
      key,
      [...new Set(calledFlows(flow).map(keyText))].filter(called => byKey.has(called)),
    ]),
  )
  return findCycles(nodes).map(cycle =>
    cycle.flatMap(key => {
      const flow = byKey.get(key)
      return flow === undefined ? [] : [{ namespace: flow.namespace, id: flow.id }]
    }),
  )
}

function keyText({ namespace, id }: FlowKey): string {
  return `${namespace}/${id}`
}

/** The circles of a graph that a walk in depth meets: at least one of every strongly connected part. */
export function findCycles(nodes: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const cycles: string[][] = []
  const done = new Set<string>()
  for (const start of nodes.keys()) {
    if (done.has(start)) continue
    const path: string[] = []
    const onPath = new Set<string>()
    const pending: { key: string; next: number }[] = [{ key: start, next: 0 }]
    path.push(start)
    onPath.add(start)
    for (let top = pending.at(-1); top !== undefined; top = pending.at(-1)) {
      const called = nodes.get(top.key)?.[top.next++]
      if (called === undefined) {
        pending.pop()
        path.pop()
        onPath.delete(top.key)
        done.add(top.key)
      } else if (onPath.has(called)) {
        cycles.push(path.slice(path.indexOf(called)))
      } else if (!done.has(called)) {
        pending.push({ key: called, next: 0 })
        path.push(called)
        onPath.add(called)
      }
    }
  }
  return cycles
}
