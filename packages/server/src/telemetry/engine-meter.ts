// Counts what the engine has committed. It is called once per unit of a flush, after the commit: all it does is additions to what the plan's
// meters hold.
import {
  isFinal,
  type Event,
  type ExecutionState,
  type Plan,
  type StateName,
  type TurnEnv,
  type TurnResult,
} from '@batuta/core'
import type { SubmitFault } from '../inbox/inbox.ts'
import { FlowMeters, OTHER, madeOnce, type Detail, type PlanMeter, type TaskMeter } from './flow-meters.ts'
import { Histogram, SECONDS } from './histogram.ts'

/** A turn as the engine ran it. */
export interface CommittedTurn {
  readonly plan: Plan
  readonly env: TurnEnv
  readonly result: TurnResult
  /** What it took, and since when that had been waiting. */
  readonly taken: readonly { readonly sinceMs: number }[]
}

/** The cursor of a schedule that moved: it fired for `lastMs`. */
export interface FiredSchedule {
  readonly lastMs: number | null
  readonly executionId: string | null
}

export interface Count {
  count: number
}

/** What is to be seen rising must be there before it has happened. */
export function fromZero<Name extends string>(names: readonly Name[]): Map<string, Count> {
  return new Map(names.map(name => [name, { count: 0 }]))
}

const TRIGGER_TYPES_MAX = 100

export class EngineMeter {
  readonly flows: FlowMeters
  readonly triggersFired = new Map<string, Count>()
  readonly scheduleLateness = new Histogram(SECONDS)
  /** Signals that were not taken or not stored, by the reason that their senders were told. */
  readonly refused = fromZero<SubmitFault>(['overloaded', 'unavailable', 'disk-full', 'failed'])
  turns = 0
  events = 0
  held = 0
  poisoned = 0
  attemptsSettled = 0
  /** Set when spans are wanted. */
  onTurn: ((turn: CommittedTurn) => void) | undefined

  constructor(options: { readonly detail: Detail; readonly flowsMax: number }) {
    this.flows = new FlowMeters(options)
  }

  committed(turns: readonly CommittedTurn[], schedules: readonly FiredSchedule[], nowMs: number): void {
    for (const turn of turns) {
      this.#count(turn, nowMs)
      this.onTurn?.(turn)
    }
    for (const { lastMs, executionId } of schedules)
      if (lastMs !== null && executionId !== null) this.scheduleLateness.observe(seconds(lastMs, nowMs))
  }

  refuse(reason: string, count = 1): void {
    madeOnce(this.refused, reason, () => ({ count: 0 })).count += count
  }

  #count(turn: CommittedTurn, nowMs: number): void {
    const { events } = turn.result
    if (events.length === 0) return
    this.turns += 1
    this.events += events.length
    const meter = this.flows.of(turn.plan)
    for (const event of events) this.#countEvent(meter, event, turn, nowMs)
  }

  #countEvent(meter: PlanMeter, event: Event, turn: CommittedTurn, nowMs: number): void {
    switch (event.type) {
      case 'created':
        meter.flow.started += 1
        if (event.trigger) this.#countTrigger(event.trigger.type)
        return
      case 'moved':
        return countMove(meter, event.to, turn, nowMs)
      case 'run-created': {
        const task = meter.tasks[event.task]
        if (task) task.created += 1
        return
      }
      case 'attempt-settled':
        this.attemptsSettled += 1
        return countRunMove(meter.tasks, event, turn)
      case 'run-moved':
      case 'run-resumed':
        return countRunMove(meter.tasks, event, turn)
      case 'group-opened':
      case 'iteration-ended':
      case 'pass-ended':
      case 'pass-begun':
      case 'phase-entered':
      case 'job-sent':
      case 'job-lost':
      case 'outputs':
      case 'evaluate-asked':
      case 'evaluated':
      case 'timer-set':
      case 'timer-fired':
      case 'child-linked':
      case 'child-ended':
      case 'labels':
      case 'variables':
      case 'kill-requested':
      case 'restarted':
      case 'taken-over':
      case 'overruled':
      case 'breakpoints':
      case 'limit-waits':
      case 'limit-granted':
      case 'sla-broken':
      case 'sealed':
      case 'held':
      case 'released':
    }
  }

  #countTrigger(type: string): void {
    const isKnown = this.triggersFired.size < TRIGGER_TYPES_MAX || this.triggersFired.has(type)
    madeOnce(this.triggersFired, isKnown ? type : OTHER, () => ({ count: 0 })).count += 1
  }
}

function countMove({ flow, namespace }: PlanMeter, to: StateName, turn: CommittedTurn, nowMs: number): void {
  const { state, events } = turn.result
  const bornMs = state.history[0]?.atMs ?? nowMs
  if (to === 'RUNNING') {
    if (!isFirstStart(state)) return
    // The wait for the first turn counts, too.
    const fromMs = events[0]?.type === 'created' ? (turn.taken[0]?.sinceMs ?? bornMs) : bornMs
    return namespace.startDelays.observe(seconds(state.scheduledMs ?? fromMs, nowMs))
  }
  if (!isFinal(to)) return
  const duration = seconds(bornMs, turn.env.nowMs)
  flow.ends.add(to, duration)
  namespace.durations.observe(duration)
}

/** Not after a pause, a retry or a restart. */
function isFirstStart({ history }: ExecutionState): boolean {
  let starts = 0
  for (const moment of history) if (moment.state === 'RUNNING' && ++starts > 1) return false
  return true
}

function countRunMove(
  tasks: readonly TaskMeter[],
  { run: ordinal, to }: { readonly run: number; readonly to: StateName },
  { env, result }: CommittedTurn,
): void {
  if (!isFinal(to)) return
  const run = result.state.runs.placeAt(ordinal)
  const task = run && tasks[run.task]
  if (!run || !task) return
  const duration = seconds(run.createdMs, env.nowMs)
  task.ends.add(to, duration)
  task.durations.observe(duration)
}

/** Clocks of two nodes may differ: nothing ends before it began. */
function seconds(fromMs: number, toMs: number): number {
  return Math.max(0, toMs - fromMs) / 1_000
}
