// An interpreter that is kept warm and forks once per script: its process, seen from the host. It is told of one script at a time, says whom it
// forked and how that ended; between the two the script is a process like any other, with its own session, mark and output streams.
//
//   opening → idle ⇄ forking → running → idle
//   any of them → gone: it ended, was killed, or did not answer in time. A script that had not begun may then be run elsewhere; one that had
//   begun ends as killed.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { MARK_VARIABLE } from '@batuta/plugin-sdk'
import type { CommandResult, ProcessKeeper, StartedProcess, WarmProgram } from '@batuta/plugin-sdk'
import { readLeader, type Argv } from './bubblewrap.ts'
import { findNested } from './find-nested.ts'
import type { StdioDoor, Streams } from './stdio-door.ts'

export interface ZygoteOptions {
  readonly keeper: ProcessKeeper
  readonly door: StdioDoor
  readonly program: Pick<WarmProgram, 'executable' | 'launcher'>
  /** The file with what it does while it waits. */
  readonly servePath: string
  /** What the interpreter and its libraries read when they start. */
  readonly env: ReadonlyMap<string, string>
  /** Tells it from the others of this host. */
  readonly name: string
  /** Puts it into a sandbox that says on this descriptor who leads it. */
  readonly enclose?: (argv: Argv, infoFd: number) => Argv
}

export interface Fork extends StartedProcess {
  /** Lets the script begin. */
  go(): void
}

export interface ForkRequest {
  readonly mark: string
  readonly cwd: string
  readonly script: string
  readonly env: ReadonlyMap<string, string>
  readonly signal: AbortSignal
}

/** The zygote cannot be used, and nothing of the script has run. */
export class ZygoteFailure extends Error {
  override readonly name = 'ZygoteFailure'
}

/** Room for the marks of attempts, which are written over the zygote's own. */
const MARK_BYTES = 160
/** A machine under load needs its time; one that is stuck is rare. */
const READY_MS = 20_000
const FORK_MS = 10_000
const LOOK_MS = 1_000
const LOOKS_MAX = 3
const SAID_CHARS_MAX = 2_000
const CONTROL_FD = 3
const INFO_FD = 4
/** In `/proc/PID/stat`, counted from the state. */
const EXIT_STATUS_FIELD = 49
const SIGNAL_BITS = 127

export class Zygote {
  readonly #options: ZygoteOptions
  readonly #child: ChildProcess
  readonly #control: Duplex
  readonly #held: { release(): void }
  readonly #gone = Promise.withResolvers<void>()
  readonly #ready = Promise.withResolvers<number>()
  readonly #forked: ((innerId: number) => void)[] = []
  readonly #running = new Map<number, (result: CommandResult) => void>()
  /** Below which its forks are found; in a sandbox its first process. */
  #root: number
  #innerId = 0
  #isGone = false
  #said = ''
  #forks = 0

  private constructor(
    options: ZygoteOptions,
    { child, mark }: { readonly child: ChildProcess; readonly mark: string },
  ) {
    this.#options = options
    this.#child = child
    this.#control = streamOf(child.stdio[CONTROL_FD])
    this.#root = child.pid ?? 0
    this.#held = options.keeper.hold(mark)
    this.#listen()
  }

  /** @throws {ZygoteFailure} with what the interpreter said. */
  static async open(options: ZygoteOptions): Promise<Zygote> {
    const zygote = new Zygote(options, spawnZygote(options))
    try {
      if (options.enclose !== undefined) zygote.#root = await zygote.#within(zygote.#readLeader(), READY_MS)
      zygote.#innerId = await zygote.#within(zygote.#ready.promise, READY_MS)
      return zygote
    } catch (error) {
      zygote.kill()
      throw error
    }
  }

  /** How many scripts it has forked. */
  get forks(): number {
    return this.#forks
  }

  get isGone(): boolean {
    return this.#isGone
  }

  /** Settles when its process has ended. */
  get gone(): Promise<void> {
    return this.#gone.promise
  }

  get pid(): number {
    return this.#root
  }

  /** @throws {ZygoteFailure} when it does not fork in time; it is killed then, and nothing of the script has run. */
  async fork(request: ForkRequest): Promise<Fork> {
    const { door } = this.#options
    if (Buffer.byteLength(request.mark) > MARK_BYTES) throw new ZygoteFailure('the name of the attempt is too long')
    const guest = door.expect()
    try {
      const told = new Promise<number>(resolve => this.#forked.push(resolve))
      this.#control.write(frameOf(guest.token, request))
      const [innerId, streams] = await this.#within(Promise.all([told, guest.streams]), FORK_MS, request.signal)
      this.#forks++
      return this.#startedOf(innerId, streams)
    } catch (error) {
      guest.forget()
      this.kill()
      throw error
    }
  }

  /** Ends it at once, and in a sandbox all that is in there. */
  kill(): void {
    trySignal(this.#root, 'SIGKILL')
    this.#child.kill('SIGKILL')
  }

  #startedOf(innerId: number, { stdout, stderr }: Streams): Fork {
    const leader = this.#options.enclose === undefined ? innerId : findNested(this.#root, innerId)
    if (leader === undefined) throw new ZygoteFailure(`process ${innerId} of the sandbox is not found`)
    const exited = new Promise<CommandResult>(resolve => this.#running.set(innerId, resolve))
    const watching = new AbortController()
    void exited.then(() => watching.abort())
    void this.#watch(innerId, leader, watching.signal)
    void this.gone.then(() => this.#lose(innerId, leader))
    return { leader, stdout, stderr, exited, go: () => void stdout.write('g') }
  }

  #listen(): void {
    let held = ''
    this.#control.on('data', chunk => {
      const lines = (held + String(chunk)).split('\n')
      held = lines.pop() ?? ''
      for (const line of lines) this.#take(line)
    })
    this.#control.on('error', () => undefined)
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', chunk => (this.#said = (this.#said + String(chunk)).slice(-SAID_CHARS_MAX)))
    const end = (): void => {
      this.#isGone = true
      this.#held.release()
      this.#gone.resolve()
    }
    this.#child.once('exit', end).once('error', end)
  }

