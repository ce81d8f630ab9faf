// The warm interpreters of a host. Each belongs to one execution and runs one script at a time; it is kept for the next script of the same
// execution, until it has idled long enough, has forked often enough, or its place is needed. Where none can be had the script starts cold.
import { createHash } from 'node:crypto'
import { messageOf } from '@batuta/plugin-sdk'
import type { Zygote } from './zygote.ts'

export interface PoolOptions {
  /** Interpreters that are kept, busy ones included; 0 for none at all. */
  readonly zygotesMax: number
  readonly idleMs: number
  /** Tells, once per kind of interpreter and while, why scripts start cold. */
  readonly onFailure: (message: string) => void
  /** Called when the last one of an execution has gone. */
  readonly onLeft: (executionId: string) => void
}

export interface WantedZygote {
  readonly executionId: string
  /** What must be the same for an interpreter to be used again: program, environment, sandbox. */
  readonly kind: readonly string[]
  readonly open: () => Promise<Zygote>
}

export interface Lease {
  readonly zygote: Zygote
  /** True when it has just been started for this script. */
  readonly isNew: boolean
  /** It is free for the next script; or, when it may have suffered, it is not used again. */
  release(isSound: boolean): void
}

interface Entry {
  readonly executionId: string
  readonly key: string
  zygote: Zygote | undefined
  isBusy: boolean
  timer: NodeJS.Timeout | undefined
}

const FORKS_MAX = 1_000
/** A kind of interpreter that does not start as a zygote is not tried again for as long. */
const UNFIT_MS = 60_000
const UNFIT_KINDS_MAX = 100

export class ZygotePool {
  readonly #options: PoolOptions
  /** In the order of their last use. */
  readonly #entries = new Set<Entry>()
  readonly #unfit = new Map<string, number>()

  constructor(options: PoolOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#entries.size
  }

  /** Whether something of the execution is kept, and with it its folder. */
  hasAny(executionId: string): boolean {
    for (const entry of this.#entries) if (entry.executionId === executionId) return true
    return false
  }

  /** Undefined when the script had better start cold. */
  async take(wanted: WantedZygote): Promise<Lease | undefined> {
    const kind = hashOf(wanted.kind)
    const key = hashOf([wanted.executionId, kind])
    const idle = [...this.#entries].find(entry => entry.key === key && !entry.isBusy && entry.zygote?.isGone === false)
    if (idle?.zygote !== undefined) return this.#lend(idle, idle.zygote, false)
    if (this.#isUnfit(kind)) return undefined
    const room = this.#makeRoom()
    if (room === undefined) return undefined
    const entry: Entry = { executionId: wanted.executionId, key, zygote: undefined, isBusy: true, timer: undefined }
    this.#entries.add(entry)
    try {
      await room
      const zygote = await wanted.open()
      entry.zygote = zygote
      void zygote.gone.then(() => this.#drop(entry))
      return this.#lend(entry, zygote, true)
    } catch (error) {
      this.#drop(entry)
      this.#markUnfit(kind)
      this.#options.onFailure(messageOf(error))
      return undefined
    }
  }

  close(): void {
    for (const entry of [...this.#entries]) this.#drop(entry)
  }

  #lend(entry: Entry, zygote: Zygote, isNew: boolean): Lease {
    clearTimeout(entry.timer)
    entry.isBusy = true
    this.#entries.delete(entry)
    this.#entries.add(entry)
    const release = (isSound: boolean): void => {
      if (!isSound || zygote.isGone || zygote.forks >= FORKS_MAX) return this.#drop(entry)
      entry.isBusy = false
      entry.timer = setTimeout(() => this.#drop(entry), this.#options.idleMs).unref()
    }
    return { zygote, isNew, release }
  }

  /** Settles when the one that had to go for it is dead; undefined when all are busy. */
  #makeRoom(): Promise<void> | undefined {
    if (this.#entries.size < this.#options.zygotesMax) return Promise.resolve()
    const idle = [...this.#entries].find(entry => !entry.isBusy)
    if (idle === undefined) return undefined
    this.#drop(idle)
    return idle.zygote?.gone ?? Promise.resolve()
  }

  #drop(entry: Entry): void {
    clearTimeout(entry.timer)
    entry.zygote?.kill()
    if (!this.#entries.delete(entry) || this.hasAny(entry.executionId)) return
    this.#options.onLeft(entry.executionId)
  }

  #isUnfit(kind: string): boolean {
    const untilMs = this.#unfit.get(kind)
    return untilMs !== undefined && performance.now() < untilMs
  }

  #markUnfit(kind: string): void {
    if (this.#unfit.size >= UNFIT_KINDS_MAX) this.#unfit.clear()
    this.#unfit.set(kind, performance.now() + UNFIT_MS)
  }
}

function hashOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64')
}
