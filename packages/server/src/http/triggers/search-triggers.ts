// Search over the triggers of all flows, which are few enough to be read whole.
import type { StoredTrigger } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { parseMoment } from '../parse-moment.ts'
import { applyFilters, listOf, type Filter, type FilterTable } from '../read-filters.ts'

export interface TriggerSearch {
  readonly keeps: readonly ((row: StoredTrigger) => boolean)[]
}

type Text = (row: StoredTrigger) => string

/** Comparisons of a field with a text. */
function comparisons(textOf: Text): FilterTable<TriggerSearch>[string] {
  const keep =
    (test: (text: string, value: string) => boolean) =>
    (search: TriggerSearch, value: string): TriggerSearch => ({
      keeps: [...search.keeps, row => test(textOf(row), value)],
    })
  return {
    EQUALS: keep((text, value) => text === value),
    NOT_EQUALS: keep((text, value) => text !== value),
    IN: keep((text, value) => listOf(value).includes(text)),
    NOT_IN: keep((text, value) => !listOf(value).includes(text)),
    CONTAINS: keep((text, value) => text.includes(value)),
    STARTS_WITH: keep((text, value) => text.startsWith(value)),
    ENDS_WITH: keep((text, value) => text.endsWith(value)),
    PREFIX: keep((text, value) => text === value || text.startsWith(`${value}.`)),
  }
}

const FILTERS: FilterTable<TriggerSearch> = {
  q: comparisons(textOfAll),
  scope: { EQUALS: search => search, NOT_EQUALS: search => search, IN: search => search },
  namespace: comparisons(row => row.namespace),
  flowId: comparisons(row => row.flowId),
  triggerId: comparisons(row => row.triggerId),
  workerId: { EQUALS: search => search, IN: search => search },
  triggerState: comparisons(row => (row.isDisabled ? 'disabled' : 'enabled')),
}

function textOfAll({ namespace, flowId, triggerId }: StoredTrigger): string {
  return `${namespace}.${flowId} ${triggerId}`
}

export interface FlatTriggerSearch {
  readonly q?: string
  readonly namespace?: string
  readonly flowId?: string
  readonly dueBefore?: string
}

/** In the order of namespace, flow and trigger. */
export async function findTriggers(
  { q, namespace, flowId, dueBefore }: FlatTriggerSearch,
  filters: readonly Filter[],
  { store, config }: HttpDependencies,
): Promise<readonly StoredTrigger[]> {
  const dueMs = dueBefore === undefined ? undefined : parseMoment(dueBefore, 'dueBefore')
  const flat: TriggerSearch = {
    keeps: [
      ...(q === undefined || q === '' || q === '*' ? [] : [(row: StoredTrigger) => textOfAll(row).includes(q)]),
      ...(namespace === undefined || namespace === ''
        ? []
        : [(row: StoredTrigger) => row.namespace === namespace || row.namespace.startsWith(`${namespace}.`)]),
      ...(flowId === undefined || flowId === '' ? [] : [(row: StoredTrigger) => row.flowId === flowId]),
    ],
  }
  // A question of many words asks for all; EQUALS on `q` is a part of the text, too.
  const asked = filters.map(filter => (filter.field === 'q' ? { ...filter, operation: 'CONTAINS' } : filter))
  const { keeps } = applyFilters(flat, asked, FILTERS)
  const rows = await (dueMs === undefined ? store.read.listTriggers() : store.read.listDueTriggers(dueMs))
  return rows.filter(row => row.tenant === config.tenant && keeps.every(keep => keep(row))).sort(inOrder)
}

function inOrder(one: StoredTrigger, other: StoredTrigger): number {
  if (one.namespace !== other.namespace) return one.namespace < other.namespace ? -1 : 1
  if (one.flowId !== other.flowId) return one.flowId < other.flowId ? -1 : 1
  return one.triggerId < other.triggerId ? -1 : 1
}
