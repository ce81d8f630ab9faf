// The server under test: the built product, started as a user starts it, in a process of its own.
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

export const ROOT: string = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const COMMAND = join(ROOT, 'bin', 'batuta')
const READY_LINE = /Batuta is ready (?:at http:\/\/([\d.]+):(\d+)|\()/
/** They load no flows and listen to nobody. */
const READY_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 30_000
const STDERR_KEPT_CHARS = 20_000
const INTERRUPTED = 130

export interface ServerOptions {
  readonly dataDir: string
  readonly flowsDir: string
  readonly env?: Readonly<Record<string, string>>
  /** What the process does: the word after `batuta server`. All of it unless said. */
  readonly role?: string
  /** As a service has one: the scheduler then shares the processors between it and whoever uses it, and not between it and who measures. */
  readonly hasOwnSession?: boolean
  /** Called before it is ready. */
  onSpawn?(pid: number): void
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export class ServerProcess {
  readonly host: string
  /** NaN when it does not answer to HTTP: it has not the role for it. */
  readonly port: number
  /** From the start of the process to the line that says it is ready. */
  readonly readyMs: number
  readonly #child: Child
  readonly #exited: Promise<Exit>
  readonly #stderr: () => string

  constructor(child: Child, facts: Started) {
    this.#child = child
    this.host = facts.host
    this.port = facts.port
    this.readyMs = facts.readyMs
    this.#exited = facts.exited
    this.#stderr = facts.stderr
  }

  get pid(): number {
    return this.#child.pid ?? -1
  }

  get address(): string {
    return `http://${this.host}:${this.port}`
  }

  /** What it wrote to its error output, the last part of it. */
  get stderr(): string {
    return this.#stderr()
  }

  /** Settles when the process has ended, by whatever cause. */
  get exited(): Promise<Exit> {
    return this.#exited
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS)
    await this.#exited
    clearTimeout(timer)
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exited
  }

  /** Stops every thread of it, but not its children. */
  freeze(): void {
    this.#child.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child.kill('SIGCONT')
  }
}

type Child = ChildProcessByStdio<null, Readable, Readable>

interface Started {
  readonly host: string
  readonly port: number
  readonly readyMs: number
  readonly exited: Promise<Exit>
  stderr(): string
}

export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const startedMs = performance.now()
  const { child, exited } = spawnChild(options)
  options.onSpawn?.(child.pid ?? -1)
  const stderr = keepTail(child.stderr)
  const ready = await Promise.race([readyLine(child), exited, timeout()])
  if (ready === undefined || !('port' in ready)) {
    child.kill('SIGKILL')
    const reason = ready === undefined ? `did not get ready in ${READY_TIMEOUT_MS} ms` : `ended with ${ready.code}`
    throw new Error(`the server ${reason}:\n${stderr()}`)
  }
  return new ServerProcess(child, { ...ready, readyMs: performance.now() - startedMs, exited, stderr })
}

/** Starts it and does not wait until it is ready. */
export function spawnServer(options: ServerOptions): { readonly pid: number; kill(): Promise<void> } {
  const { child, exited } = spawnChild(options)
  child.stdout.resume()
  child.stderr.resume()
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
  }
  return { pid: child.pid ?? -1, kill }
}

function spawnChild({ dataDir, flowsDir, env = {}, role = 'local', hasOwnSession = false }: ServerOptions): {
  readonly child: Child
  readonly exited: Promise<Exit>
} {
  if (!existsSync(join(ROOT, 'dist', 'cli.js'))) throw new Error('nothing is built yet: run "npm run build" first')
  // Not every role has an option for the folder of flows, but all may be told of it.
  const args = ['server', role, '--port', '0', '--data', dataDir]
  const child = spawn(COMMAND, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, BATUTA_FLOWS: flowsDir, ...env },
    detached: hasOwnSession,
  })
  if (hasOwnSession) endWithUs(child)
  const exited = new Promise<Exit>(resolve => child.once('exit', (code, signal) => resolve({ code, signal })))
  return { child, exited }
}

/** What has a session of its own does not hear of Ctrl+C. */
function endWithUs(child: Child): void {
  const end = (): void => void child.kill('SIGKILL')
  const stop = (): void => process.exit(INTERRUPTED)
  process.once('exit', end)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop)
  child.once('exit', () => process.off('exit', end))
}

function readyLine(child: Child): Promise<{ readonly host: string; readonly port: number }> {
  return new Promise(resolve => {
    let text = ''
    child.stdout.on('data', chunk => {
      text = (text + String(chunk)).slice(-STDERR_KEPT_CHARS)
      const match = READY_LINE.exec(text)
      if (match) resolve({ host: match[1] ?? '', port: Number(match[2]) })
    })
  })
}

function timeout(): Promise<undefined> {
  return new Promise(resolve => setTimeout(resolve, READY_TIMEOUT_MS, undefined).unref())
}

function keepTail(stream: Readable): () => string {
  let text = ''
  stream.on('data', chunk => {
    text = (text + String(chunk)).slice(-STDERR_KEPT_CHARS)
  })
  return () => text
}
