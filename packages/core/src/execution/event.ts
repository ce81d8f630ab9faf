// The words of the journal and of the inbox. Signals go in, events are what happened, effects are what the world is asked to do once the
// turn is committed. Events are plain data and versioned by the row that holds them: an event never changes its meaning, it gets a new name.
import type { Label } from '../flow/flow.ts'
import type { Texts } from '../std/text-list.ts'
import type { Value, ValueMap } from '../std/value.ts'
import type { SwitchedOff } from './kill-switch.ts'
import type { Attempt, Breakpoint, FinalState, Metric, Origin, ParentLink, Phase, StateName } from './state.ts'

/** Version of the events that this code writes; rows of older versions are lifted when read. */
export const EVENT_VERSION = 1

export interface Birth {
  readonly tenant: string
  readonly namespace: string
  readonly flowId: string
  readonly revision: number
  readonly inputs: ValueMap
  readonly labels: readonly Label[]
  readonly trigger?: Origin
  readonly parentLink?: ParentLink
  readonly parentId?: string
  readonly originalId?: string
  readonly originalCreatedMs?: number
  readonly attemptNumber?: number
  readonly scheduledMs?: number
  readonly depth?: number
  readonly rootId?: string
  /** It could not be begun, and why: born to be FAILED at once, so that people see it. */
  readonly problem?: string
  /** The W3C trace that it belongs to, as its caller gave it; children inherit it. */
  readonly traceparent?: string
  /** What it begins with: the journal of another execution, turn by turn, as `copyJournal` made it. */
  readonly copy?: readonly CopiedTurn[]
  readonly breakpoints?: readonly Breakpoint[]
  /** Some of what it begins with is encrypted. */
  readonly isSealed?: boolean
}

export interface CopiedTurn {
  readonly atMs: number
  /** What `encodeEvents` wrote. */
  readonly events: string
}

/** Which runs go on in a restarted execution: leaves begin again, groups are open again, what was removed is in no list. */
export interface Reopening {
  readonly leaves: readonly number[]
  readonly groups: readonly number[]
  readonly removed: readonly number[]
}

export type Event =
  | ({ readonly type: 'created' } & Birth)
  | { readonly type: 'moved'; readonly to: StateName }
  | {
      readonly type: 'run-created'
      readonly run: number
      readonly task: number
      readonly parent: number
      readonly lane: number
      readonly value?: string
      readonly iteration?: number
    }
  | { readonly type: 'run-moved'; readonly run: number; readonly to: StateName; readonly outputs?: ValueMap }
  | {
      readonly type: 'group-opened'
      readonly run: number
      readonly branch: readonly number[]
      readonly isFanned?: boolean
      readonly laneCount?: number
      readonly laneLimit?: number
      readonly values?: Texts
      readonly outputs?: ValueMap
      /** A Loop: its lanes are closed off from one another. */
      readonly isClosedOff?: boolean
      readonly isTolerant?: boolean
      readonly keys?: readonly string[]
      /** Its lanes are the batches of a ForEachItem. */
      readonly isBatched?: boolean
      /** Its jobs share a folder. */
      readonly isDirectory?: boolean
    }
  /** `handlers`: which of the tasks of the phase run, where that had to be found out. */
  | {
      readonly type: 'phase-entered'
      readonly run: number
      readonly phase: Phase
      readonly handlers?: readonly number[]
    }
  /** A run that waited goes on, or ends. */
  | {
      readonly type: 'run-resumed'
      readonly run: number
      readonly to: StateName
      readonly outputs?: ValueMap
      readonly branch?: readonly number[]
    }
  /** A pass of a loop is over; with a verdict the loop is. */
  | { readonly type: 'pass-ended'; readonly run: number; readonly outputs?: ValueMap; readonly verdict?: FinalState }
  /** An iteration of a Loop is over; with `isLast` no other begins. */
  | {
      readonly type: 'iteration-ended'
      readonly run: number
      readonly lane: number
      readonly state: FinalState
      readonly outputs?: ValueMap
      readonly isLast?: boolean
    }
  /** The runs of the pass before are taken out. */
  | { readonly type: 'pass-begun'; readonly run: number }
  | { readonly type: 'job-sent'; readonly run: number; readonly epoch: number }
  | { readonly type: 'job-lost'; readonly run: number; readonly epoch: number }
  | {
      readonly type: 'attempt-settled'
      readonly run: number
      readonly to: StateName
      readonly attempt: Attempt
      readonly outputs?: ValueMap
    }
  | { readonly type: 'outputs'; readonly outputs: ValueMap }
  | { readonly type: 'evaluate-asked'; readonly run: number; readonly slot: string }
  | {
      readonly type: 'evaluated'
      readonly run: number
      readonly slot: string
      readonly value?: Value
      readonly error?: string
    }
  | { readonly type: 'timer-set'; readonly name: string; readonly atMs: number }
  | { readonly type: 'timer-fired'; readonly name: string }
  | { readonly type: 'child-linked'; readonly run: number; readonly childId: string }
  | { readonly type: 'child-ended'; readonly run: number; readonly childId: string }
  | { readonly type: 'labels'; readonly labels: readonly Label[] }
  /** `isWhole`: those of the flow are among them, as far as they are left. */
  | { readonly type: 'variables'; readonly variables: ValueMap; readonly isWhole?: boolean }
  | { readonly type: 'kill-requested' }
  /** It stands in the line of these limits. */
  | { readonly type: 'limit-waits'; readonly keys: readonly string[] }
  /** It holds a place of each; forced: whether there was one or not. */
  | { readonly type: 'limit-granted'; readonly keys: readonly string[]; readonly isForced?: boolean }
  /** By its place in the flow. */
  | { readonly type: 'sla-broken'; readonly index: number }
  | ({ readonly type: 'restarted' } & Reopening)
  /** The last event of a copy: from here on it is an execution of its own. */
  | ({ readonly type: 'taken-over' } & Reopening)
  /** Somebody said how a run ended; the execution goes on from there. */
  | {
      readonly type: 'overruled'
      readonly run: number
      readonly to: StateName
      readonly groups: readonly number[]
      readonly removed: readonly number[]
    }
  | { readonly type: 'breakpoints'; readonly breakpoints: readonly Breakpoint[] }
  | { readonly type: 'held'; readonly reason: string }
  | { readonly type: 'released' }
  /** From here on it holds encrypted values. */
  | { readonly type: 'sealed' }

