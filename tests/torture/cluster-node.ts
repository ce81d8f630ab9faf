// One server process of a cluster, and who starts it again: as systemd or Kubernetes would, after every end that was not asked for.
import { setTimeout as sleep } from 'node:timers/promises'
import { startServer, type ServerOptions, type ServerProcess } from '../../bench/harness/server-process.ts'
import type { DatabaseProxy } from './database-proxy.ts'

export interface SelfExit {
  readonly code: number | null
  readonly atMs: number
  /** The last of what it said. */
  readonly words: string
}

export interface ClusterNodeOptions extends ServerOptions {
  readonly name: string
  readonly proxy: DatabaseProxy
}

const UP_TIMEOUT_MS = 90_000
const RESTART_PAUSE_MS = 200
const WORDS_CHARS = 3_000

export class ClusterNode {
  readonly name: string
  readonly proxy: DatabaseProxy
  readonly role: string
  readonly readyMs: number[] = []
  /** Ends that nobody asked for, after it was ready. */
  readonly exits: SelfExit[] = []
  /** Starts that came to nothing. */
  readonly failures: string[] = []
  readonly #options: ClusterNodeOptions
  #server: ServerProcess | undefined
  #startingPid: number | undefined
  #isWanted = false
  #isFrozen = false
  #life: Promise<void> | undefined
  #word = 0

  constructor(options: ClusterNodeOptions) {
    this.#options = options
    this.name = options.name
    this.proxy = options.proxy
    this.role = options.role ?? 'local'
  }

  /** Undefined while it is not up, or is frozen. */
  get server(): ServerProcess | undefined {
    return this.#isFrozen ? undefined : this.#server
  }

  get isFrozen(): boolean {
    return this.#isFrozen
  }

  /** Whether it is to be up: it may be just starting. */
  get isWanted(): boolean {
    return this.#isWanted
  }

  get pid(): number | undefined {
    return this.#server?.pid ?? this.#startingPid
  }

  /** Is started, and started again when it ends by itself, until it is killed or stopped. */
  start(): void {
    this.#word++
    this.#isWanted = true
    this.#life ??= this.#live().finally(() => (this.#life = undefined))
  }

  async whenUp(): Promise<ServerProcess> {
    for (const startMs = performance.now(); performance.now() - startMs < UP_TIMEOUT_MS;) {
      if (this.server) return this.server
      await sleep(20)
    }
    throw new Error(`${this.name} does not come up: ${this.failures.at(-1) ?? 'it says nothing'}`)
  }

  async kill(): Promise<void> {
    this.#isWanted = false
    const { pid } = this
    if (pid !== undefined) killIfThere(pid)
    this.#isFrozen = false
    await this.#life
  }

  /** Until `thaw`, or a kill. */
  freeze(): void {
    if (!this.#server) return
    this.#isFrozen = true
    this.#server.freeze()
  }

  thaw(): void {
    this.#server?.thaw()
    this.#isFrozen = false
  }

  async stop(): Promise<void> {
    this.#isWanted = false
    this.thaw()
    await this.#server?.stop()
    await this.#life
  }

  async #live(): Promise<void> {
    while (this.#isWanted) {
      const word = this.#word
      try {
        this.#server = await startServer({ ...this.#options, onSpawn: pid => (this.#startingPid = pid) })
      } catch (error) {
        // A start that was killed is no failure of it.
        if (this.#isWanted && word === this.#word)
          this.failures.push(error instanceof Error ? error.message : String(error))
        await sleep(RESTART_PAUSE_MS)
        continue
      } finally {
        this.#startingPid = undefined
      }
      await this.#until(this.#server)
    }
  }

  async #until(server: ServerProcess): Promise<void> {
    this.readyMs.push(server.readyMs)
    if (!this.#isWanted) await server.kill()
    const { code } = await server.exited
    this.#server = undefined
    this.#isFrozen = false
    if (!this.#isWanted) return
    this.exits.push({ code, atMs: Date.now(), words: server.stderr.slice(-WORDS_CHARS) })
    await sleep(RESTART_PAUSE_MS)
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
