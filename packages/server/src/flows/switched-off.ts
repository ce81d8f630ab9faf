// Flow triggers and webhooks that people switched off by hand. Nothing else of them stands in the store, and they are judged in the middle of turns
// and calls: so this node keeps the few names in memory, read again whenever a flow or one of its triggers is changed.
import { FLOW_TRIGGER } from '@batuta/core'
import type { FlowKey, Store, TriggerKey } from '../storage/store.ts'
import type { FlowCatalogue } from './flow-catalogue.ts'

const WEBHOOK = 'io.kestra.plugin.core.trigger.Webhook'

export class SwitchedOff {
  readonly #store: Store
  readonly #flows: FlowCatalogue
  readonly #off = new Map<string, ReadonlySet<string>>()

  constructor(store: Store, flows: FlowCatalogue) {
    this.#store = store
    this.#flows = flows
  }

  has({ triggerId, ...flow }: TriggerKey): boolean {
    return this.#off.size > 0 && this.#off.get(nameOf(flow))?.has(triggerId) === true
  }

  /** Of one flow, or of all. */
  async load(flow?: FlowKey): Promise<void> {
    const known = flow ? [this.#flows.newest(flow)] : this.#flows.all()
    const isAny = [...known].some(entry => entry && isAsked(entry.parsed))
    const key = flow && { tenant: flow.tenant, namespace: flow.namespace, flowId: flow.flowId }
    const rows = isAny ? await this.#store.read.listTriggers(key) : []
    // Not before they are read: until then what was off is off.
    if (flow) this.#off.delete(nameOf(flow))
    else this.#off.clear()
    for (const row of rows) {
      if (!row.isDisabled) continue
      const name = nameOf(row)
      this.#off.set(name, new Set([...(this.#off.get(name) ?? []), row.triggerId]))
    }
  }
}

function isAsked(parsed: string): boolean {
  return parsed.includes(FLOW_TRIGGER) || parsed.includes(WEBHOOK)
}

function nameOf({ tenant, namespace, flowId }: FlowKey): string {
  return `${tenant}/${namespace}/${flowId}`
}
