// Control tasks are grammar: the engine must know them to decide. Each is one file with one question to answer when its run opens: which
// lists of children, in how many lanes, with which outputs? How lanes progress, fail and close is the same for all (`execution/progress.ts`).
import type { PlanTask } from '../execution/plan.ts'
import type { Answer } from '../execution/event.ts'
import type { Renderer } from '../execution/renderer.ts'
import type { FinalState, TaskRun } from '../execution/state.ts'
import type { Dialect } from '../flow/flow.ts'
import type { Texts } from '../std/text-list.ts'
import type { ValueMap } from '../std/value.ts'
import { allowFailure } from './allow-failure.ts'
import { approval } from './approval.ts'
import { dag } from './dag.ts'
import { eachParallel, eachSequential } from './each.ts'
import { batchItems, forEachItem } from './for-each-item.ts'
import { forEach } from './for-each.ts'
import { loop } from './loop.ts'
import { loopUntil } from './loop-until.ts'
import { ifControl } from './if.ts'
import { parallel } from './parallel.ts'
import { pause, wait } from './pause.ts'
import { sequential } from './sequential.ts'
import { switchControl } from './switch.ts'
import { workingDirectory } from './working-directory.ts'

/** How a group begins. Lanes are sequences of `branch`; fanned, each lane is one task of it. */
export interface Opening {
  readonly branch: readonly number[]
  readonly isFanned?: boolean
  readonly laneCount?: number
  /** How many lanes may be open at once. */
  readonly laneLimit?: number
  /** One per lane: what its direct children see as `taskrun.value`. */
  readonly values?: Texts
  readonly outputs?: ValueMap
  readonly wait?: WaitUntil
  /** A Loop: its lanes see nothing of one another. */
  readonly isClosedOff?: boolean
  /** A failed lane does not stop the others. */
  readonly isTolerant?: boolean
  /** Of a map, one per lane. */
  readonly keys?: readonly string[]
  /** There is nothing to do: the run ends at once, with these outputs. */
  readonly nothing?: ValueMap | undefined
  /** There is no way on: the run fails at once, with these outputs. */
  readonly dead?: { readonly problem: string; readonly outputs: ValueMap }
  /** Its jobs share a folder, which one more opens and one more closes. */
  readonly isDirectory?: boolean
  /** Its lanes are batches of a ForEachItem. */
  readonly isBatched?: boolean
}

/** A run that waits, from the moment it opens. */
export interface WaitUntil {
  /** It goes on by itself at this hour. */
  readonly delayMs?: number
  /** It has waited too long at this hour. */
  readonly timeoutMs?: number
}

/** What becomes of a run that waited: it ends, or its lanes begin. */
export interface Resumption {
  readonly to: FinalState | 'RUNNING'
  readonly outputs?: ValueMap
  /** Where the answer chooses the tasks. */
  readonly branch?: readonly number[]
  /** The execution ends with the run. */
  readonly exit?: FinalState
  readonly problem?: string
}

/** What a control that waits for a person or an hour knows about it. */
export interface Waiting {
  /** The property with the tasks that run while it waits. */
  readonly hook?: string
  resumed(task: PlanTask, render: Renderer, answer: ResolvedAnswer): Resumption
  expired(task: PlanTask, render: Renderer, expiry: Expiry): Resumption
}

export interface ResolvedAnswer extends Answer {
  readonly inputs: ValueMap
}

export interface Expiry {
  readonly cause: 'delay' | 'timeout'
  /** What the inputs are without a person. */
  readonly inputs: ValueMap
}

export interface Pass {
  readonly run: TaskRun
  readonly dialect: Dialect
  readonly isFailed: boolean
}

/** The loop goes on after `intervalMs`, or is over. */
export type PassEnd =
  | { readonly type: 'again'; readonly iterationCount: number; readonly intervalMs: number }
  | { readonly type: 'over'; readonly iterationCount: number; readonly verdict: FinalState; readonly problem?: string }

/** How a group ends that its children have ended with `state`; with `exit` the execution ends, too. */
export interface Ending {
  readonly to: FinalState
  readonly exit?: FinalState
}

export interface Control {
  readonly type: string
  readonly aliases: readonly string[]
  /** A failed child makes the group WARNING instead of FAILED. */
  readonly toleratesFailure?: boolean
  /** What 2.0 does to the tasks beside a failed one, unless the property of that name says otherwise. */
  readonly onChildFailure?: 'FAIL' | 'CONTINUE'
  readonly waiting?: Waiting
  /** Its tasks are run pass by pass; says what comes after one. */
  readonly afterPass?: (task: PlanTask, render: Renderer, pass: Pass) => PassEnd
  end?(task: PlanTask, render: Renderer, end: { readonly state: FinalState; readonly run: TaskRun }): Ending
  /** Throws ExpressionError or RunError when it cannot be opened: the run then fails. */
  open(task: PlanTask, render: Renderer): Opening
}

const CONTROLS: readonly Control[] = [
  sequential,
  parallel,
  ifControl,
  switchControl,
  forEach,
  eachSequential,
  eachParallel,
  dag,
  loopUntil,
  loop,
  forEachItem,
  batchItems,
  workingDirectory,
  allowFailure,
  pause,
  wait,
  approval,
]

const BY_TYPE: ReadonlyMap<string, Control> = new Map(
  CONTROLS.flatMap(control => [control.type, ...control.aliases].map(type => [type, control])),
)

export function controlOf(type: string): Control | undefined {
  return BY_TYPE.get(type)
}

export function controlTypes(): readonly string[] {
  return CONTROLS.map(control => control.type)
}
