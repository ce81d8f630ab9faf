// Maintenance: nothing new begins on any node, what runs may end. It is kept in the store, so that every node learns of it and a restart does not
// end it. New executions are refused, schedules fire when it is over, and jobs wait.
import type { Clock, Scheduler } from '../platform/platform.ts'
import type { Store } from '../storage/store.ts'

/** The system's own keys stand under no tenant. */
const KEY = { tenant: '', namespace: '', key: 'maintenance' }
const LOOK_EVERY_MS = 2_000

export interface MaintenanceModeOptions {
  readonly store: Store
  readonly platform: Clock & Scheduler
  onNotice(message: string, error?: unknown): void
}

export class MaintenanceMode {
  readonly #options: MaintenanceModeOptions
  #sinceMs: number | undefined
  #callOff: (() => void) | undefined

  constructor(options: MaintenanceModeOptions) {
    this.#options = options
  }

  get isOn(): boolean {
    return this.#sinceMs !== undefined
  }

  /** Since when, in epoch milliseconds; undefined when it is off. */
  get sinceMs(): number | undefined {
    return this.#sinceMs
  }

  async start(): Promise<void> {
    await this.#look()
    this.#again()
  }

  stop(): void {
    this.#callOff?.()
  }

  /** The other nodes learn of it within two seconds. */
  async enter(): Promise<void> {
    if (this.#sinceMs !== undefined) return
    const nowMs = this.#options.platform.nowMs()
    const row = { ...KEY, value: String(nowMs), type: 'NUMBER', description: null, expiresMs: null, updatedMs: nowMs }
    await this.#options.store.perform('setKey', row)
    this.#take(nowMs)
  }

  async exit(): Promise<void> {
    await this.#options.store.perform('deleteKey', KEY)
    this.#take(undefined)
  }

  async #look(): Promise<void> {
    const row = await this.#options.store.read.findKey(KEY.tenant, KEY.namespace, KEY.key)
    this.#take(row && Number(row.value))
  }

  #take(sinceMs: number | undefined): void {
    if ((sinceMs === undefined) !== (this.#sinceMs === undefined))
      this.#options.onNotice(sinceMs === undefined ? 'maintenance is over' : 'maintenance: nothing new begins')
    this.#sinceMs = sinceMs
  }

  #again(): void {
    const { platform, onNotice } = this.#options
    this.#callOff = platform.at(platform.nowMs() + LOOK_EVERY_MS, () => {
      this.#look()
        .catch((error: unknown) => onNotice('whether there is maintenance could not be read; it is tried again', error))
        .finally(() => this.#again())
    })
  }
}
