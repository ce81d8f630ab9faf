// Pure tasks: they touch nothing but the execution itself, so they run inside the turn and cost no commit of their own. What they do to the
// world (log lines, labels, variables) is data in the outcome.
import type { Event, LogLevelName } from '../execution/event.ts'
import type { PlanTask } from '../execution/plan.ts'
import type { Renderer } from '../execution/renderer.ts'
import type { ExecutionState, FinalState, Metric, TaskRun } from '../execution/state.ts'
import type { Dialect } from '../flow/flow.ts'
import type { ValueMap } from '../std/value.ts'
import { assertTask } from './assert-task.ts'
import { echo } from './echo.ts'
import { exit } from './exit.ts'
import { fail } from './fail.ts'
import { labels } from './labels.ts'
import { log } from './log.ts'
import { outputValues } from './output-values.ts'
import { returnTask } from './return.ts'
import { setVariables, unsetVariables } from './variables.ts'

export interface InlineOutcome {
  readonly state: FinalState
  readonly outputs?: ValueMap
  readonly logs?: readonly InlineLog[]
  readonly metrics?: readonly Metric[]
  /** What changes about the execution itself. */
  readonly events?: readonly Event[]
  /** The execution ends with `state`, now. */
  readonly isExit?: boolean
}

export interface InlineLog {
  readonly level: LogLevelName
  readonly message: string
}

export interface InlineSubject {
  readonly state: ExecutionState
  readonly run: TaskRun
  readonly dialect: Dialect
  /** Those of the execution, which begin as the flow's. */
  readonly variables: ValueMap
}

export interface InlineTask {
  readonly type: string
  readonly aliases: readonly string[]
  /** It changes the execution itself, so it has no other place than the turn, and its history shows no hand-over to a worker. */
  readonly isUpdating?: boolean
  /** Throws ExpressionError or RunError to fail. */
  run(task: PlanTask, render: Renderer, subject: InlineSubject): InlineOutcome
}

const INLINE_TASKS: readonly InlineTask[] = [
  log,
  returnTask,
  echo,
  outputValues,
  fail,
  exit,
  assertTask,
  labels,
  setVariables,
  unsetVariables,
]

const BY_TYPE: ReadonlyMap<string, InlineTask> = new Map(
  INLINE_TASKS.flatMap(inline => [inline.type, ...inline.aliases].map(type => [type, inline])),
)

export function inlineTaskOf(type: string): InlineTask | undefined {
  return BY_TYPE.get(type)
}

export function inlineTypes(): readonly string[] {
  return INLINE_TASKS.map(inline => inline.type)
}
