// Triggers that look outside: polling ones are asked now and then, realtime ones run until they are stopped.
import type { Value } from '@batuta/core'
import type { LazyProperties } from './lazy-properties.ts'
import type { Shape } from './property.ts'
import type { RunContext } from './run-context.ts'
import type { TaskOutputs, TypeDescription } from './task.ts'

export interface PollingTriggerDefinition<S extends Shape = Shape> extends PollingTriggerBody<S> {
  readonly kind: 'polling trigger'
}

export interface PollingTriggerBody<S extends Shape> extends TypeDescription<S> {
  /**
   * The variables of the execution to start, or undefined when there is nothing to start. `PollFound` tells the source's position as well, which the next
   * poll is given as `mark`: it is kept in the transaction that makes the execution, so that nothing is found twice and nothing is passed over.
   *
   * A source that is to be told (a file is moved, rows are marked, a message is acknowledged) is told after the execution is born: `emit` what was
   * found, then tell the source, then return a `PollFound` with the mark of a source that was told. When the next poll is given the mark of `emit`
   * instead, the execution is there and the source may not have been told: tell it, and start nothing for it again.
   */
  evaluate(
    ctx: RunContext,
    props: LazyProperties<S>,
    mark: Value | undefined,
    emit: EmitFound,
  ): Promise<TaskOutputs | PollFound | undefined>
}

/** Once an evaluation. Settles when the execution is born together with the mark; rejects when another one goes on with this source: end then. */
export type EmitFound = (found: PollFound) => Promise<void>

/** Without outputs only the position moves. */
export class PollFound {
  readonly [name: string]: unknown
  /** Tells it from outputs also when a plugin brings its own copy of this package. */
  readonly kind = 'found'
  readonly mark: Value
  readonly outputs: TaskOutputs | undefined

  constructor(mark: Value, outputs?: TaskOutputs) {
    this.mark = mark
    this.outputs = outputs
  }
}

/** Where a poll's position travels among its outputs. */
export const POLL_MARK = '~mark'

/** As outputs alone. */
export function outputsOfPoll(found: TaskOutputs | PollFound | undefined): TaskOutputs | undefined {
  return found !== undefined && isFound(found) ? { ...found.outputs, [POLL_MARK]: found.mark } : found
}

function isFound(found: TaskOutputs | PollFound): found is PollFound {
  return found.kind === 'found' && 'mark' in found && 'outputs' in found
}

export interface RealtimeTriggerDefinition<S extends Shape = Shape> extends RealtimeTriggerBody<S> {
  readonly kind: 'realtime trigger'
}

export interface RealtimeTriggerBody<S extends Shape> extends TypeDescription<S> {
  /**
   * Runs until `ctx.signal` aborts, from the mark on. `emit` settles when the executions are born: acknowledge to the source after it. It rejects
   * when another one goes on with this source: end then.
   */
  consume(ctx: RunContext, props: LazyProperties<S>, emit: EmitEvents, mark?: Value): Promise<void>
}

/** At most 500 events a call; `mark` is the source's position after them, given back when the trigger starts again. */
export type EmitEvents = (events: readonly TaskOutputs[], mark?: Value) => Promise<void>

export type TriggerDefinition<S extends Shape = Shape> = PollingTriggerDefinition<S> | RealtimeTriggerDefinition<S>

export function definePollingTrigger<S extends Shape>(definition: PollingTriggerBody<S>): PollingTriggerDefinition<S> {
  return { ...definition, kind: 'polling trigger' }
}

export function defineRealtimeTrigger<S extends Shape>(
  definition: RealtimeTriggerBody<S>,
): RealtimeTriggerDefinition<S> {
  return { ...definition, kind: 'realtime trigger' }
}
