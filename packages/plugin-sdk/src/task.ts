// The definition of a task type: what it is called, what it takes, what it gives, and what it does.
import type { LazyProperties } from './lazy-properties.ts'
import type { Shape } from './property.ts'
import type { RunContext } from './run-context.ts'

export interface TaskDefinition<S extends Shape = Shape> extends TaskBody<S> {
  readonly kind: 'task'
}

export interface TaskBody<S extends Shape> extends TypeDescription<S> {
  run(ctx: RunContext, props: LazyProperties<S>): Promise<TaskReturn>
}

/** What every kind of plugin type says about itself. */
export interface TypeDescription<S extends Shape = Shape> {
  /** Kestra's full name, e.g. `io.kestra.plugin.core.http.Request`. */
  readonly type: string
  /** Older full names that mean this type. */
  readonly aliases?: readonly string[]
  readonly title: string
  readonly description?: string
  /** Why the type should not be used any more, and what instead. */
  readonly deprecated?: string
  readonly properties: S
  readonly outputs?: readonly OutputDescription[]
  readonly metrics?: readonly MetricDescription[]
  readonly examples?: readonly Example[]
}

export interface OutputDescription {
  readonly name: string
  /** In the notation of the catalogue: `string`, `uri`, `long`, `map<uri>`, `string[]`, `any`. */
  readonly type: string
  readonly description?: string
}

export interface MetricDescription {
  readonly name: string
  readonly type: 'counter' | 'timer' | 'gauge'
  readonly unit?: string
  readonly description?: string
}

export interface Example {
  readonly title?: string
  readonly code: string
  /** True for a whole flow, false for the task alone. */
  readonly full?: boolean
}

/** Outputs in ordinary JavaScript, or an `Ending` where the state is not SUCCESS. */
export type TaskReturn = TaskOutputs | Ending | undefined | void
export type TaskOutputs = Readonly<Record<string, unknown>>

/** A return with a state: `return new Ending('WARNING', { rows })`. */
export class Ending {
  /** Tells it from outputs also when a plugin brings its own copy of this package. */
  readonly kind = 'ending'
  readonly state: 'SUCCESS' | 'WARNING'
  readonly outputs: TaskOutputs

  constructor(state: 'SUCCESS' | 'WARNING', outputs: TaskOutputs = {}) {
    this.state = state
    this.outputs = outputs
  }
}

/** What a task's return means, whichever way it is written. */
export function endingOf(returned: TaskReturn): Pick<Ending, 'state' | 'outputs'> {
  const given = returned ?? {}
  return isEnding(given) ? given : { state: 'SUCCESS', outputs: given }
}

function isEnding(given: TaskOutputs | Ending): given is Ending {
  return given.kind === 'ending' && 'state' in given && 'outputs' in given
}

export function defineTask<S extends Shape>(definition: TaskBody<S>): TaskDefinition<S> {
  return { ...definition, kind: 'task' }
}

/** The default export of a file of a namespace, which tasks name by its path: `type: ./tasks/greet.ts`. */
export function defineTaskFile<S extends Shape>(definition: Omit<TaskBody<S>, 'type' | 'aliases'>): TaskDefinition<S> {
  return { ...definition, type: '', kind: 'task' }
}
