// Flows that call one another in a circle. A circle of calls that are made in any case and waited for can never end; one with a condition
// in it, or with a call that nobody waits for, may.
import { mapGet } from '../std/value.ts'
import type { Flow, Task } from './flow.ts'
import { calledFlows, coreName, findAncestors } from './graph.ts'
import type { FlowKey } from './graph.ts'

export interface CallCycle {
  /** The call of the flow that leads into the circle. */
  readonly task: Task
  /** From the flow itself, which is not repeated, to the one that calls it back. */
  readonly flows: readonly FlowKey[]
  /** Nothing can keep it from going round. */
  readonly isEndless: boolean
}

export type FindFlow = (key: FlowKey) => Flow | undefined

/** Circles are sought among this many flows; the engine stops the others when they run. */
const FLOWS_MAX = 1_000

/** The circle that a flow closes with others, an endless one if there is one. A call of itself is another matter. */
export function findCallCycle(flow: Flow, find: FindFlow): CallCycle | undefined {
  return search(flow, find, true) ?? search(flow, find, false)
}

interface Call {
  readonly caller: Flow
  readonly task: Task
  readonly called: FlowKey
}

/** Breadth first, so that the circle is as short as one can be. */
function search(start: Flow, find: FindFlow, isEndless: boolean): CallCycle | undefined {
  const cameBy = new Map<string, Call>()
  const pending: Flow[] = [start]
  for (let caller = pending.shift(); caller !== undefined; caller = pending.shift()) {
    for (const call of callsOf(caller, isEndless)) {
      const isHome = isSame(call.called, start)
      if (isHome && caller !== start) return { ...wayTo(call, start, cameBy), isEndless }
      const called = isHome ? undefined : visit(call, cameBy, find)
      if (called) pending.push(called)
    }
  }
  return undefined
}

function callsOf(caller: Flow, isEndless: boolean): readonly Call[] {
  const calls = calledFlows(caller).map(({ task, ...called }): Call => ({ caller, task, called }))
  return isEndless ? calls.filter(({ task }) => isSure(caller, task)) : calls
}

/** The called flow, the first time it is met. */
function visit(call: Call, cameBy: Map<string, Call>, find: FindFlow): Flow | undefined {
  const key = keyText(call.called)
  if (cameBy.has(key) || cameBy.size >= FLOWS_MAX) return undefined
  cameBy.set(key, call)
  const called = find(call.called)
  return called?.disabled === false ? called : undefined
}

function wayTo(last: Call, start: Flow, cameBy: ReadonlyMap<string, Call>): Pick<CallCycle, 'task' | 'flows'> {
  const flows: FlowKey[] = []
  let first = last
  for (let call: Call | undefined = last; call !== undefined; call = cameBy.get(keyText(call.caller))) {
    flows.unshift({ namespace: call.caller.namespace, id: call.caller.id })
    first = call
    if (call.caller === start) break
  }
  return { task: first.task, flows }
}

const PLAIN_GROUPS: ReadonlySet<string> = new Set(['flow.Sequential', 'flow.Parallel'])

/** True when every run of the flow that does not fail before makes the call and waits for its end. */
function isSure(flow: Flow, task: Task): boolean {
  if (coreName(task.type) !== 'flow.Subflow' || mapGet(task.properties, 'wait') === false) return false
  let siblings = flow.tasks
  for (const step of [...(findAncestors(flow, task.id) ?? []), task]) {
    const isMet = siblings.includes(step) && (step === task || PLAIN_GROUPS.has(coreName(step.type)))
    if (!isMet || isConditional(step)) return false
    siblings = step.lists?.tasks ?? []
  }
  return true
}

function isConditional({ disabled, runIf, properties }: Task): boolean {
  return disabled || runIf !== undefined || mapGet(properties, 'when') !== undefined
}

function isSame(a: FlowKey, b: FlowKey): boolean {
  return a.namespace === b.namespace && a.id === b.id
}

function keyText({ namespace, id }: FlowKey): string {
  return `${namespace}/${id}`
}
