// What one may search executions by, in both forms of the API, as one query over header rows.
import { EXECUTION_MOVES, parseDuration, type Label } from '@batuta/core'
import type { ExecutionRow } from '../../storage/batch.ts'
import type { ExecutionQuery } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { parseLabel } from '../flows/search-flows.ts'
import { parseMoment } from '../parse-moment.ts'
import { applyFilters, listOf, type Filter, type FilterTable } from '../read-filters.ts'
import { rangeOf } from '../range-of.ts'
import { unprocessable } from '../request-error.ts'

export interface FlatSearch {
  readonly q?: string
  readonly namespace?: string
  readonly flowId?: string
  readonly startDate?: string
  readonly endDate?: string
  readonly timeRange?: string
  readonly state?: readonly string[]
  readonly labels?: readonly string[]
  readonly triggerExecutionId?: string
  readonly childFilter?: string
}

export interface ExecutionSearch {
  readonly query: Omit<ExecutionQuery, 'limit'>
  readonly q?: string
  /** What the store has no index for: looked for among the newest rows. */
  readonly keeps?: (row: ExecutionRow) => boolean
  /** Nothing can match. */
  readonly isEmpty?: boolean
}

type Narrow = (search: ExecutionSearch, value: string, key: string | undefined) => ExecutionSearch

function narrowed(more: (value: string, key: string | undefined) => Partial<ExecutionSearch['query']>): Narrow {
  return (search, value, key) => ({ ...search, query: { ...search.query, ...more(value, key) } })
}

const asIs: Narrow = search => search
const none: Narrow = search => ({ ...search, isEmpty: true })
const text: Narrow = (search, q) => ({ ...search, q })
const from: Narrow = narrowed(value => ({ startFromMs: parseMoment(value, 'startDate') }))
const to: Narrow = narrowed(value => ({ startToMs: parseMoment(value, 'endDate') }))
/** What no index helps with is looked at row by row. */
function kept(test: (row: ExecutionRow, value: string) => boolean): Narrow {
  return (search, value) => keeping(search, row => test(row, value))
}

function keeping(search: ExecutionSearch, test: (row: ExecutionRow) => boolean): ExecutionSearch {
  const { keeps } = search
  return { ...search, keeps: keeps ? row => keeps(row) && test(row) : test }
}

/** Comparisons of a text of the row. */
function comparisons(textOf: (row: ExecutionRow) => string): Readonly<Record<string, Narrow>> {
  return {
    EQUALS: kept((row, value) => textOf(row) === value),
    NOT_EQUALS: kept((row, value) => textOf(row) !== value),
    IN: kept((row, value) => listOf(value).includes(textOf(row))),
    NOT_IN: kept((row, value) => !listOf(value).includes(textOf(row))),
    CONTAINS: kept((row, value) => textOf(row).toLowerCase().includes(value.toLowerCase())),
    STARTS_WITH: kept((row, value) => textOf(row).startsWith(value)),
    ENDS_WITH: kept((row, value) => textOf(row).endsWith(value)),
  }
}

function longer(search: ExecutionSearch, value: string, isLonger: boolean): ExecutionSearch {
  const ms = parseDuration(value)
  if (ms === undefined)
    throw unprocessable('filter-invalid', `The duration is "${value}": write an ISO 8601 duration such as PT5M.`)
  return keeping(search, ({ endMs, createdMs }) => endMs !== null && endMs - createdMs > ms === isLonger)
}

const otherStates = (value: string): readonly string[] =>
  Object.keys(EXECUTION_MOVES).filter(state => !listOf(value).includes(state))

