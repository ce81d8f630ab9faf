// Starts commands as processes of this machine and answers for them: each leads its own session, carries the mark of its attempt, and
// is gone with all its descendants when the attempt is killed, when it ends, or when the keeper closes.
//
// Enforced on every command: soft limit of open files, no core dumps, a higher OOM score than ours, no environment but the allowed,
// and, unless we are root, which the kernel lets pass, a limit of the user's processes against fork bombs.
// Not enforced here: memory, CPU, file system and network; that is the work of cgroups and sandboxes.
import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { constants } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command, CommandResult, OutputLine } from '../task-runner.ts'
import { TaskError } from '../task-error.ts'
import { groupExists, killTree, signalGroup } from './kill-tree.ts'
import { countOwnTasks, findMarked, MARK_VARIABLE } from './process-table.ts'
import type { ProcessTree } from './process-table.ts'
import { readLines } from './read-lines.ts'

export interface KeeperOptions {
  /** Names this keeper among others on the machine and stays the same when it starts again, so that it finds what it left. */
  readonly name: string
  /** What every command sees. */
  readonly environment: ReadonlyMap<string, string>
  /** Time between asking and killing. */
  readonly killGraceMs: number
  /** 0 for no limit. */
  readonly openFilesMax: number
  /** Processes that a command may add to those of our user; 0 for no limit. */
  readonly processesMax: number
}

export interface RunOptions {
  /** Tells the attempt from all others. */
  readonly attempt: string
  /** Kills the command with all its descendants. */
  readonly signal: AbortSignal
}

/** A process that leads its own session and group, however it was started. */
export interface StartedProcess {
  readonly leader: number
  readonly stdout: Readable
  readonly stderr: Readable
  readonly exited: Promise<CommandResult>
}

type Child = ChildProcessByStdio<Writable | null, Readable, Readable>

interface Attended {
  readonly started: Omit<StartedProcess, 'leader'>
  readonly read: Promise<unknown>
}

/** How long output may keep coming from background processes after the command itself has ended. */
const LINGER_MS = 10_000
/** How long the rest of the output is read after a kill, when whoever takes the lines is slow. */
const REST_MS = 2_000
const SWEEP_MS = 1_000
const OOM_SCORE = 500

export class ProcessKeeper {
  readonly #options: KeeperOptions
  readonly #trees = new Map<string, ProcessTree>()
  /** Marks of processes that are no attempts. */
  readonly #held = new Set<string>()
  /** Attempts that are being started, and how many times. */
  readonly #expected = new Map<string, number>()
  #sweep: NodeJS.Timeout | undefined

  constructor(options: KeeperOptions) {
    this.#options = options
  }

  async run(command: Command, options: RunOptions): Promise<CommandResult> {
    options.signal.throwIfAborted()
    const child = this.#spawn(command, options)
    const attended = attach({ stdout: child.stdout, stderr: child.stderr, exited: exitOf(child) }, command.onLine)
    const leader = await pidOf(child, command)
    giveInput(child.stdin, command)
    return await this.#answerFor(attended, { leader, mark: this.markOf(options.attempt) }, options.signal)
  }

  /** Answers for a process that somebody else has started, until it and what it started are gone. */
  async attend(
    started: StartedProcess,
    onLine: Command['onLine'],
    { attempt, signal }: RunOptions,
  ): Promise<CommandResult> {
    return await this.#answerFor(
      attach(started, onLine),
      { leader: started.leader, mark: this.markOf(attempt) },
      signal,
    )
  }

  /**
   * Says that processes of the attempt come to be before anybody answers for them, so that they are not taken for some that were left behind. To
   * be released when somebody does, or when nothing has come of it.
   */
  expect(attempt: string): { release(): void } {
    const mark = this.markOf(attempt)
    this.#expected.set(mark, (this.#expected.get(mark) ?? 0) + 1)
    const release = (): void => {
      const left = (this.#expected.get(mark) ?? 0) - 1
      if (left > 0) this.#expected.set(mark, left)
      else this.#expected.delete(mark)
    }
    return { release }
  }

  /** Keeps a process that is no attempt from being taken for one that was left behind; to be released when it has ended. */
  hold(mark: string): { release(): void } {
    this.#held.add(mark)
    return { release: () => void this.#held.delete(mark) }
  }

  /** What the processes of an attempt carry in their environment. */
  markOf(attempt: string): string {
    return `${this.#options.name}/${attempt}`
  }

  get name(): string {
    return this.#options.name
  }

  get environment(): ReadonlyMap<string, string> {
    return this.#options.environment
  }

  get killGraceMs(): number {
    return this.#options.killGraceMs
  }

  /** The command under the limits that every command has. */
  limit(argv: Command['argv']): Command['argv'] {
    return withLimits(argv, this.#options)
  }

  /** Kills every attempt at once, without asking; for the end of the host. What is held is left to whoever holds it. */
  async close(): Promise<void> {
    clearTimeout(this.#sweep)
    const trees = [...this.#trees.values()]
    for (const { leader } of trees) signalGroup(leader, 'SIGKILL')
    await Promise.all(trees.map(tree => killTree(tree, 0)))
    await this.reap()
  }

  /** Kills what carries our name and belongs to no running attempt: left by an earlier keeper, or by a script that made daemons. */
  async reap(): Promise<number> {
    const lost = findMarked(`${this.#options.name}/`).filter(
      ({ mark }) => !this.#trees.has(mark) && !this.#held.has(mark) && !this.#expected.has(mark),
    )
    await Promise.all(lost.map(({ id, mark }) => killTree({ leader: id, mark }, 0)))
    return lost.length
  }

  #spawn(command: Command, { attempt }: RunOptions): Child {
    const { environment } = this.#options
    const env = Object.fromEntries([...environment, ...command.env, [MARK_VARIABLE, this.markOf(attempt)]])
    const [file, ...args] = this.limit(command.argv)
    const options = { cwd: command.cwd, env, detached: true }
    return command.onStart === undefined
      ? spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
      : spawn(file, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] })
  }

  async #answerFor(attended: Attended, tree: ProcessTree, signal: AbortSignal): Promise<CommandResult> {
    this.#trees.set(tree.mark, tree)
    try {
      return await this.#untilEnd(attended, tree, signal)
    } catch (error) {
      // Whoever takes the lines has failed: the command must not go on without witness.
      await killTree(tree, 0)
      throw error
    } finally {
      this.#trees.delete(tree.mark)
      this.#sweepSoon()
    }
  }

  async #untilEnd({ started, read }: Attended, tree: ProcessTree, signal: AbortSignal): Promise<CommandResult> {
    const { exited } = started
    const ended = Promise.all([exited.then(() => this.#afterExit(read, tree, started)), read])
    const isStopped = await Promise.race([ended.then(() => false), aborted(signal)])
    if (isStopped) {
      await killTree(tree, this.#options.killGraceMs)
      await closeSoon(started, ended)
    }
    return exited
  }

  /** Lets background processes finish what they print, within bounds, then ends whoever is left of the group. */
  async #afterExit(read: Promise<unknown>, tree: ProcessTree, started: Attended['started']): Promise<void> {
    const isRead = await isSettledWithin(read, LINGER_MS)
    if (!isRead || groupExists(tree.leader)) await killTree(tree, 0)
    if (!isRead) await closeSoon(started, read)
  }

  /** A daemon that left its session outlives the end of its attempt by a second. */
  #sweepSoon(): void {
    if (this.#sweep !== undefined) return
    this.#sweep = setTimeout(() => {
      this.#sweep = undefined
      void this.reap()
    }, SWEEP_MS).unref()
  }
}

