// What the server's worker and the host process say to each other over the pipe. Values cross as the text of `encodeValue`, so that
// neither side pays for walking them twice and integers, doubles and the order of keys survive.
import type { EgressSettings } from './egress/egress-rules.ts'
import type { LogLevel } from './run-context.ts'

/** One start of one task run: `run` is its ordinal in the execution, `epoch` grows with every start. */
export interface JobKey {
  readonly executionId: string
  readonly run: number
  readonly epoch: number
}

/** The ordinal of jobs that look at the source of a trigger: no run of an execution has it. */
export const SOURCE_RUN = -2

/** The job looks at the source of a trigger: once, or for ever. */
export interface SourceOfJob {
  readonly kind: 'polling' | 'realtime'
  /** `encodeValue` of how far the source was read. */
  readonly mark?: string
}

export interface HostJob {
  readonly key: JobKey
  readonly taskRunId: string
  readonly taskId: string
  readonly type: string
  /** Of the plugin; the newest unless said. */
  readonly version?: string
  readonly dialect: 1 | 2
  /** Counts from 0. */
  readonly attempt: number
  /** Already rendered; wins over `timeout`. */
  readonly timeoutMs?: number
  /** A template that renders to an ISO 8601 duration. */
  readonly timeout?: string
  readonly logLevel?: LogLevel
  /** Log lines go to a file in storage instead of to the server. */
  readonly logToFile?: boolean
  /** The result of an earlier run may stand for this one's, if it is no older than the template `ttl` says. */
  readonly taskCache?: { readonly ttl?: string }
  /** `encodeValue` of the task's own properties, unrendered. */
  readonly properties: string
  /** `encodeValue` of the roots that the task's expressions can reach: flow, execution, inputs, outputs, vars, taskrun, task, … */
  readonly context: string
  /** Texts in the context that no log may show: decrypted inputs and the like. */
  readonly secrets?: readonly string[]
  readonly flow: { readonly tenant: string; readonly namespace: string; readonly id: string }
  /** The folder of the task run in storage, e.g. `kestra:///ns/flow/executions/<id>/tasks/<task>/<task run>/`. */
  readonly filesPrefix: string
  /** The folder that it shares with other jobs; the first makes it, the last takes it away. */
  readonly directory?: { readonly name: string; readonly step: 'open' | 'use' | 'close' }
  /** When the engine sent it, in epoch milliseconds. */
  readonly sentMs?: number
  /** The W3C trace that the attempt belongs to. */
  readonly traceparent?: string
  readonly source?: SourceOfJob
}

/** Travels, as what comes back, in lists: what was said in one turn of the event loop goes together. */
export type ToHost =
  | HostInit
  | { readonly type: 'run'; readonly job: HostJob }
  | { readonly type: 'kill'; readonly key: JobKey; readonly reason: 'kill' | 'stale' }
  | { readonly type: 'answer'; readonly id: number; readonly value?: string; readonly error?: string }
  /** The server has taken in all log batches up to this one: the host may send as much again. */
  | { readonly type: 'taken'; readonly batch: number }
  /** The node is in touch: without another beat within so many milliseconds the host ends what runs, and itself. */
  | { readonly type: 'beat'; readonly validMs: number }
  /** Plugins came or went: what is given from now on is looked for here. */
  | { readonly type: 'modules'; readonly modules: Readonly<Record<string, string>> }
  /** Finish what runs, take nothing new, then exit. */
  | { readonly type: 'drain' }

export interface HostInit {
  readonly type: 'init'
  /** Root of the local file store. */
  readonly filesDir: string
  /** Where task runs get their working folders. */
  readonly workDir: string
  /** Where environments of scripts (Python dependencies) are kept between runs. */
  readonly cacheDir: string
  /** Module to import for each type, aliases included; task runners too. `type@version` is that of one version. */
  readonly modules: Readonly<Record<string, string>>
  readonly limits: HostLimits
  /** Task runner for scripts that ask for none. */
  readonly defaultRunner?: string
  /** What the installation has set for plugins, by the name of the option, e.g. `docker.host`. */
  readonly settings?: Readonly<Record<string, string>>
  /** Names of environment variables of the server that scripts may see beside the few that every script sees. */
  readonly environmentAllowed?: readonly string[]
  /** How scripts are run; as by default unless the installation says otherwise. */
  readonly scripts?: ScriptSettings
  /** Where tasks may connect to; anywhere but to metadata services unless the installation says otherwise. */
  readonly egress?: EgressSettings
}

