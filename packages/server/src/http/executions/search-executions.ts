// The search over executions: one query over header rows; the documents of the page are folded from their journals.
import {
  isId,
  presentExecution,
  presentLightExecution,
  type ApiDialect,
  type ExecutionState,
  type Plan,
} from '@batuta/core'
import type { ExecutionRow, JournalRowOf } from '../../storage/batch.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { findFlows, flowSearchOf } from '../flows/search-flows.ts'
import { mapInTurns } from '../map-in-turns.ts'
import type { Filter } from '../read-filters.ts'
import { pageText, type Reply } from '../reply.ts'
import { unprocessable } from '../request-error.ts'
import { executionSearchOf, type ExecutionSearch, type FlatSearch } from './execution-search.ts'
import { lookAt } from './look.ts'
import { isWithin, listByKey } from './list-by-key.ts'
import { presentRow } from './present-row.ts'
import { foldExecution, viewExecution } from './read-execution.ts'

/** Rows are skipped up to here; who wants older ones narrows the search. */
const OFFSET_MAX = 10_000
/** Rows are counted up to here. */
const COUNT_MAX = 10_001

export interface Page {
  readonly cursor?: string
  readonly page?: number
  readonly size?: number
  readonly sort?: readonly string[]
}

export async function searchExecutions(
  flat: FlatSearch & Page,
  {
    filters,
    dialect,
    dependencies,
  }: { readonly filters: readonly Filter[]; readonly dialect: ApiDialect; readonly dependencies: HttpDependencies },
): Promise<Reply> {
  const { page = 1, size = 10, sort = [], cursor } = flat
  if (cursor !== undefined) {
    const { isAscending, column } = orderOf(sort)
    if (column)
      throw unprocessable(
        'sort-invalid',
        'By key executions are listed by their start: sort by state.startDate, or ask by page.',
      )
    return await listByKey(executionSearchOf(flat, filters, dependencies), { cursor, size, isAscending }, dependencies)
  }
  const offset = (page - 1) * size
  if (offset > OFFSET_MAX) {
    throw unprocessable('page-too-far', `Only the first ${OFFSET_MAX} rows can be paged through: narrow the search.`)
  }
  const order = orderOf(sort)
  const found = await findRows(executionSearchOf(flat, filters, dependencies), { offset, size, order }, dependencies)
  const documents = await presentAll(found.rows, dialect, dependencies)
  return pageText(documents, found.total)
}

/** All rows that a search finds, newest first, up to a bound; `total` tells whether there are more. */
export async function findAllRows(
  search: ExecutionSearch,
  limit: number,
  dependencies: HttpDependencies,
): Promise<Rows> {
  return await findRows(search, { offset: 0, size: limit, order: { isAscending: false } }, dependencies)
}

/** The same, where nobody asks how many there are: ten thousand are not counted for it. */
export async function findNewestRows(
  search: ExecutionSearch,
  limit: number,
  dependencies: HttpDependencies,
): Promise<readonly ExecutionRow[]> {
  const { query, q, keeps, isEmpty } = search
  if (isEmpty || q !== undefined || keeps) return (await findAllRows(search, limit, dependencies)).rows
  return await dependencies.store.read.listExecutions({ ...query, limit })
}

interface Order {
  readonly isAscending: boolean
  /** A column of the header rows that the store has no index for: sorted here, among the newest rows. */
  readonly column?: (row: ExecutionRow) => string | number
}

const START_COLUMNS: ReadonlySet<string> = new Set(['state.startDate', 'startDate', 'id', 'stateStartDate'])

const COLUMNS: Readonly<Record<string, (row: ExecutionRow) => string | number>> = {
  namespace: row => row.namespace,
  flowId: row => row.flowId,
  flowRevision: row => row.revision,
  'state.current': row => row.state,
  'state.endDate': row => row.endMs ?? Number.MAX_SAFE_INTEGER,
  'state.duration': row => (row.endMs ?? Number.MAX_SAFE_INTEGER) - row.createdMs,
}

function orderOf(sort: readonly string[]): Order {
  const [first] = sort
  if (first === undefined) return { isAscending: false }
  const [name = '', direction] = first.split(':')
  const isAscending = direction === 'asc'
  if (START_COLUMNS.has(name)) return { isAscending }
  const column = Object.hasOwn(COLUMNS, name) ? COLUMNS[name] : undefined
  if (!column)
    throw unprocessable(
      'sort-invalid',
      `Executions cannot be sorted by "${name}"; they can by ${Object.keys(COLUMNS).join(', ')} and state.startDate.`,
    )
  return { isAscending, column }
}

export interface Rows {
  readonly rows: readonly ExecutionRow[]
  readonly total: number
}

