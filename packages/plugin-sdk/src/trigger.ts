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
  /** The variables of the execution to start, or undefined when there is nothing to start. */
  evaluate(ctx: RunContext, props: LazyProperties<S>): Promise<TaskOutputs | undefined>
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
