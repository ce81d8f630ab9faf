// Why triggers started nothing. Reasons are gathered for a moment, equal ones counted, and stored by the way: nothing waits for them, and a burst of
// refused calls costs one write a second.
import type { Clock, Scheduler } from '../platform/platform.ts'
import type { ReasonRow, Store, TriggerKey } from '../storage/store.ts'

/** What kept it from starting something. */
export type ReasonCode =
  | 'conditions'
  | 'window'
  | 'locked'
  | 'late'
  | 'missed'
  | 'disabled'
  | 'inputs'
  | 'nothing-new'
  | 'failed'
  | 'paused'
  | 'stopped'
  | 'held'
  | 'signature'

const WRITE_EVERY_MS = 1_000
const GATHERED_MAX = 5_000
const REASON_LENGTH_MAX = 500

export interface TriggerReasonsOptions {
  readonly store: Store
  readonly platform: Clock & Scheduler
  onNotice(message: string, error?: unknown): void
}

export class TriggerReasons {
  readonly #options: TriggerReasonsOptions
  #gathered = new Map<string, ReasonRow>()
  #callOff: (() => void) | undefined
  #writing: Promise<void> | undefined

  constructor(options: TriggerReasonsOptions) {
    this.#options = options
  }

  note({ tenant, namespace, flowId, triggerId }: TriggerKey, code: ReasonCode, text: string): void {
    const { platform } = this.#options
    const reason = text.slice(0, REASON_LENGTH_MAX)
    const name = JSON.stringify([tenant, namespace, flowId, triggerId, code, reason])
    const known = this.#gathered.get(name)
    if (!known && this.#gathered.size >= GATHERED_MAX) return
    const nowMs = platform.nowMs()
    this.#gathered.set(name, {
      ...{ tenant, namespace, flowId, triggerId, code, reason },
      firstMs: known?.firstMs ?? nowMs,
      lastMs: nowMs,
      count: (known?.count ?? 0) + 1,
    })
    this.#callOff ??= platform.at(nowMs + WRITE_EVERY_MS, () => void this.write())
  }

  /** All that was gathered so far. */
  async write(): Promise<void> {
    this.#callOff?.()
    this.#callOff = undefined
    await this.#writing
    this.#writing = this.#writeAll()
    await this.#writing
  }

  async #writeAll(): Promise<void> {
    if (this.#gathered.size === 0) return
    const rows = [...this.#gathered.values()]
    this.#gathered = new Map()
    try {
      await this.#options.store.perform('noteReasons', { rows })
    } catch (error) {
      this.#options.onNotice(`the reasons of ${rows.length} evaluations could not be stored`, error)
    }
  }
}
