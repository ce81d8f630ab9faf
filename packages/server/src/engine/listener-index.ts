// Flow triggers by what they listen to, so that a change of state finds the few that may care for it.
import { FLOW_TRIGGER, compileFlowListener, type FlowListener } from '@batuta/core'
import type { FlowCatalogue } from '../flows/flow-catalogue.ts'
import type { FlowKey, TriggerKey } from '../storage/store.ts'

export interface PlacedListener {
  readonly key: TriggerKey
  readonly listener: FlowListener
}

export class ListenerIndex {
  readonly #flows: FlowCatalogue
  readonly #ofFlow = new Map<string, readonly PlacedListener[]>()
  /** By the upstream's flow, by its namespace, and those that may care for any. */
  readonly #byFlow = new Map<string, Set<PlacedListener>>()
  readonly #byNamespace = new Map<string, Set<PlacedListener>>()
  readonly #byTenant = new Map<string, Set<PlacedListener>>()

  constructor(flows: FlowCatalogue) {
    this.#flows = flows
    for (const entry of flows.all()) if (entry.parsed.includes(FLOW_TRIGGER)) this.refresh(entry)
  }

  get isEmpty(): boolean {
    return this.#ofFlow.size === 0
  }

  all(): Iterable<PlacedListener> {
    return [...this.#ofFlow.values()].flat()
  }

  find({ triggerId, ...flow }: TriggerKey): PlacedListener | undefined {
    return this.#ofFlow.get(nameOf(flow))?.find(({ key }) => key.triggerId === triggerId)
  }

  ofFlow(flow: FlowKey): readonly PlacedListener[] {
    return this.#ofFlow.get(nameOf(flow)) ?? []
  }

  /** The flow was saved or deleted. */
  refresh({ tenant, namespace, flowId }: FlowKey): void {
    const flow = { tenant, namespace, flowId }
    const name = nameOf(flow)
    for (const placed of this.#ofFlow.get(name) ?? []) this.#remove(placed)
    this.#ofFlow.delete(name)
    const entry = this.#flows.newest(flow)
    if (!entry?.parsed.includes(FLOW_TRIGGER)) return
    const definition = this.#flows.planOf(entry).flow
    const listeners = definition.triggers
      .filter(trigger => trigger.type === FLOW_TRIGGER)
      .map(trigger => ({ key: { ...flow, triggerId: trigger.id }, listener: compileFlowListener(definition, trigger) }))
    if (listeners.length === 0) return
    this.#ofFlow.set(name, listeners)
    for (const placed of listeners) this.#add(placed)
  }

  /** Those that may care for an execution of that flow, never its own. */
  of(upstream: FlowKey): readonly PlacedListener[] {
    const { tenant, namespace, flowId } = upstream
    const found = [
      ...(this.#byFlow.get(nameOf(upstream)) ?? []),
      ...(this.#byNamespace.get(`${tenant}/${namespace}`) ?? []),
      ...(this.#byTenant.get(tenant) ?? []),
    ]
    const others = found.filter(({ key }) => key.namespace !== namespace || key.flowId !== flowId)
    return others.length > 1 ? [...new Set(others)] : others
  }

  #add(placed: PlacedListener): void {
    for (const [index, name] of this.#placesOf(placed)) index.set(name, (index.get(name) ?? new Set()).add(placed))
  }

  #remove(placed: PlacedListener): void {
    for (const [index, name] of this.#placesOf(placed)) {
      const known = index.get(name)
      known?.delete(placed)
      if (known?.size === 0) index.delete(name)
    }
  }

  #placesOf({ key, listener }: PlacedListener): (readonly [Map<string, Set<PlacedListener>>, string])[] {
    const { tenant } = key
    if (!listener.upstreams) return [[this.#byTenant, tenant]]
    return listener.upstreams.map(({ namespace, flowId }) =>
      flowId === undefined
        ? [this.#byNamespace, `${tenant}/${namespace}`]
        : [this.#byFlow, nameOf({ tenant, namespace, flowId })],
    )
  }
}

function nameOf({ tenant, namespace, flowId }: FlowKey): string {
  return `${tenant}/${namespace}/${flowId}`
}
