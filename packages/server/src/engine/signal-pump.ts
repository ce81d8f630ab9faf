// Takes the stored signals of this node's shards. A row is handed to the engine once at a time and disappears in the flush that acts on it; a
// hint brings it sooner, a sweep finds it in any case.
import { decodeValue, trust, type Signal } from '@batuta/core'
import type { Inbox } from '../inbox/inbox.ts'
import type { Clock, Scheduler } from '../platform/platform.ts'
import type { SignalRow } from '../storage/batch.ts'
import type { Store } from '../storage/store.ts'

const PAGE = 500
const SWEEP_EVERY_MS = 1_000

export interface SignalPumpOptions {
  readonly store: Store
  readonly engine: Inbox
  readonly platform: Clock & Scheduler
  owns(shard: number): boolean
  onNotice(message: string, error?: unknown): void
}

export class SignalPump {
  readonly #options: SignalPumpOptions
  readonly #underWay = new Set<string>()
  #callOff: (() => void) | undefined
  #isSweeping = false
  #isStopped = false

  constructor(options: SignalPumpOptions) {
    this.#options = options
  }

  /** Sweeps from now on; only where other nodes store signals, too. */
  start(): void {
    this.#again()
  }

  stop(): void {
    this.#isStopped = true
    this.#callOff?.()
  }

  /** A row that was committed just now. */
  take(row: SignalRow): void {
    if (this.#underWay.has(row.id) || !this.#options.owns(row.shard)) return
    this.#underWay.add(row.id)
    this.#options.engine
      .submit(trust<Signal>(decodeValue(row.body)), { rowId: row.id })
      .catch(error => this.#options.onNotice(`the signal ${row.id} was not taken; it is tried again`, error))
      .finally(() => this.#underWay.delete(row.id))
  }

  /** Reads all rows that are there; settles when they are handed over. */
  async sweep(): Promise<void> {
    if (this.#isSweeping || this.#isStopped) return
    this.#isSweeping = true
    try {
      for (let after = ''; ;) {
        const rows = await this.#options.store.read.listSignals(after, PAGE)
        for (const row of rows) this.take(row)
        const last = rows.at(-1)
        if (!last || rows.length < PAGE) return
        after = last.id
      }
    } finally {
      this.#isSweeping = false
    }
  }

  #again(): void {
    if (this.#isStopped) return
    const { platform, onNotice } = this.#options
    this.#callOff = platform.at(platform.nowMs() + SWEEP_EVERY_MS, () => {
      this.sweep()
        .catch(error => onNotice('stored signals could not be read; it is tried again', error))
        .finally(() => this.#again())
    })
  }
}
