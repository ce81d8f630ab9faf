// Kill switches, as every node knows them. They are kept in the store, so that they outlive a restart and all nodes learn of them; what begins asks
// `judge` at the gate, and whoever can reach the executions under way is told when a switch comes into force. The narrowest switch that fits counts.
import { trust, type SwitchedOff } from '@batuta/core'
import type { Clock, Scheduler } from '../platform/platform.ts'
import type { KeyRow, Store } from '../storage/store.ts'

export interface KillSwitch {
  readonly id: string
  readonly name: string
  readonly description?: string
  /** With all below it; all of the tenant unless said. */
  readonly namespace?: string
  readonly flowId?: string
  /** These executions alone. */
  readonly executionIds: readonly string[]
  readonly startMs: number
  readonly endMs?: number
  /** PASS: lets through what a wider switch would stop. */
  readonly evaluationType: 'PASS' | SwitchedOff['how']
  readonly isEnabled: boolean
}

/** What a switch asks of an execution. */
export interface Switchable {
  readonly id: string
  readonly namespace: string
  readonly flowId: string
}

export interface KillSwitchesOptions {
  readonly store: Store
  readonly platform: Clock & Scheduler
  onNotice(message: string, error?: unknown): void
}

/** The system's own keys stand under no tenant. */
const PLACE = { tenant: '', namespace: 'kill-switches' }
const LOOK_EVERY_MS = 2_000

export class KillSwitches {
  readonly #options: KillSwitchesOptions
  readonly #listeners = new Set<(thrown: KillSwitch) => void>()
  #known: readonly KillSwitch[] = []
  #inForce: readonly KillSwitch[] = []
  #callOff: (() => void) | undefined

  constructor(options: KillSwitchesOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    await this.#look()
    this.#again()
  }

  stop(): void {
    this.#callOff?.()
  }

  list(): readonly KillSwitch[] {
    return this.#known
  }

  isInForce({ isEnabled, startMs, endMs }: KillSwitch): boolean {
    const nowMs = this.#options.platform.nowMs()
    return isEnabled && startMs <= nowMs && (endMs === undefined || nowMs < endMs)
  }

  /** The other nodes learn of it within two seconds. */
  async put(wanted: KillSwitch): Promise<void> {
    const { store, platform } = this.#options
    const row = { ...PLACE, key: wanted.id, value: JSON.stringify(wanted), type: 'JSON' }
    await store.perform('setKey', { ...row, description: null, expiresMs: null, updatedMs: platform.nowMs() })
    // One that is changed while it is in force is thrown anew: it may reach further.
    this.#inForce = this.#inForce.filter(({ id }) => id !== wanted.id)
    await this.#look()
  }

  async remove(id: string): Promise<boolean> {
    const wasThere = await this.#options.store.perform('deleteKey', { ...PLACE, key: id })
    await this.#look()
    return wasThere
  }

  /** Undefined for what may begin. Most servers have no switch: the question costs nothing then. */
  readonly judge = (execution: Switchable): SwitchedOff | undefined => {
    if (this.#inForce.length === 0) return undefined
    const found = this.#inForce
      .filter(each => fits(each, execution) && this.isInForce(each))
      .reduce<KillSwitch | undefined>((best, each) => (best && outranks(best, each) ? best : each), undefined)
    if (!found || found.evaluationType === 'PASS') return undefined
    return { how: found.evaluationType, by: found.name }
  }

  /** Called when a switch comes into force: those under way are to be told. */
  onThrown(listener: (thrown: KillSwitch) => void): () => void {
    this.#listeners.add(listener)
    for (const each of this.#inForce) listener(each)
    return () => void this.#listeners.delete(listener)
  }

  async #look(): Promise<void> {
    const { store, onNotice } = this.#options
    const rows = await store.read.listKeys(PLACE.tenant, PLACE.namespace)
    this.#known = rows.map(switchOf)
    const before = new Set(this.#inForce.map(({ id }) => id))
    this.#inForce = this.#known.filter(each => this.isInForce(each))
    for (const each of this.#inForce) {
      if (before.has(each.id)) continue
      onNotice(`the kill switch "${each.name}" is in force: ${each.evaluationType}`)
      for (const listener of this.#listeners) listener(each)
    }
  }

  #again(): void {
    const { platform, onNotice } = this.#options
    this.#callOff = platform.at(platform.nowMs() + LOOK_EVERY_MS, () => {
      this.#look()
        .catch((error: unknown) => onNotice('the kill switches could not be read; it is tried again', error))
        .finally(() => this.#again())
    })
  }
}

export function fits({ namespace, flowId, executionIds }: KillSwitch, execution: Switchable): boolean {
  if (executionIds.length > 0) return executionIds.includes(execution.id)
  if (flowId !== undefined) return execution.flowId === flowId && execution.namespace === namespace
  if (namespace === undefined) return true
  return execution.namespace === namespace || execution.namespace.startsWith(`${namespace}.`)
}

const SEVERITY: Readonly<Record<KillSwitch['evaluationType'], number>> = { PASS: 0, IGNORE: 1, CANCEL: 2, KILL: 3 }

/** The narrower one; of two that are as narrow, the one that does more. */
function outranks(left: KillSwitch, right: KillSwitch): boolean {
  const [one, other] = [widthOf(left), widthOf(right)]
  return one === other ? SEVERITY[left.evaluationType] >= SEVERITY[right.evaluationType] : one < other
}

/** An execution, a flow, a namespace (a longer one is narrower), everything. */
function widthOf({ namespace, flowId, executionIds }: KillSwitch): number {
  if (executionIds.length > 0) return -2
  if (flowId !== undefined) return -1
  return namespace === undefined ? Number.MAX_SAFE_INTEGER : 1_000 - namespace.split('.').length
}

function switchOf({ value }: KeyRow): KillSwitch {
  return trust<KillSwitch>(JSON.parse(value))
}
