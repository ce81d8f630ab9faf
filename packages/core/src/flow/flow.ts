// The flow as the rest of the system knows it: what `parse` makes of the YAML. Type names are canonical (aliases resolved), common
// properties are typed, everything that belongs to a task type stays in `properties` as it was written, and child lists hang in `lists`.
import type { Value, ValueMap } from '../std/value.ts'

/** 1: Kestra 0.20 to 1.3. 2: Kestra 2.0 and Batuta's superset. Decided once per revision, when it is saved. */
export type Dialect = 1 | 2

export interface Flow {
  readonly id: string
  readonly namespace: string
  readonly dialect: Dialect
  readonly description?: string
  readonly labels: readonly Label[]
  readonly inputs: readonly Input[]
  readonly variables: ValueMap
  readonly tasks: readonly Task[]
  readonly errors: readonly Task[]
  readonly finally: readonly Task[]
  readonly afterExecution: readonly Task[]
  /** Old form of afterExecution, filtered by conditions; absent in almost every flow. */
  readonly listeners?: readonly Listener[]
  readonly triggers: readonly Trigger[]
  readonly outputs: readonly Output[]
  readonly pluginDefaults: readonly PluginDefault[]
  readonly concurrency?: Concurrency
  readonly retry?: Retry
  /** Batuta's own. */
  readonly circuitBreaker?: CircuitBreaker
  readonly sla: readonly ValueMap[]
  readonly checks: readonly ValueMap[]
  readonly disabled: boolean
  readonly workerGroup?: ValueMap
  readonly workerSelector?: ValueMap
  /** How soon its tasks are taken among those that wait; NORMAL unless said. Batuta's own. */
  readonly priority?: Priority
  /** Policies that hold for flows that name them. */
  readonly policyRefs?: readonly string[]
}

export type Priority = 'LOWEST' | 'LOW' | 'NORMAL' | 'HIGH' | 'HIGHEST'

export interface Listener {
  readonly description?: string
  readonly conditions: readonly ValueMap[]
  readonly tasks: readonly Task[]
}

export interface Label {
  readonly key: string
  readonly value: string
}

export interface Task {
  readonly id: string
  /** Canonical type name, e.g. `io.kestra.plugin.core.log.Log`. */
  readonly type: string
  /** Where it stands in the document, e.g. `tasks[0].then[1]`. */
  readonly path: string
  readonly description?: string
  readonly disabled: boolean
  readonly runIf?: string
  /** Of the plugin that brings the type; the newest that is installed unless said. */
  readonly version?: string
  readonly retry?: Retry
  /** ISO 8601 duration or an expression that renders to one. */
  readonly timeout?: string
  readonly allowFailure: boolean
  readonly allowWarning: boolean
  readonly logLevel?: LogLevel
  readonly logToFile: boolean
  readonly workerGroup?: ValueMap
  readonly workerSelector?: ValueMap
  readonly taskCache?: ValueMap
  /** The properties of the task's own type, unrendered, plugin defaults already merged in. */
  readonly properties: ValueMap
  /** Child lists of control tasks and groups; absent on leaves. */
  readonly lists?: TaskLists
  /** What a person is asked: `onResume` of Pause, `inputs` of Approval. */
  readonly asks?: readonly Input[]
  /** What leaves an iteration: `outputs` of Loop. */
  readonly outputs?: readonly Output[]
}

export interface TaskLists {
  /** `tasks` of Sequential, Parallel, ForEach, …; of a Dag the inner tasks, with `dependsOn` beside them. */
  readonly tasks: readonly Task[]
  readonly errors: readonly Task[]
  readonly finally: readonly Task[]
  /** If */
  readonly then?: readonly Task[]
  readonly else?: readonly Task[]
  /** Switch, in source order */
  readonly cases?: readonly { readonly key: string; readonly tasks: readonly Task[] }[]
  readonly defaults?: readonly Task[]
  /** Tasks run at a moment of their own, by the property that names it: `onPause`, `onWait`, `onApprove`, `onDeny`. */
  readonly hooks?: Readonly<Record<string, readonly Task[]>>
  /** Dag: for each of `tasks`, by index, the ids it waits for. */
  readonly dependsOn?: readonly (readonly string[])[]
}

export type LogLevel = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR'

export type Retry = {
  readonly maxAttempts?: number
  readonly maxDurationMs?: number
  readonly warningOnRetry: boolean
  readonly behavior: 'RETRY_FAILED_TASK' | 'CREATE_NEW_EXECUTION'
} & (
  | { readonly type: 'constant'; readonly intervalMs: number }
  | {
      readonly type: 'exponential'
      readonly intervalMs: number
      readonly maxIntervalMs: number
      readonly delayFactor: number
    }
  | { readonly type: 'random'; readonly minIntervalMs: number; readonly maxIntervalMs: number }
)

export type InputType =
  | 'STRING'
  | 'INT'
  | 'FLOAT'
  | 'BOOLEAN'
  | 'BOOL'
  | 'DATETIME'
  | 'DATE'
  | 'TIME'
  | 'DURATION'
  | 'FILE'
  | 'JSON'
  | 'YAML'
  | 'URI'
  | 'SECRET'
  | 'EMAIL'
  | 'ENUM'
  | 'SELECT'
  | 'MULTISELECT'
  | 'ARRAY'
  | 'FORM'
  | 'ION'
  | 'OBJECT'
  | 'TABLE'

export interface Input {
  readonly id: string
  readonly type: InputType
  readonly description?: string
  readonly displayName?: string
  readonly required: boolean
  readonly defaults?: Value
  readonly prefill?: Value
  readonly dependsOn?: { readonly inputs: readonly string[]; readonly condition?: string }
  /** What belongs to the type: validator, min, max, after, before, values, expression, itemType, … as written. */
  readonly properties: ValueMap
  /** FORM */
  readonly inputs?: readonly Input[]
}

export interface Output {
  readonly id: string
  readonly type?: InputType
  readonly value: Value
  readonly description?: string
  readonly displayName?: string
  readonly required: boolean
}

export interface Trigger {
  readonly id: string
  readonly type: string
  readonly path: string
  readonly description?: string
  readonly disabled: boolean
  readonly conditions: readonly ValueMap[]
  readonly labels: readonly Label[]
  /** Inputs for the executions it starts, unrendered. */
  readonly inputs: ValueMap
  readonly stopAfter: readonly string[]
  readonly logLevel?: LogLevel
  readonly circuitBreaker?: CircuitBreaker
  readonly properties: ValueMap
}

export interface PluginDefault {
  readonly type: string
  readonly forced: boolean
  readonly values: ValueMap
}

/** What failed so often within so long is held: for so long, or until somebody releases it. */
export interface CircuitBreaker {
  readonly failures: number
  readonly windowMs: number
  readonly releaseMs?: number
}

export interface Concurrency {
  /** Absent where only a pool is named. */
  readonly limit?: number
  /** A limit that flows share, by its name. Batuta's own. */
  readonly pool?: string
  readonly behavior: 'QUEUE' | 'CANCEL' | 'FAIL'
}
