// What really happened outside of the engine: every start of an attempt, and everything that was acknowledged to a client. The checks compare
// the truth in the tables with it.
import type { JobKey } from '../../packages/server/src/storage/batch.ts'

/** True time when a run begins. */
export const START_MS: number = Date.UTC(2031, 3, 5)

export interface Start {
  readonly key: JobKey
  readonly step: number
}

export interface Acknowledged {
  readonly what: 'create' | 'kill' | 'restart' | 'replay' | 'overrule'
  readonly executionId: string
  readonly step: number
  /** The generation of the execution at the end of the turn that took it. */
  readonly generation: number
}

export interface RunningHost {
  /** Of its node. */
  readonly name: string
  /** Neither dead nor of a process that is, or that has slept and does not know what it missed. */
  readonly isAwake: boolean
  /** But for those that do not listen to a kill. */
  readonly attempts: readonly JobKey[]
}

export interface Backfilled {
  readonly startMs: number
  readonly endMs: number
  isAcknowledged: boolean
  isDeleted: boolean
}

export interface SwitchedOff {
  readonly fromMs: number
  toMs: number
  /** All that was missed meanwhile is run, as whoever switched it on wished. */
  isMadeUp: boolean
}

export interface PassedOver {
  readonly triggerId: string
  readonly code: string
  /** Where it is told of one date. */
  readonly dateMs: number | null
  /** By the clock of the node. */
  readonly nowMs: number
}

/** Of a webhook, under a number of its own. */
export interface Call {
  readonly number: number
  readonly isValid: boolean
  /** How often it was made: who is not answered calls again. */
  tries: number
  /** Was once not taken for what it said. */
  isRefused: boolean
  /** Whoever waited for the end was told these outputs, or which execution it is. */
  readonly answers: { readonly executionId?: string; readonly outputs?: unknown; readonly status: number }[]
}

export interface Ledger {
  readonly starts: Start[]
  /** Every host that ever was. */
  readonly hosts: RunningHost[]
  readonly acknowledged: Acknowledged[]
  /** Creations that were refused with the promise that nothing happened. */
  readonly refused: Map<string, string>
  /** What the run found wrong while it went on. */
  readonly findings: string[]
  /** Executions whose end somebody set by hand. */
  readonly relabelled: Set<string>
  /** Executions that waited, and that somebody told to go on. */
  readonly answered: Set<string>
  /** Attempts that are to end, told to the node that runs them. */
  readonly stopped: Set<string>
  /** Executions that somebody deleted after their end. */
  readonly deleted: Set<string>
  /** When the schedule was switched off by hand, and on again. */
  readonly switchedOff: SwitchedOff[]
  readonly backfills: Backfilled[]
  /** Dates of schedules that were let go, as the nodes told it. */
  readonly passedOver: PassedOver[]
  readonly calls: Call[]
  /** A trigger was told not to wait for its execution. */
  unlocked: boolean
  readonly counts: Map<string, number>
  /** From then on nodes and database are there and at rest. */
  calmMs: number
  /** When the schedule was switched off. */
  scheduledUntilMs?: number
}

const CALM_AFTER_MS = 55_000

export function newLedger(): Ledger {
  return {
    starts: [],
    hosts: [],
    acknowledged: [],
    refused: new Map(),
    relabelled: new Set(),
    answered: new Set(),
    stopped: new Set(),
    deleted: new Set(),
    switchedOff: [],
    backfills: [],
    calmMs: START_MS + CALM_AFTER_MS,
    passedOver: [],
    calls: [],
    unlocked: false,
    findings: [],
    counts: new Map(),
  }
}

export function count(ledger: Ledger, what: string): void {
  ledger.counts.set(what, (ledger.counts.get(what) ?? 0) + 1)
}