function filtersAt(nowMs: number): FilterTable<ExecutionSearch> {
  return {
    q: { EQUALS: text, CONTAINS: text },
    scope: { EQUALS: asIs, NOT_EQUALS: asIs, IN: asIs },
    namespace: {
      ...comparisons(row => row.namespace),
      EQUALS: narrowed(namespace => ({ namespace, isPrefix: false })),
      PREFIX: narrowed(namespace => ({ namespace, isPrefix: true })),
      STARTS_WITH: narrowed(namespace => ({ namespace, isPrefix: true })),
    },
    flowId: { ...comparisons(row => row.flowId), EQUALS: narrowed(flowId => ({ flowId })) },
    triggerId: comparisons(row => row.triggerId ?? ''),
    flowRevision: comparisons(row => String(row.revision)),
    parentId: { EQUALS: narrowed(parentId => ({ parentId })) },
    duration: {
      GREATER_THAN: (search, value) => longer(search, value, true),
      LESS_THAN: (search, value) => longer(search, value, false),
    },
    waitsFor: comparisons(row => row.waitsFor ?? ''),
    state: {
      EQUALS: narrowed(value => ({ states: listOf(value) })),
      IN: narrowed(value => ({ states: listOf(value) })),
      NOT_EQUALS: narrowed(value => ({ states: otherStates(value) })),
      NOT_IN: narrowed(value => ({ states: otherStates(value) })),
    },
    startDate: {
      GREATER_THAN: from,
      GREATER_THAN_OR_EQUAL_TO: from,
      LESS_THAN: to,
      LESS_THAN_OR_EQUAL_TO: to,
      EQUALS: from,
    },
    endDate: {
      GREATER_THAN: from,
      GREATER_THAN_OR_EQUAL_TO: from,
      LESS_THAN: to,
      LESS_THAN_OR_EQUAL_TO: to,
      EQUALS: to,
    },
    timeRange: { EQUALS: narrowed(value => ({ startFromMs: nowMs - rangeOf(value) })) },
    labels: {
      EQUALS: (search, value, key) => withLabel(search, key === undefined ? parseLabel(value) : { key, value }),
    },
    triggerExecutionId: { EQUALS: narrowed(parentId => ({ parentId })) },
    childFilter: { EQUALS: (search, value) => keeping(search, childrenOrMains(value)) },
    kind: {
      EQUALS: (search, value) => (value === 'NORMAL' ? search : none(search, value, undefined)),
      IN: (search, value) => (listOf(value).includes('NORMAL') ? search : none(search, value, undefined)),
    },
  }
}

function withLabel(search: ExecutionSearch, label: Label): ExecutionSearch {
  return { ...search, query: { ...search.query, labels: [...(search.query.labels ?? []), label] } }
}

function childrenOrMains(value: string): (row: ExecutionRow) => boolean {
  if (value !== 'CHILD' && value !== 'MAIN')
    throw unprocessable('filter-invalid', `childFilter is "${value}": it is CHILD or MAIN.`)
  return row => (row.parentId === null) === (value === 'MAIN')
}

/** Both forms of filters, as one query. The flat namespace is a prefix. */
export function executionSearchOf(
  flat: FlatSearch,
  filters: readonly Filter[],
  { config, platform }: HttpDependencies,
): ExecutionSearch {
  const { q, namespace, flowId, startDate, endDate, timeRange, state, labels, triggerExecutionId, childFilter } = flat
  if (timeRange !== undefined && startDate !== undefined) {
    throw unprocessable('date-invalid', 'timeRange and startDate exclude each other.')
  }
  const query: ExecutionSearch['query'] = {
    tenant: config.tenant,
    ...(namespace === undefined || namespace === '' ? {} : { namespace, isPrefix: true }),
    ...(flowId === undefined || flowId === '' ? {} : { flowId }),
    ...(startDate === undefined ? {} : { startFromMs: parseMoment(startDate, 'startDate') }),
    ...(endDate === undefined ? {} : { startToMs: parseMoment(endDate, 'endDate') }),
    ...(timeRange === undefined ? {} : { startFromMs: platform.nowMs() - rangeOf(timeRange) }),
    ...(state === undefined || state.length === 0 ? {} : { states: state }),
    ...(labels === undefined ? {} : { labels: labels.map(parseLabel) }),
    ...(triggerExecutionId === undefined ? {} : { parentId: triggerExecutionId }),
  }
  const flatSearch: ExecutionSearch = {
    query,
    ...(q === undefined || q === '' ? {} : { q }),
    ...(childFilter === undefined ? {} : { keeps: childrenOrMains(childFilter) }),
  }
  return applyFilters(flatSearch, filters, filtersAt(platform.nowMs()))
}