/** A command that ends before it has read everything is nothing unusual. */
export function giveInput(stdin: Writable | null, { onStart }: Pick<Command, 'onStart'>): void {
  if (stdin === null || onStart === undefined) return
  stdin.on('error', () => undefined)
  onStart(stdin)
}

/** At once: a short command is over before anything else is done, and Node throws away output that nobody reads by then. */
function attach(started: Attended['started'], onLine: Command['onLine']): Attended {
  const read = Promise.all([forward(started.stdout, 'stdout', onLine), forward(started.stderr, 'stderr', onLine)])
  // Met where it is awaited; until then a failure must not count as unhandled.
  read.catch(() => undefined)
  return { started, read }
}

/** `ulimit` through a shell that replaces itself, because Node cannot set limits of a child. */
function withLimits(argv: Command['argv'], { openFilesMax, processesMax }: KeeperOptions): Command['argv'] {
  if (process.platform === 'win32') return argv
  const limits = ['ulimit -c 0']
  // The kernel takes a script before it takes the server. Here and not from outside: the command would begin before.
  if (process.platform === 'linux') limits.push(`{ echo ${OOM_SCORE} >/proc/self/oom_score_adj; } 2>/dev/null`)
  if (openFilesMax > 0) limits.push(`ulimit -S -n ${openFilesMax} 2>/dev/null`)
  if (processesMax > 0 && process.getuid?.() !== 0) {
    // Shells disagree on the letter.
    const most = countOwnTasks() + processesMax
    limits.push(`ulimit -u ${most} 2>/dev/null || ulimit -p ${most} 2>/dev/null`)
  }
  return ['/bin/sh', '-c', `${limits.join('; ')}; exec "$@"`, 'sh', ...argv]
}

function pidOf(child: Child, command: Command): Promise<number> {
  if (child.pid !== undefined) return Promise.resolve(child.pid)
  return new Promise((_resolve, reject) => {
    child.once('error', cause => {
      reject(new TaskError(`cannot start "${command.argv[0]}" in ${command.cwd}`, { cause }))
    })
  })
}

function exitOf(child: Child): Promise<CommandResult> {
  return new Promise(resolve => {
    child.once('exit', (code, signal) => {
      if (signal === null) resolve({ exitCode: code ?? 1 })
      else resolve({ exitCode: 128 + (constants.signals[signal] ?? 0), signal })
    })
  })
}

async function forward(stream: Readable, name: OutputLine['stream'], onLine: Command['onLine']): Promise<void> {
  try {
    await readLines(stream, text => onLine({ stream: name, text }))
  } catch (error) {
    // The end of a pipe that we closed ourselves after a kill.
    if (error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE') return
    throw error
  }
}

function aborted(signal: AbortSignal): Promise<true> {
  return new Promise(resolve => {
    if (signal.aborted) resolve(true)
    else signal.addEventListener('abort', () => resolve(true), { once: true })
  })
}

/** Reads what is left in the pipes, but not for ever. A failure of the reader is met where `read` is awaited. */
async function closeSoon({ stdout, stderr }: Attended['started'], read: Promise<unknown>): Promise<void> {
  await isSettledWithin(read, REST_MS)
  stdout.destroy()
  stderr.destroy()
}

async function isSettledWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const timer = new AbortController()
  const late = sleep(ms, false, { signal: timer.signal }).catch(() => false)
  const settled = promise.then(
    () => true,
    () => true,
  )
  const isSettled = await Promise.race([settled, late])
  timer.abort()
  return isSettled
}
