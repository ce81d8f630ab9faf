// Control tasks are grammar: the engine must know them to decide. Each is one file with one question to answer when its run opens: which
// lists of children, in how many lanes, with which outputs? How lanes progress, fail and close is the same for all (`execution/progress.ts`).
import type { PlanTask } from '../execution/plan.ts'
import type { Renderer } from '../execution/renderer.ts'
import type { ValueMap } from '../std/value.ts'
import { allowFailure } from './allow-failure.ts'
import { forEach } from './for-each.ts'
import { ifControl } from './if.ts'
import { parallel } from './parallel.ts'
import { sequential } from './sequential.ts'
import { switchControl } from './switch.ts'

/** How a group begins. Lanes are sequences of `branch`; fanned, each lane is one task of it. */
export interface Opening {
  readonly branch: readonly number[]
  readonly isFanned?: boolean
  readonly laneCount?: number
  /** How many lanes may be open at once. */
  readonly laneLimit?: number
  /** One per lane: what its direct children see as `taskrun.value`. */
  readonly values?: readonly string[]
  readonly outputs?: ValueMap
}

export interface Control {
  readonly type: string
  readonly aliases: readonly string[]
  /** A failed child makes the group WARNING instead of FAILED. */
  readonly toleratesFailure?: boolean
  /** Throws ExpressionError or RunError when it cannot be opened: the run then fails. */
  open(task: PlanTask, render: Renderer): Opening
}

const CONTROLS: readonly Control[] = [sequential, parallel, ifControl, switchControl, forEach, allowFailure]

const BY_TYPE: ReadonlyMap<string, Control> = new Map(
  CONTROLS.flatMap(control => [control.type, ...control.aliases].map(type => [type, control])),
)

export function controlOf(type: string): Control | undefined {
  return BY_TYPE.get(type)
}

export function controlTypes(): readonly string[] {
  return CONTROLS.map(control => control.type)
}