export type Command =
  | { readonly name: 'kill'; readonly isCascading: boolean }
  /** What was held is tried again. */
  | { readonly name: 'release' }
  /** A kill switch was thrown. */
  | ({ readonly name: 'switch-off' } & SwitchedOff)
  /** Without a run: the first that waits, or, where a command paused the execution, all of it. */
  | ({ readonly name: 'resume'; readonly run?: number } & Answer)
  | {
      readonly name: 'restart'
      /** The run of another execution that waits for the end of this one. */
      readonly parent?: { readonly executionId: string; readonly run: number }
    }
  | { readonly name: 'pause' }
  | { readonly name: 'change-status'; readonly state: string }
  | { readonly name: 'change-run-state'; readonly run: number; readonly state: string }
  | { readonly name: 'set-labels'; readonly labels: readonly Label[] }
  | { readonly name: 'force-run' }
  | { readonly name: 'unqueue'; readonly state: string }
  | { readonly name: 'resume-from-breakpoint'; readonly breakpoints?: readonly Breakpoint[] }

/** What a person answers to a waiting run. */
export interface Answer {
  /** Inputs, resolved; without them the defaults count. */
  readonly inputs?: ValueMap
  /** Of an Approval; to approve is meant unless said. */
  readonly decision?: string
  readonly comment?: string
  readonly by?: string
}

export type Signal =
  | { readonly type: 'create'; readonly executionId: string; readonly birth: Birth }
  | { readonly type: 'command'; readonly executionId: string; readonly command: Command }
  /** Brings no news: whatever can go on goes on. */
  | { readonly type: 'wake'; readonly executionId: string }
  | ({
      readonly type: 'settled'
      readonly executionId: string
      /** The worker has a place for one more job of that queue. */
      readonly offer?: { readonly node: string; readonly incarnation: number; readonly queue: string }
    } & Settlement)
  | { readonly type: 'lost'; readonly executionId: string; readonly run: number; readonly epoch: number }
  /** No worker is there that its job is for, and its fallback is not to wait. */
  | {
      readonly type: 'unplaced'
      readonly executionId: string
      readonly run: number
      readonly epoch: number
      readonly state: 'FAILED' | 'CANCELLED'
      readonly reason: string
    }
  | { readonly type: 'timer'; readonly executionId: string; readonly name: string }
  /** A place of the limits that it waits for is its own. */
  | { readonly type: 'limit-granted'; readonly executionId: string }
  | {
      readonly type: 'evaluated'
      readonly executionId: string
      readonly run: number
      readonly slot: string
      readonly value?: Value
      readonly error?: string
    }
  | {
      readonly type: 'child-ended'
      readonly executionId: string
      readonly run: number
      readonly childId: string
      readonly state: FinalState
      readonly outputs?: ValueMap
      readonly error?: string
    }

/** What a worker says of one attempt. Times in epoch milliseconds. */
export interface Settlement {
  readonly run: number
  readonly epoch: number
  readonly state: 'SUCCESS' | 'WARNING' | 'FAILED' | 'KILLED' | 'CANCELLED'
  readonly outputs?: ValueMap | undefined
  /** Some of the outputs lie in internal storage. */
  readonly isSpilled?: boolean
  /** Some of the outputs are encrypted. */
  readonly isSealed?: boolean
  /** Where the folder of a WorkingDirectory was made, where there are several nodes. */
  readonly node?: string
  readonly metrics?: readonly Metric[] | undefined
  readonly logFile?: string
  readonly startedMs: number
  readonly endedMs: number
}

export type LogLevelName = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR'

export interface LogEntry {
  readonly run: number
  readonly level: LogLevelName
  readonly message: string
  readonly atMs: number
  readonly attempt: number
}

export type Effect =
  | { readonly type: 'job'; readonly run: number; readonly epoch: number; readonly queue: string }
  | { readonly type: 'kill-job'; readonly run: number; readonly epoch: number }
  | { readonly type: 'evaluate'; readonly run: number; readonly slot: string }
  | { readonly type: 'log'; readonly entry: LogEntry }
  | { readonly type: 'signal'; readonly signal: Signal }
  | { readonly type: 'ended'; readonly state: FinalState }

/** What a turn makes of one signal or one look at the agenda. */
export interface Decision {
  readonly events: readonly Event[]
  readonly effects: readonly Effect[]
  /** The run or group to look at again, although no event brings it on the agenda. */
  readonly again?: number
  /** The group to look at again when its children on the agenda have begun. */
  readonly later?: number
  /** Set when a command was refused: nothing happened. */
  readonly refusal?: Refusal
}

export interface Refusal {
  readonly code:
    'wrong-state' | 'nothing-to-restart' | 'unknown-execution' | 'invalid-inputs' | 'invalid-state' | 'unknown-task-run'
  readonly message: string
}
