// The task runner for processes of this machine: chooses how strictly a script is kept apart and whether it is forked from a warm interpreter,
// and says so in the log of the attempt. What a script does and how it ends is the same whichever way it went.
import { mkdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { defineTaskRunner, MARK_VARIABLE, PROCESS_RUNNER, TaskError } from '@batuta/plugin-sdk'
import type {
  Command,
  CommandResult,
  HostInit,
  ProcessKeeper,
  RunContext,
  ScriptSettings,
  TaskRunnerDefinition,
  WarmProgram,
} from '@batuta/plugin-sdk'
import { enclose, type Argv, type SandboxView } from './bubblewrap.ts'
import { Cgroups, type Cgroup } from './cgroups/cgroups.ts'
import { Isolations, type Tier } from './isolations.ts'
import { startSandboxed } from './sandboxed-command.ts'
import { writeServePython } from './serve-python.ts'
import { StdioDoor } from './stdio-door.ts'
import { startEnvironment, isFitForWarmth } from './start-environment.ts'
import { ZygotePool, type Lease } from './zygote-pool.ts'
import { Zygote, ZygoteFailure } from './zygote.ts'

export interface ScriptRunnerOptions {
  readonly keeper: ProcessKeeper
  readonly init: Pick<HostInit, 'workDir' | 'cacheDir'>
  readonly settings: ScriptSettings
  readonly onNotice: (message: string) => void
}

export class ScriptRunner {
  readonly #options: ScriptRunnerOptions
  readonly #isolations: Isolations
  readonly #cgroups: Cgroups
  readonly #pool: ZygotePool
  /** Executions that have a folder of their own. */
  readonly #folders = new Set<string>()
  #door: Promise<StdioDoor> | undefined
  #opened = 0

  constructor(options: ScriptRunnerOptions) {
    const { settings, init, keeper, onNotice } = options
    this.#options = options
    this.#isolations = new Isolations({
      settings,
      places: { hidden: settings.hidden, readable: [init.cacheDir] },
      workDir: init.workDir,
      onNotice,
    })
    this.#cgroups = new Cgroups({ settings, name: keeper.name, onNotice })
    this.#pool = new ZygotePool({
      zygotesMax: process.platform === 'linux' ? settings.zygotesMax : 0,
      idleMs: settings.zygoteIdleMs,
      onFailure: message => onNotice(`scripts start cold for a while: ${message}`),
      onLeft: executionId => void this.#removeFolder(executionId),
    })
  }

  /** As the task runner that scripts find. */
  get definition(): TaskRunnerDefinition {
    return defineTaskRunner({ ...PROCESS_RUNNER, run: (ctx, _props, command) => this.#run(ctx, command) })
  }

  /** Where the working folders of an execution's tasks are made. A sandbox that is kept shows the folder of its execution only. */
  async workDirOf({
    executionId,
    namespace,
  }: {
    readonly executionId: string
    readonly namespace: string
  }): Promise<string> {
    const tier = await this.#isolations.find(namespace)
    if (tier !== 'bubblewrap') return this.#options.init.workDir
    this.#folders.add(executionId)
    return this.#folderOf(executionId)
  }

  /** To be called when a task has removed its working folder. */
  async leave(executionId: string): Promise<void> {
    if (this.#folders.has(executionId) && !this.#pool.hasAny(executionId)) await this.#removeFolder(executionId)
  }

  async close(): Promise<void> {
    this.#pool.close()
    const door = await this.#door?.catch(() => undefined)
    await door?.close()
    await this.#cgroups.close()
  }

  /** Between the start of a sandbox or a fork and the moment that the keeper answers for it, a sweep must not take it for a stray. */
  async #run(ctx: RunContext, command: Command): Promise<CommandResult> {
    const expected = this.#options.keeper.expect(ctx.attemptId)
    const group = await this.#cgroups.create()
    try {
      const result = await this.#runAs(ctx, command, group)
      for (const complaint of (await group?.readComplaints()) ?? []) ctx.logger.error(complaint)
      return result
    } finally {
      await group?.close()
      expected.release()
    }
  }

  async #runAs(ctx: RunContext, command: Command, group: Cgroup | undefined): Promise<CommandResult> {
    const { keeper } = this.#options
    const tier = await this.#isolations.get(ctx.flow.namespace)
    const warm =
      command.warm === undefined ? undefined : await this.#runWarm(ctx, { command, program: command.warm, tier, group })
    if (warm !== undefined) return warm
    if (command.isAside !== true) await this.#record(ctx, `isolation ${tier}, started cold`)
    const run = { attempt: ctx.attemptId, signal: ctx.signal }
    const enter = (argv: Argv): Argv => group?.enter(argv) ?? argv
    if (tier === 'process') return await keeper.run({ ...command, argv: enter(command.argv) }, run)
    ctx.signal.throwIfAborted()
    const view = this.#viewOf([command.cwd, ...(command.writes ?? [])])
    const started = await startSandboxed({ keeper, command, view, enter, mark: keeper.markOf(ctx.attemptId) })
    return await keeper.attend(started, command.onLine, run)
  }

  /** How an attempt is run stands in its log. */
  async #record(ctx: RunContext, how: string): Promise<void> {
    const limits = await this.#cgroups.describe()
    ctx.logger.debug(limits === '' ? how : `${how}, ${limits}`)
  }

  /** Undefined when the script must start cold; nothing of it has run then. */
  async #runWarm(ctx: RunContext, warm: Warm): Promise<CommandResult | undefined> {
    const { keeper } = this.#options
    const mark = keeper.markOf(ctx.attemptId)
    const env = new Map([...keeper.environment, ...warm.command.env, [MARK_VARIABLE, mark], ['PWD', warm.command.cwd]])
    if (!isFitForWarmth(env, warm.command.cwd)) return undefined
    const lease = await this.#lease(ctx, warm, env)
    if (lease === undefined) return undefined
    let isSound = false
    try {
      const { cwd, onLine } = warm.command
      const { script } = warm.program
      const request = { mark, cwd, script, env, signal: ctx.signal }
      const fork = await lease.zygote.fork(request)
      await warm.group?.add(fork.leader)
      const from = lease.isNew ? 'a new' : 'a kept'
      await this.#record(ctx, `isolation ${warm.tier}, forked from ${from} interpreter`)
      const ended = keeper.attend(fork, onLine, { attempt: ctx.attemptId, signal: ctx.signal })
      fork.go()
      const result = await ended
      isSound = !ctx.signal.aborted
      return await asFromShell(result, warm.command, ctx.signal)
    } catch (error) {
      if (!(error instanceof ZygoteFailure)) throw error
      this.#options.onNotice(`a script starts cold: ${error.message}`)
      return undefined
    } finally {
      lease.release(isSound)
    }
  }

  async #lease(ctx: RunContext, { program, tier }: Warm, env: ReadonlyMap<string, string>): Promise<Lease | undefined> {
    const startEnv = startEnvironment(env)
    const { executable, launcher } = program
    return await this.#pool.take({
      executionId: ctx.execution.id,
      kind: [executable, launcher, tier, ...Array.from(startEnv, entry => entry.join('=')).sort()],
      open: async () => {
        const door = await (this.#door ??= StdioDoor.open(this.#options.init.workDir))
        const folder = this.#folderOf(ctx.execution.id)
        if (tier === 'bubblewrap') await mkdir(folder, { recursive: true })
        return await Zygote.open({
          keeper: this.#options.keeper,
          door,
          program,
          servePath: await writeServePython(this.#options.init.cacheDir),
          env: startEnv,
          name: `zygote-${++this.#opened}`,
          ...(tier === 'process' ? {} : { enclose: this.#enclosing(folder, door) }),
        })
      },
    })
  }

  #enclosing(folder: string, door: StdioDoor): (argv: Argv, infoFd: number) => Argv {
    const view = this.#viewOf([folder])
    const readable = [...view.readable, door.folder]
    return (argv, infoFd) => enclose({ ...view, readable }, argv, { infoFd })
  }

  #viewOf(writable: readonly string[]): SandboxView {
    const { settings, init } = this.#options
    return { hidden: settings.hidden, readable: [init.cacheDir], writable: [...settings.writable, ...writable] }
  }

  /** As soon as it is empty: whoever leaves last removes it. */
  async #removeFolder(executionId: string): Promise<void> {
    const isRemoved = await rmdir(this.#folderOf(executionId)).then(
      () => true,
      () => false,
    )
    if (isRemoved) this.#folders.delete(executionId)
  }

  #folderOf(executionId: string): string {
    if (!/^[\w-]+$/.test(executionId)) throw new TaskError(`"${executionId}" is no name of a folder`)
    return join(this.#options.init.workDir, executionId)
  }
}

