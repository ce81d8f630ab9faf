// A task runner takes a command with its files and runs it somewhere: as a process here, later in a container or a pod.
import type { Writable } from 'node:stream'
import type { LazyProperties } from './lazy-properties.ts'
import type { Shape } from './property.ts'
import type { RunContext } from './run-context.ts'
import type { TypeDescription } from './task.ts'

export interface TaskRunnerDefinition<S extends Shape = Shape> extends TaskRunnerBody<S> {
  readonly kind: 'task runner'
}

export interface TaskRunnerBody<S extends Shape> extends TypeDescription<S> {
  /** Commands see `cwd` and `reads` of this machine and nothing else of it: no programs, no other files. */
  readonly isContained?: boolean
  run(ctx: RunContext, props: LazyProperties<S>, command: Command): Promise<CommandResult>
}

export interface Command {
  readonly argv: readonly [string, ...string[]]
  /** Added to the small environment that every command has. */
  readonly env: ReadonlyMap<string, string>
  /** The folder to start in, holding the task's files. */
  readonly cwd: string
  /** Takes one line of output. While the promise is pending the command's pipe is not read: that is the back-pressure. */
  readonly onLine: (line: OutputLine) => void | Promise<void>
  /** Given what the command reads, as soon as it has begun; without it the command has nothing to read. Only the runner of processes knows it. */
  readonly onStart?: (stdin: Writable) => void
  /** For runners in containers. */
  readonly containerImage?: string
  /** Part of the preparation of a task: its log is not told how this ran. */
  readonly isAside?: boolean
  /** Folders beside `cwd` that the command is to write to, for runners that keep the rest from it. */
  readonly writes?: readonly string[]
  /** Folders beside `cwd` that the command must find under the same path, for runners that show it nothing else. */
  readonly reads?: readonly string[]
  /** The same program for runners that keep an interpreter warm: nobody may tell by what it does whether this or `argv` was run. */
  readonly warm?: WarmProgram
}

export interface WarmProgram {
  readonly language: 'python'
  /** Absolute path of the interpreter. */
  readonly executable: string
  /** What the interpreter runs: it takes the script as its only argument, and with `--serve` it waits for scripts. */
  readonly launcher: string
  readonly script: string
}

export interface OutputLine {
  readonly stream: 'stdout' | 'stderr'
  /** Without its line end; a longer line arrives in pieces. */
  readonly text: string
}

export interface CommandResult {
  /** 128 + signal number when a signal ended the command. */
  readonly exitCode: number
  /** The signal that ended it, if one did. */
  readonly signal?: string
}

export function defineTaskRunner<S extends Shape>(definition: TaskRunnerBody<S>): TaskRunnerDefinition<S> {
  return { ...definition, kind: 'task runner' }
}