/** `auto`: in a sandbox where one can be made. `bubblewrap`: in a sandbox or not at all. */
export type Isolation = 'auto' | 'process' | 'bubblewrap'

export interface ScriptSettings {
  readonly isolation: Isolation
  /** For a namespace and those below it; the nearest counts. */
  readonly isolationByNamespace: Readonly<Record<string, Isolation>>
  /** Folders of the server that a sandbox does not show. */
  readonly hidden: readonly string[]
  /** Places outside of its working folder that a script in a sandbox may write to. */
  readonly writable: readonly string[]
  /** Interpreters that are kept warm at a time; 0 for none. */
  readonly zygotesMax: number
  /** How long one is kept for the next script of its execution. */
  readonly zygoteIdleMs: number
  readonly limits: ScriptLimits
  /** Below which the groups of scripts are made, from the top of the kernel's tree; unless it is there, below the server's own. */
  readonly cgroup?: string
}

/** What all processes of one script may have together, where the kernel can hold them to it; 0 for no limit. */
export interface ScriptLimits {
  readonly memoryMaxBytes: number
  readonly processesMax: number
  /** Of the processors' time: 1.5 are one and a half of them. */
  readonly cpusMax: number
}

export interface HostLimits {
  /** Time between SIGTERM and SIGKILL. */
  readonly killGraceMs: number
  /** Outputs above this go to a file. */
  readonly outputsInlineMaxBytes: number
  /** Log lines above this many bytes per attempt go to a file in storage. */
  readonly logInlineMaxBytes: number
  /** Log lines above this many bytes per attempt are dropped, with a line that says how many. */
  readonly logMaxBytes: number
  /** Processes that a script may add to those of the host's user; 0 for no limit. The kernel does not hold root to it. */
  readonly processesMax: number
  /** Open files of each process of a script; 0 for no limit. */
  readonly openFilesMax: number
}

export type FromHost =
  | { readonly type: 'ready' }
  | { readonly type: 'log'; readonly batch: number; readonly key: JobKey; readonly lines: readonly LogLine[] }
  | { readonly type: 'settled'; readonly key: JobKey; readonly outcome: Outcome }
  | { readonly type: 'ask'; readonly id: number; readonly key: JobKey; readonly request: AskRequest }
  /** A line about the host itself, for the server's own log. */
  | { readonly type: 'notice'; readonly level: LogLevel; readonly message: string }

export interface AskRequest {
  readonly name: string
  /** `encodeValue` of the arguments by parameter name. */
  readonly args: string
}

export interface Outcome {
  readonly state: 'SUCCESS' | 'WARNING' | 'FAILED' | 'KILLED'
  /** `encodeValue` of the map of outputs. */
  readonly outputs?: string
  /** Large ones among them lie in files that are on disk already; marks stand in their places. */
  readonly isSpilled?: boolean
  /** Some of them hold secrets and are encrypted. */
  readonly isSealed?: boolean
  readonly metrics: readonly Metric[]
  /** Why it failed; already in the log. */
  readonly message?: string
  /** Where the log of the attempt is, if it (or what was too much of it) went to a file. */
  readonly logFile?: string
  readonly startedMs: number
  readonly endedMs: number
}

export interface Metric {
  readonly name: string
  readonly type: 'counter' | 'timer' | 'gauge'
  /** Of a timer in milliseconds. */
  readonly value: number
  readonly tags: Readonly<Record<string, string>>
}

export interface LogLine {
  readonly atMs: number
  readonly level: LogLevel
  readonly message: string
  readonly attempt: number
}

export const HOST_LIMITS: HostLimits = {
  killGraceMs: 5_000,
  outputsInlineMaxBytes: 256 * 1024,
  logInlineMaxBytes: 10 * 1024 * 1024,
  logMaxBytes: 1024 * 1024 * 1024,
  processesMax: 2048,
  openFilesMax: 1024,
}

export const SCRIPT_SETTINGS: ScriptSettings = {
  isolation: 'process',
  isolationByNamespace: {},
  hidden: [],
  writable: [],
  zygotesMax: 16,
  zygoteIdleMs: 5_000,
  limits: { memoryMaxBytes: 0, processesMax: 0, cpusMax: 0 },
}

/** The key as one word, for maps and for the mark that a script's processes carry. */
export function keyText(key: JobKey): string {
  return `${key.executionId}-${key.run}-${key.epoch}`
}