async function findRows(
  search: ExecutionSearch,
  { offset, size, order }: { readonly offset: number; readonly size: number; readonly order: Order },
  dependencies: HttpDependencies,
): Promise<Rows> {
  const { read } = dependencies.store
  const { query, isEmpty, keeps } = search
  if (isEmpty) return { rows: [], total: 0 }
  if (search.q !== undefined) return await findByText(search, { offset, size, order, dependencies })
  if (keeps) {
    const kept = (await read.listExecutions({ ...query, limit: OFFSET_MAX })).filter(keeps)
    return { rows: sortRows(kept, order).slice(offset, offset + size), total: kept.length }
  }
  const total = Math.min(await read.countExecutions({ ...query, limit: COUNT_MAX }), COUNT_MAX)
  const { column, isAscending } = order
  if (!column) return { rows: await read.listExecutions({ ...query, limit: size, offset, isAscending }), total }
  const newest = await read.listExecutions({ ...query, limit: OFFSET_MAX })
  return { rows: sortRows(newest, order).slice(offset, offset + size), total }
}

/** Executions have no text of their own: an id is looked up, anything else is part of a namespace or of a flow's id. */
const TEXT_FLOWS_MAX = 64

async function findByText(
  { query, q = '', keeps }: ExecutionSearch,
  {
    offset,
    size,
    order,
    dependencies,
  }: { readonly offset: number; readonly size: number; readonly order: Order; readonly dependencies: HttpDependencies },
): Promise<Rows> {
  const { read } = dependencies.store
  if (isId(q)) {
    const row = await read.findExecution(q)
    return row && (keeps?.(row) ?? true) ? { rows: offset === 0 ? [row] : [], total: 1 } : { rows: [], total: 0 }
  }
  const flows = findFlows(flowSearchOf({ q }, []), dependencies)
    .filter(entry => isWithin(entry, query))
    .slice(0, TEXT_FLOWS_MAX)
  const isWhole = keeps === undefined
  const limit = isWhole ? Math.min(offset + size, OFFSET_MAX) : OFFSET_MAX
  const found = await Promise.all(
    flows.map(async ({ namespace, flowId }) => {
      const own = { ...query, namespace, flowId, isPrefix: false }
      const all = await read.listExecutions({ ...own, limit, isAscending: order.isAscending })
      if (isWhole) return { rows: all, total: await read.countExecutions({ ...own, limit: COUNT_MAX }) }
      const rows = all.filter(keeps)
      return { rows, total: rows.length }
    }),
  )
  const rows = sortRows(
    found.flatMap(part => part.rows),
    { column: row => row.id, ...order },
  )
  return {
    rows: rows.slice(offset, offset + size),
    total: Math.min(
      COUNT_MAX,
      found.reduce((sum, part) => sum + part.total, 0),
    ),
  }
}

function sortRows(
  rows: readonly ExecutionRow[],
  { column = row => row.id, isAscending }: Order,
): readonly ExecutionRow[] {
  const sign = isAscending ? 1 : -1
  return rows.toSorted((left, right) => {
    const [one, other] = [column(left), column(right)]
    return one === other ? 0 : (one < other ? -1 : 1) * sign
  })
}

/** About half a million runs. */
const TURNS_FOLDED_MAX = 4_000
/** Task runs in a row of a list; its own page has more. */
const LISTED_RUNS_MAX = 1_000

/** Short journals are read together, long ones alone: no more than one of them is in memory. */
const TURNS_SHORT_MAX = 20
const TOGETHER_MAX = 50

async function presentAll(
  rows: readonly ExecutionRow[],
  dialect: ApiDialect,
  dependencies: HttpDependencies,
): Promise<readonly string[]> {
  const { store, flows, platform } = dependencies
  // The header of one that runs does not tell how far it has come.
  const short = rows.filter(row => row.endMs !== null && row.turn <= TURNS_SHORT_MAX).map(row => row.id)
  const journals = new Map<string, readonly JournalRowOf[]>()
  for (let from = 0; from < short.length; from += TOGETHER_MAX)
    for (const [id, journal] of await store.read.journalsOf(short.slice(from, from + TOGETHER_MAX)))
      journals.set(id, journal)
  return await mapInTurns(
    rows,
    async row => {
      const look = { ...lookAt(row.id, dialect, dependencies), runsMax: LISTED_RUNS_MAX }
      const show = (state: ExecutionState, plan: Plan): string =>
        dialect === 'c' ? presentLightExecution(state, plan, look) : presentExecution(state, plan, look)
      const journal = journals.get(row.id)
      if (!journal) return (await viewLong(row, dependencies, show)) ?? presentRow(row)
      const found = await foldExecution(row.id, journal, flows)
      // A row whose journal cannot be folded any more is shown by its header.
      return found ? show(found.state, found.plan) : presentRow(row)
    },
    platform,
  )
}

/** Of one that is not in memory and too long to be folded for a line in a list, what its header tells. */
async function viewLong(
  row: ExecutionRow,
  dependencies: HttpDependencies,
  show: (state: ExecutionState, plan: Plan) => string,
): Promise<string | undefined> {
  if (row.endMs !== null && row.turn > TURNS_FOLDED_MAX) return await dependencies.look?.(row.id, show)
  return await viewExecution(row.id, dependencies, show)
}
