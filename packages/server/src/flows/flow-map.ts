// A map by flow. It is asked several times for every execution, so a look-up makes no text of the key.
import type { FlowKey } from '../storage/store.ts'

export class FlowMap<Item> {
  /** Tenant → namespace → flow. */
  readonly #tenants = new Map<string, Map<string, Map<string, Item>>>()

  get({ tenant, namespace, flowId }: FlowKey): Item | undefined {
    return this.#tenants.get(tenant)?.get(namespace)?.get(flowId)
  }

  set({ tenant, namespace, flowId }: FlowKey, item: Item): void {
    innerOf(innerOf(this.#tenants, tenant), namespace).set(flowId, item)
  }

  delete({ tenant, namespace, flowId }: FlowKey): void {
    const namespaces = this.#tenants.get(tenant)
    const flows = namespaces?.get(namespace)
    flows?.delete(flowId)
    if (flows?.size === 0) namespaces?.delete(namespace)
  }

  *values(): Iterable<Item> {
    for (const namespaces of this.#tenants.values()) for (const flows of namespaces.values()) yield* flows.values()
  }
}

function innerOf<Inner>(maps: Map<string, Map<string, Inner>>, key: string): Map<string, Inner> {
  const known = maps.get(key) ?? new Map<string, Inner>()
  maps.set(key, known)
  return known
}
