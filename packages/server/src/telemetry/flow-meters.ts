// What is counted by namespace, flow and type of task. There is an end to how many of each are told apart: what comes later is counted under
// `__other__`, so that neither this process nor the database of whoever asks grows with the number of flows. A plan finds its meters once and
// keeps them; from then on counting is an addition.
import { isFinal, type FinalState, type Plan, type StateName } from '@batuta/core'
import { Histogram, SECONDS, Timer } from './histogram.ts'

export const OTHER = '__other__'
const FINALS: readonly FinalState[] = ['SUCCESS', 'WARNING', 'FAILED', 'KILLED', 'CANCELLED', 'RETRIED', 'SKIPPED']
const TYPES_MAX = 300

/** How finely executions are told apart. */
export type Detail = 'flow' | 'namespace' | 'none'

/** Ends by state. */
export class Ends {
  readonly #timers: (Timer | undefined)[] = FINALS.map(() => undefined)

  add(state: StateName, seconds: number): void {
    if (!isFinal(state)) return
    const at = FINALS.indexOf(state)
    const timer = (this.#timers[at] ??= new Timer())
    timer.add(seconds)
  }

  *[Symbol.iterator](): Generator<{ readonly state: FinalState; readonly timer: Timer }> {
    for (const [at, state] of FINALS.entries()) {
      const timer = this.#timers[at] ?? (ALWAYS.includes(state) ? NONE : undefined)
      if (timer) yield { state, timer }
    }
  }
}

/** A counter that begins at 1 looks as if nothing had happened: these two are there from the start. */
const ALWAYS: readonly FinalState[] = ['SUCCESS', 'FAILED']
const NONE = new Timer()

export interface TaskMeter {
  readonly type: string
  created: number
  readonly ends: Ends
  /** Of all tasks of this type, whatever their flow. */
  readonly durations: Histogram
}

export interface FlowMeter {
  readonly namespace: string
  readonly flowId: string
  started: number
  readonly ends: Ends
  readonly tasks: Map<string, TaskMeter>
}

export interface NamespaceMeter {
  readonly startDelays: Histogram
  readonly durations: Histogram
}

export interface FlowName {
  readonly namespace: string
  readonly id: string
}

/** The meters of one plan, its tasks by their index. */
export interface PlanMeter {
  readonly flow: FlowMeter
  readonly namespace: NamespaceMeter
  readonly tasks: readonly TaskMeter[]
}

export class FlowMeters {
  readonly #detail: Detail
  readonly #flowsMax: number
  readonly #ofPlan = new WeakMap<Plan, PlanMeter>()
  readonly flows = new Map<string, FlowMeter>()
  readonly namespaces = new Map<string, NamespaceMeter>()
  readonly types = new Map<string, Histogram>()

  constructor({ detail, flowsMax }: { readonly detail: Detail; readonly flowsMax: number }) {
    this.#detail = detail
    this.#flowsMax = flowsMax
  }

  of(plan: Plan): PlanMeter {
    const known = this.#ofPlan.get(plan)
    if (known) return known
    const flow = this.#flowOf(plan.flow)
    const made: PlanMeter = {
      flow,
      namespace: this.#namespaceOf(plan.flow.namespace),
      tasks: plan.tasks.map(task => this.#taskOf(flow, task.type)),
    }
    this.#ofPlan.set(plan, made)
    return made
  }

  /** Flows that have not run yet are counted from zero, as long as there is room for all. */
  expect(flows: readonly FlowName[]): void {
    if (flows.length <= this.#flowsMax) for (const flow of flows) this.#flowOf(flow)
  }

  #flowOf({ namespace, id }: FlowName): FlowMeter {
    const name = this.#detail === 'none' ? OTHER : namespace
    const flowId = this.#detail === 'flow' ? id : OTHER
    const key = `${name} ${flowId}`
    return this.flows.size < this.#flowsMax || this.flows.has(key)
      ? madeOnce(this.flows, key, () => newFlowMeter(name, flowId))
      : madeOnce(this.flows, `${OTHER} ${OTHER}`, () => newFlowMeter(OTHER, OTHER))
  }

  #namespaceOf(namespace: string): NamespaceMeter {
    const name = this.#detail === 'none' ? OTHER : namespace
    const isKnown = this.namespaces.size < this.#flowsMax || this.namespaces.has(name)
    return madeOnce(this.namespaces, isKnown ? name : OTHER, () => ({
      startDelays: new Histogram(SECONDS),
      durations: new Histogram(SECONDS),
    }))
  }

  #taskOf(flow: FlowMeter, type: string): TaskMeter {
    const name = this.types.size < TYPES_MAX || this.types.has(type) ? type : OTHER
    const durations = madeOnce(this.types, name, () => new Histogram(SECONDS))
    return madeOnce(flow.tasks, name, () => ({ type: name, created: 0, ends: new Ends(), durations }))
  }
}

function newFlowMeter(namespace: string, flowId: string): FlowMeter {
  return { namespace, flowId, started: 0, ends: new Ends(), tasks: new Map() }
}

export function madeOnce<Key, Of>(map: Map<Key, Of>, key: Key, make: () => Of): Of {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