  #take(line: string): void {
    const [word, innerId = 0, number = 0] = line.split(' ').map((part, index) => (index === 0 ? part : Number(part)))
    if (word === 'ready') this.#ready.resolve(Number(innerId))
    if (word === 'forked') this.#forked.shift()?.(Number(innerId))
    if (word === 'exited') this.#end(Number(innerId), { exitCode: Number(number) })
    if (word === 'signalled') this.#end(Number(innerId), killedBy(Number(number)))
  }

  #end(innerId: number, result: CommandResult): void {
    this.#running.get(innerId)?.(result)
    this.#running.delete(innerId)
  }

  /** Its forks end with it: nobody would ever know how they ended. */
  #lose(innerId: number, leader: number): void {
    if (!this.#running.has(innerId)) return
    trySignal(-leader, 'SIGKILL')
    this.#end(innerId, killedBy(constants.signals.SIGKILL))
  }

  /** A zygote that was stopped does not say that its fork has ended: it is woken, and if that does not help, the kernel is asked. */
  async #watch(innerId: number, leader: number, isEnded: AbortSignal): Promise<void> {
    let looks = 0
    while (await sleep(LOOK_MS, true, { signal: isEnded, ref: false }).catch(() => false)) {
      const status = statusOfZombie(leader)
      looks = status === undefined ? 0 : looks + 1
      if (looks === 1) trySignal(findNested(this.#root, this.#innerId) ?? this.#root, 'SIGCONT')
      if (looks < LOOKS_MAX || status === undefined) continue
      this.#end(innerId, status)
      this.kill()
    }
  }

  async #within<T>(promise: Promise<T>, ms: number, signal?: AbortSignal): Promise<T> {
    const timer = new AbortController()
    const late = sleep(ms, undefined, { signal: timer.signal }).then(
      () => this.#fail(`did not answer within ${ms} ms`),
      () => new Promise<never>(() => undefined),
    )
    const ended = this.gone.then(() => this.#fail('ended'))
    const stopped = new Promise<never>((_resolve, reject) => {
      if (signal?.aborted === true) reject(signal.reason)
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true, signal: timer.signal })
    })
    try {
      return await Promise.race([promise, late, ended, stopped])
    } finally {
      timer.abort()
    }
  }

  #fail(what: string): never {
    const said = this.#said.trim() === '' ? '' : `: ${this.#said.trim()}`
    throw new ZygoteFailure(`the warm interpreter ${this.#options.program.executable} ${what}${said}`)
  }

  async #readLeader(): Promise<number> {
    return (await readLeader(streamOf(this.#child.stdio[INFO_FD]))) ?? this.#fail('is in no sandbox')
  }
}

function spawnZygote(options: ZygoteOptions): { readonly child: ChildProcess; readonly mark: string } {
  const { keeper, door, program, servePath, env, name, enclose } = options
  const mark = keeper.markOf(name).padEnd(MARK_BYTES, '.')
  const argv: Argv = [program.executable, program.launcher, '--serve', servePath, door.path, MARK_VARIABLE]
  const [file, ...args] = keeper.limit(enclose === undefined ? argv : enclose(argv, INFO_FD))
  const child = spawn(file, args, {
    cwd: '/',
    env: Object.fromEntries([...env, [MARK_VARIABLE, mark]]),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', ...(enclose === undefined ? [] : ['pipe' as const])],
  })
  return { child, mark }
}

function frameOf(token: string, { mark, cwd, script, env }: ForkRequest): Buffer {
  const entries = Array.from(env, ([name, value]) => `${name}=${value}`)
  const fields = Buffer.from([token, mark, cwd, script, ...entries].join('\0'))
  const size = Buffer.alloc(4)
  size.writeUInt32BE(fields.length)
  return Buffer.concat([size, fields])
}

function killedBy(number: number): CommandResult {
  const signal = Object.entries(constants.signals).find(([, value]) => value === number)?.[0]
  return { exitCode: 128 + number, ...(signal === undefined ? {} : { signal }) }
}

/** How a process ended whose parent has not asked yet; undefined for one that lives. */
function statusOfZombie(id: number): CommandResult | undefined {
  const text = readIfThere(`/proc/${id}/stat`)
  if (text === '') return killedBy(constants.signals.SIGKILL)
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  if (fields[0] !== 'Z') return undefined
  const status = Number(fields[EXIT_STATUS_FIELD])
  return (status & SIGNAL_BITS) === 0 ? { exitCode: (status >> 8) & 255 } : killedBy(status & SIGNAL_BITS)
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return '' // It has ended and was asked for.
  }
}

function trySignal(id: number, signal: NodeJS.Signals): void {
  try {
    if (id !== 0) process.kill(id, signal)
  } catch {
    // It has ended.
  }
}

function streamOf(stream: unknown): Duplex {
  if (stream instanceof Duplex) return stream
  throw new ZygoteFailure('the interpreter was not started')
}
