// Search over the flows in memory; only the rows of the page are read from the store.
import type { Label } from '@batuta/core'
import type { FlowEntry, HttpDependencies } from '../dependencies.ts'
import { applyFilters, listOf, type Filter, type FilterTable } from '../read-filters.ts'
import { unprocessable } from '../request-error.ts'

export interface FlowSearch {
  readonly q?: string
  readonly namespaces?: readonly string[]
  readonly prefix?: string
  readonly flowIds?: readonly string[]
  readonly labels: readonly Label[]
  readonly excluded: { readonly namespaces: readonly string[]; readonly labels: readonly Label[] }
}

const NOTHING: FlowSearch = { labels: [], excluded: { namespaces: [], labels: [] } }

const FILTERS: FilterTable<FlowSearch> = {
  q: {
    EQUALS: (search, q) => ({ ...search, q }),
    CONTAINS: (search, q) => ({ ...search, q }),
  },
  scope: { EQUALS: search => search, NOT_EQUALS: search => search, IN: search => search },
  namespace: {
    EQUALS: (search, value) => ({ ...search, namespaces: [value] }),
    IN: (search, value) => ({ ...search, namespaces: listOf(value) }),
    PREFIX: (search, prefix) => ({ ...search, prefix }),
    STARTS_WITH: (search, prefix) => ({ ...search, prefix }),
    NOT_EQUALS: (search, value) => ({ ...search, excluded: { ...search.excluded, namespaces: [value] } }),
    NOT_IN: (search, value) => ({ ...search, excluded: { ...search.excluded, namespaces: listOf(value) } }),
  },
  flowId: {
    EQUALS: (search, value) => ({ ...search, flowIds: [value] }),
    IN: (search, value) => ({ ...search, flowIds: listOf(value) }),
  },
  labels: {
    EQUALS: (search, value, key) => ({ ...search, labels: [...search.labels, labelOf(key, value)] }),
    NOT_EQUALS: (search, value, key) => ({
      ...search,
      excluded: { ...search.excluded, labels: [...search.excluded.labels, labelOf(key, value)] },
    }),
  },
}

export interface FlatFlowSearch {
  readonly q?: string
  readonly namespace?: string
  readonly labels?: readonly string[]
}

export function flowSearchOf({ q, namespace, labels = [] }: FlatFlowSearch, filters: readonly Filter[]): FlowSearch {
  const flat: FlowSearch = {
    ...NOTHING,
    ...(q === undefined || q === '' ? {} : { q }),
    ...(namespace === undefined || namespace === '' ? {} : { prefix: namespace }),
    labels: labels.map(parseLabel),
  }
  return applyFilters(flat, filters, FILTERS)
}

/** `key:value`; the value may hold colons. */
export function parseLabel(text: string): Label {
  const at = text.indexOf(':')
  if (at < 1) throw unprocessable('label-invalid', `The label "${text}" is invalid: write key:value.`)
  return { key: text.slice(0, at), value: text.slice(at + 1) }
}

function labelOf(key: string | undefined, value: string): Label {
  return key === undefined ? parseLabel(value) : { key, value }
}

/** By namespace and id, or as `sort` says. */
export function findFlows(
  search: FlowSearch,
  dependencies: HttpDependencies,
  sort: readonly string[] = [],
): readonly FlowEntry[] {
  const matching = [...dependencies.flows.all()].filter(entry => matches(entry, search, dependencies))
  const orders = sort.map(item => item.split(':'))
  return matching.sort((left, right) => {
    for (const [column, direction] of orders) {
      const order = compare(columnOf(left, column), columnOf(right, column)) * (direction === 'desc' ? -1 : 1)
      if (order !== 0) return order
    }
    return compare(left.namespace, right.namespace) || compare(left.flowId, right.flowId)
  })
}

function columnOf(entry: FlowEntry, column: string | undefined): string {
  if (column === 'id' || column === 'flowId') return entry.flowId
  if (column === 'namespace') return entry.namespace
  throw unprocessable('sort-invalid', `Flows cannot be sorted by "${column}"; they can by id and by namespace.`)
}

function compare(left: string, right: string): number {
  return left === right ? 0 : left < right ? -1 : 1
}

function matches(entry: FlowEntry, search: FlowSearch, { flows, config }: HttpDependencies): boolean {
  const { namespace, flowId } = entry
  const { q, namespaces, prefix, flowIds, labels, excluded } = search
  if (entry.tenant !== config.tenant) return false
  if (namespaces && !namespaces.includes(namespace)) return false
  if (prefix !== undefined && namespace !== prefix && !namespace.startsWith(`${prefix}.`)) return false
  if (flowIds && !flowIds.includes(flowId)) return false
  if (excluded.namespaces.includes(namespace)) return false
  if (q !== undefined && !`${namespace}.${flowId}`.toLowerCase().includes(q.toLowerCase())) return false
  if (labels.length + excluded.labels.length === 0) return true
  const own = labelsOf(entry, flows)
  const has = (wanted: Label): boolean => own.some(label => label.key === wanted.key && label.value === wanted.value)
  return labels.every(has) && !excluded.labels.some(has)
}

/** A list that is filtered by them asks all flows, again and again. The entry is another one as soon as the flow is saved. */
const keptLabels = new WeakMap<FlowEntry, readonly Label[]>()

export function labelsOf(entry: FlowEntry, flows: Pick<HttpDependencies['flows'], 'readFlow'>): readonly Label[] {
  const known = keptLabels.get(entry)
  if (known) return known
  const { labels } = flows.readFlow(entry)
  keptLabels.set(entry, labels)
  return labels
}
