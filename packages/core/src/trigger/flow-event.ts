// A change of state of an execution as Flow triggers see it, wherever they are at home: plain data that travels as a signal.
import { lookupRoot, type View } from '../execution/context.ts'
import type { Plan } from '../execution/plan.ts'
import { isFinal, type ExecutionState, type StateName, type TaskRun } from '../execution/state.ts'
import type { Event } from '../execution/event.ts'
import type { Label } from '../flow/flow.ts'
import { mapFrom, mapSize } from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'
import type { Flow } from '../flow/flow.ts'

export interface FlowEvent {
  readonly executionId: string
  readonly namespace: string
  readonly flowId: string
  readonly revision: number
  readonly state: string
  readonly labels: readonly Label[]
  readonly outputs: ValueMap | null
  /** For each task run that was tried again the states of its attempts. */
  readonly attempts: readonly (readonly string[])[]
  readonly startMs: number
  readonly endMs: number | null
  readonly lastTaskId: string | null
  /** Nobody but a person or a program started it. */
  readonly isFromApi: boolean
  /** The roots of its variables that the listener's templates reach. */
  readonly context: ValueMap
}

/** The states that an execution passed through in a turn, in order; of two final ones the second. */
export function statesPassed(events: readonly Event[]): readonly StateName[] {
  const states = events.flatMap(event => (event.type === 'moved' ? [event.to] : []))
  return states.filter((state, index) => !isFinal(state) || !isFinal(states[index + 1] ?? 'RUNNING'))
}

/** What a listener may look at. */
export interface EventNeeds {
  readonly roots: ReadonlySet<string>
  /** Its conditions ask for attempts: all runs are looked at, which may be a million. */
  readonly needsAttempts: boolean
}

export function flowEventOf(view: View, state: StateName, { roots, needsAttempts }: EventNeeds): FlowEvent {
  const { state: execution, plan } = view
  const last = lastShown(execution, plan)
  const context: [string, Value][] = []
  for (const root of roots) {
    const value = lookupRoot(view, undefined, root)
    if (value !== undefined) context.push([root, value])
  }
  return {
    executionId: execution.id,
    namespace: execution.namespace,
    flowId: execution.flowId,
    revision: execution.revision,
    state,
    labels: execution.labels,
    outputs: isFinal(state) ? (execution.outputs ?? null) : null,
    attempts: needsAttempts ? retriedRuns(execution) : [],
    startMs: execution.history[0]?.atMs ?? 0,
    endMs: isFinal(state) ? (execution.history.at(-1)?.atMs ?? null) : null,
    lastTaskId: last ? (plan.tasks[last.task]?.id ?? null) : null,
    isFromApi: execution.trigger === undefined && execution.parentLink === undefined,
    context: mapFrom(context),
  }
}

const RETRIED_MAX = 1_000

function retriedRuns(execution: View['state']): readonly (readonly string[])[] {
  const retried: string[][] = []
  // Of those that are packed none was tried again.
  for (const { attempts } of execution.runs.open()) {
    if (attempts.length > 1) retried.push(attempts.map(attempt => attempt.state))
    if (retried.length === RETRIED_MAX) break
  }
  return retried
}

const CORRELATION = 'system.correlationId'

export function correlationOf({ labels, executionId }: FlowEvent): string {
  return labels.find(label => label.key === CORRELATION)?.value ?? executionId
}

/** What the executions that it starts see as `trigger`. `outputs` are those of the execution, or of several by the ids of their flows. */
export function flowTriggerVariables(event: FlowEvent, outputs: ValueMap | null, flow: Flow): ValueMap {
  const entries: [string, Value][] = [
    ['executionId', event.executionId],
    ['namespace', event.namespace],
    ['flowId', event.flowId],
    ['flowRevision', event.revision],
    ['state', event.state],
  ]
  if (outputs && mapSize(outputs) > 0) entries.push(['outputs', outputs])
  const labels = nestedLabels(event)
  if (mapSize(labels) > 0) entries.push(['executionLabels', labels])
  if (flow.dialect === 2) {
    entries.push(['startDate', new Date(event.startMs).toISOString()])
    if (event.endMs !== null) entries.push(['endDate', new Date(event.endMs).toISOString()])
    if (event.lastTaskId !== null) entries.push(['lastTaskId', event.lastTaskId])
  }
  return mapFrom(entries)
}

/** Dotted keys nest. Which correlation it belongs to is no label of the upstream's own; where it came from is. */
function nestedLabels({ labels, isFromApi }: FlowEvent): ValueMap {
  const root = new Map<string, Value>()
  const known = labels.filter(label => label.key !== CORRELATION)
  for (const { key, value } of isFromApi ? [...known, { key: 'system.from', value: 'api' }] : known) {
    const path = key.split('.')
    let level = root
    for (const part of path.slice(0, -1)) {
      const next = level.get(part)
      const map = next instanceof Map ? next : new Map<string, Value>()
      if (!(next instanceof Map)) level.set(part, map)
      level = map
    }
    const last = path.at(-1) ?? key
    if (!level.has(last)) level.set(last, value)
  }
  return root
}

/** From the end on: an execution may have a million runs. */
function lastShown({ runs }: ExecutionState, plan: Plan): TaskRun | undefined {
  for (let ordinal = runs.length - 1; ordinal >= 0; ordinal--) {
    const run = runs.at(ordinal)
    if (run && isShown(run, plan)) return run
  }
  return undefined
}

/** Iterations of a Loop and the jobs that a group stands for are nobody's tasks. */
function isShown({ task, isRemoved, isInner }: TaskRun, plan: Plan): boolean {
  return !isRemoved && isInner !== true && plan.tasks[task]?.isHidden !== true
}