interface Warm {
  readonly command: Command
  readonly program: WarmProgram
  readonly tier: Tier
  readonly group: Cgroup | undefined
}

/** What a shell says of a command that a signal ended. */
const SHELL_WORDS: ReadonlyMap<string, string> = new Map([
  ['SIGHUP', 'Hangup'],
  ['SIGQUIT', 'Quit'],
  ['SIGILL', 'Illegal instruction'],
  ['SIGTRAP', 'Trace/breakpoint trap'],
  ['SIGABRT', 'Aborted'],
  ['SIGBUS', 'Bus error'],
  ['SIGFPE', 'Floating point exception'],
  ['SIGKILL', 'Killed'],
  ['SIGUSR1', 'User defined signal 1'],
  ['SIGSEGV', 'Segmentation fault'],
  ['SIGUSR2', 'User defined signal 2'],
  ['SIGALRM', 'Alarm clock'],
  ['SIGTERM', 'Terminated'],
  ['SIGXCPU', 'CPU time limit exceeded'],
  ['SIGXFSZ', 'File size limit exceeded'],
])

/** A cold script is the child of a shell, which turns the end by a signal into a line and an exit code. */
async function asFromShell(result: CommandResult, { onLine }: Command, signal: AbortSignal): Promise<CommandResult> {
  if (result.signal === undefined || signal.aborted) return result
  const text = SHELL_WORDS.get(result.signal)
  if (text !== undefined) await onLine({ stream: 'stderr', text })
  return { exitCode: result.exitCode }
}
