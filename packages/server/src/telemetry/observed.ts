// All that can be asked about a running server, gathered by boot: the meters that count while it works, and what is looked at when somebody asks.
import type { EngineMeter } from './engine-meter.ts'
import type { FlowName } from './flow-meters.ts'
import type { HttpMeter } from './http-meter.ts'
import type { StoreMeter } from './store-meter.ts'
import type { WorkerMeter } from './worker-meter.ts'

export interface Meters {
  readonly engine: EngineMeter
  readonly worker: WorkerMeter
  readonly store: StoreMeter
  readonly http: HttpMeter
}

/** What the rooms say of themselves at this moment. */
export interface Live {
  /** Signals that wait for their turn or their commit. */
  pendingSignals(): number
  /** Of those that wait for their turn, how long the oldest has. */
  oldestSignalMs(): number
  residentExecutions(): number
  runningJobs(): number
  readonly jobSlots: number
  ownedShards(): number
  httpConnections(): Promise<number>
  /** Who watches an execution, or follows logs. */
  streams(): number
}

/** What only the store knows; absent while it does not answer. */
export interface StoreFigures {
  readonly executions: readonly { readonly state: string; readonly count: number }[]
  readonly waitingJobs: number
  /** By queue, how long the oldest has waited of those that are next. */
  readonly queueAges: readonly { readonly queue: string; readonly ageMs: number }[]
  readonly nodes: { readonly alive: number; readonly fenced: number } | undefined
}

export interface DiskFigures {
  readonly path: string
  readonly freeBytes: number
  readonly totalBytes: number
  /** Of the embedded database, with its log. */
  readonly databaseBytes: number | undefined
}

/** A queue of what goes to a collector. */
export interface Shipped {
  readonly signal: 'traces' | 'logs' | 'metrics'
  readonly sent: number
  readonly dropped: number
  readonly failures: number
  readonly queued: number
}

export interface Observed {
  readonly meters: Meters
  readonly live: Live
  readonly version: string
  readonly storeKind: string
  isReady(): boolean
  /** All that could run. */
  flows(): readonly FlowName[]
  storeFigures(): Promise<StoreFigures | undefined>
  diskFigures(): Promise<DiskFigures | undefined>
  shipped(): readonly Shipped[]
  nowMs(): number
}
