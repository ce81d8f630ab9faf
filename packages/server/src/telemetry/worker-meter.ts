// Counts the jobs of this node, by type of task.
import { OTHER, madeOnce } from './flow-meters.ts'
import { Histogram, SECONDS, Timer } from './histogram.ts'

const TYPES_MAX = 300
const STATES_MAX = 10

export interface JobTypeMeter {
  running: number
  started: number
  readonly ends: Map<string, Timer>
  readonly queued: Timer
}

export class WorkerMeter {
  readonly types = new Map<string, JobTypeMeter>()
  readonly waits = new Histogram(SECONDS)
  readonly durations = new Histogram(SECONDS)
  /** Set when somebody wants to know to which trace lines belong. */
  onJob: ((executionId: string, traceparent: string) => void) | undefined
  hostsStarted = 0
  hostsLost = 0

  started(type: string, waitedMs: number): void {
    const meter = this.#of(type)
    const waited = Math.max(0, waitedMs) / 1_000
    meter.running += 1
    meter.started += 1
    meter.queued.add(waited)
    this.waits.observe(waited)
  }

  ended(type: string, state: string, tookMs: number): void {
    const meter = this.#of(type)
    const took = Math.max(0, tookMs) / 1_000
    meter.running = Math.max(0, meter.running - 1)
    const isKnown = meter.ends.size < STATES_MAX || meter.ends.has(state)
    madeOnce(meter.ends, isKnown ? state : OTHER, () => new Timer()).add(took)
    this.durations.observe(took)
  }

  #of(type: string): JobTypeMeter {
    const isKnown = this.types.size < TYPES_MAX || this.types.has(type)
    return madeOnce(this.types, isKnown ? type : OTHER, () => ({
      running: 0,
      started: 0,
      ends: new Map<string, Timer>(),
      queued: new Timer(),
    }))
  }
}
