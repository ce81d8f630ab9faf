// What a running task may ask of its surroundings. Everything that a plugin does to the world beside its own connections goes
// through here, so that rendering, masking, limits and clean-up happen once and for all.
import type { Value, ValueMap } from '@batuta/core'
import type { Egress } from './egress/egress.ts'
import type { Command, CommandResult } from './task-runner.ts'
import type { FileEntry, FileSource } from './files/file-store.ts'
import type { TaskReturn } from './task.ts'

export type LogLevel = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR'

export interface RunContext {
  readonly execution: { readonly id: string }
  readonly flow: {
    readonly tenantId: string
    readonly namespace: string
    readonly id: string
    readonly revision: number
  }
  readonly task: { readonly id: string; readonly type: string }
  /** `attempt` counts from 0. */
  readonly taskRun: { readonly id: string; readonly attempt: number; readonly value?: string }
  /** Stays the same over retries after a lost worker: what a service needs to see a request twice and act once. */
  readonly idempotencyKey: string
  /** Tells this attempt from every other, also of the same task run. */
  readonly attemptId: string
  /** Where things may be kept between runs and shared by tasks, for instance installed packages. */
  readonly cacheDir: string
  /** Where the task may connect to: its connections go through this door. */
  readonly egress: Egress
  /** What the installation has set for plugins, by the name of the option, e.g. `docker.host`. */
  settingOf(name: string): string | undefined
  /** The W3C trace to go on with in calls of other systems; commands find it in `TRACEPARENT`. */
  readonly traceparent?: string
  readonly logger: Logger
  readonly metrics: Metrics
  readonly files: TaskFiles
  readonly workingDir: WorkingDir
  readonly ports: Ports
  /** Aborted on kill and on timeout; `signal.reason` is a `TaskStopped`. */
  readonly signal: AbortSignal
  /** Renders a template to text. `scope` is laid over the variables. */
  renderText(template: string, scope?: ValueMap): Promise<string>
  /** Renders every text of a value, keys included, to text. */
  renderDeep(value: Value, scope?: ValueMap): Promise<Value>
  /** Renders a template that is a single expression to the value itself, keeping its type. */
  renderTyped(value: Value, scope?: ValueMap): Promise<Value>
  /** Text that must never appear in a log again. */
  mask(secret: string): void
  /** Whether a secret stands in the text, in any of the forms that are masked: it must not be seen where other programs look. */
  holdsSecret(text: string): boolean
  /** Fails when the task runner that the author asked for is not there: before anything is prepared for it. */
  checkRunner(runner?: ValueMap): Promise<RunnerFacts>
  /** Runs another task in the place of this one, with properties as an author writes them. */
  runTask(type: string, properties: ValueMap): Promise<TaskReturn>
  /** Runs a command on the task runner that the author asked for, by default the installation's. */
  runCommand(command: Command, runner?: ValueMap): Promise<CommandResult>
}

/** What whoever prepares a command must know of the task runner it will meet. */
export interface RunnerFacts {
  /** The full name of its type, also where the author wrote an older one. */
  readonly type: string
  /** The command sees nothing of this machine but its folders. */
  readonly isContained: boolean
}

export interface Logger {
  log(level: LogLevel, message: string): void
  trace(message: string): void
  debug(message: string): void
  info(message: string): void
  warn(message: string): void
  error(message: string): void
  /** Settles when the reader of the logs keeps up again: await it before producing more in bulk. */
  ready(): Promise<void>
}

export interface Metrics {
  counter(name: string, value: number, tags?: Tags): void
  timer(name: string, durationMs: number, tags?: Tags): void
  gauge(name: string, value: number, tags?: Tags): void
}

export type Tags = Readonly<Record<string, string>>

/** Internal storage, seen from a task: reads by URI, writes under the folder of its task run. */
export interface TaskFiles {
  /** Stores a file under the task run and returns its `kestra://` URI. Without a name it gets a random one with the extension. */
  put(source: FileSource, name?: FileName): Promise<string>
  /** The bytes of a file, as a stream. */
  open(uri: string): Promise<AsyncIterable<Uint8Array>>
  readText(uri: string): Promise<string>
  /** Copies a file to a path of the local disk. */
  copyTo(uri: string, path: string): Promise<void>
  size(uri: string): Promise<number>
  exists(uri: string): Promise<boolean>
  /** False when there was none. */
  delete(uri: string): Promise<boolean>
  /** One file that outlives the execution, for the next run of this task. */
  putCache(source: FileSource): Promise<void>
  findCache(): Promise<FileEntry | undefined>
  /** Deletes all files of the execution and returns their URIs. */
  deleteOfExecution(): Promise<readonly string[]>
}

export type FileName = { readonly name: string } | { readonly extension: string }

/** A folder of the local disk for this task run alone: made on first use, removed when the task has ended. */
export interface WorkingDir {
  path(): Promise<string>
  /** The absolute path of a relative one; refuses to leave the folder. */
  resolve(relative: string): Promise<string>
  /** A fresh path inside the folder, nothing made yet. */
  createPath(extension?: string): Promise<string>
}

/** Doors to the control plane, asynchronous and answered by the server. */
export interface Ports {
  /** `args` by parameter name, as a function of the expression language would have them. */
  ask(name: string, args: ValueMap): Promise<Value>
}

export type StopReason = 'kill' | 'stale' | 'timeout'

/** Why a task was stopped from outside. */
export class TaskStopped extends Error {
  override readonly name = 'TaskStopped'
  readonly reason: StopReason

  constructor(reason: StopReason, message: string) {
    super(message)
    this.reason = reason
  }
}
