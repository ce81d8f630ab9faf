// A list of executions by key: each page goes on where the one before ended, however deep, and reads no more than itself. What the store has no index
// for is looked at row by row, up to a bound: such a page may be short, and has a `next` as long as there is something to look at.
import { isId } from '@batuta/core'
import type { ExecutionRow } from '../../storage/batch.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { findFlows, flowSearchOf } from '../flows/search-flows.ts'
import { jsonText, type Reply } from '../reply.ts'
import { unprocessable } from '../request-error.ts'
import type { ExecutionSearch } from './execution-search.ts'
import { presentLightRows } from './light-rows.ts'

export interface KeyPage {
  /** Empty for the first page. */
  readonly cursor: string
  readonly size: number
  readonly isAscending: boolean
}

export interface Found {
  readonly rows: readonly ExecutionRow[]
  /** Undefined at the end. */
  readonly next: string | undefined
}

/** Rows that are looked at for one page. */
const LOOKED_AT_MAX = 5_000
const COUNT_MAX = 10_001
const TEXT_FLOWS_MAX = 64

export async function listByKey(
  search: ExecutionSearch,
  page: KeyPage,
  dependencies: HttpDependencies,
): Promise<Reply> {
  if (page.cursor !== '' && !isId(page.cursor))
    throw unprocessable(
      'cursor-invalid',
      `The cursor "${page.cursor.slice(0, 100)}" is none of ours: begin with an empty one.`,
    )
  const queries = queriesOf(search, dependencies)
  const { rows, next } = await findPage(queries, search, { page, dependencies })
  const [documents, { total, isEstimate }] = await Promise.all([
    presentLightRows(rows, dependencies),
    totalOf(queries, { search, page, found: { rows, next }, dependencies }),
  ])
  return jsonText(
    `{"results":[${documents.join(',')}],"total":${total},"totalIsEstimate":${isEstimate},"next":${JSON.stringify(next ?? null)}}`,
  )
}

/** The newest ones that a search finds. */
export async function findNewest(
  search: ExecutionSearch,
  size: number,
  dependencies: HttpDependencies,
): Promise<readonly ExecutionRow[]> {
  const page = { cursor: '', size, isAscending: false }
  return (await findPage(queriesOf(search, dependencies), search, { page, dependencies })).rows
}

/** One page of what a search finds, as header rows. */
export async function findRowsByKey(
  search: ExecutionSearch,
  page: KeyPage,
  dependencies: HttpDependencies,
): Promise<Found> {
  return await findPage(queriesOf(search, dependencies), search, { page, dependencies })
}

type Query = ExecutionSearch['query']

/** A text is an id, or a part of a namespace or of a flow's id: then one query for each flow. */
function queriesOf({ query, q, isEmpty }: ExecutionSearch, dependencies: HttpDependencies): readonly Query[] {
  if (isEmpty) return []
  if (q === undefined || isId(q)) return [query]
  return findFlows(flowSearchOf({ q }, []), dependencies)
    .filter(entry => isWithin(entry, query))
    .slice(0, TEXT_FLOWS_MAX)
    .map(({ namespace, flowId }) => ({ ...query, namespace, flowId, isPrefix: false }))
}

export function isWithin(
  flow: { readonly namespace: string; readonly flowId: string },
  { namespace, isPrefix, flowId }: Query,
): boolean {
  if (flowId !== undefined && flow.flowId !== flowId) return false
  if (namespace === undefined || flow.namespace === namespace) return true
  return isPrefix === true && flow.namespace.startsWith(`${namespace}.`)
}

interface Place {
  readonly page: KeyPage
  readonly dependencies: HttpDependencies
}

async function findPage(queries: readonly Query[], { q, keeps }: ExecutionSearch, place: Place): Promise<Found> {
  const { page, dependencies } = place
  if (q !== undefined && isId(q)) {
    const row = queries.length === 0 ? undefined : await dependencies.store.read.findExecution(q)
    return { rows: row && page.cursor === '' ? [row] : [], next: undefined }
  }
  if (!keeps) return await walk(queries, page.cursor, { ...place, limit: page.size })
  const rows: ExecutionRow[] = []
  let next: string | undefined = page.cursor
  for (let looked = 0; looked < LOOKED_AT_MAX && next !== undefined;) {
    const found: Found = await walk(queries, next, { ...place, limit: Math.max(page.size, LOOKED_AT_MAX / 10) })
    looked += found.rows.length
    next = found.next
    for (const row of found.rows) {
      if (!keeps(row)) continue
      rows.push(row)
      if (rows.length === page.size) return { rows, next: row.id }
    }
  }
  return { rows, next }
}

async function walk(
  queries: readonly Query[],
  cursor: string,
  { page: { isAscending }, dependencies, limit }: Place & { readonly limit: number },
): Promise<Found> {
  const after = cursor === '' ? {} : { afterId: cursor }
  const parts = await Promise.all(
    queries.map(query => dependencies.store.read.listExecutions({ ...query, ...after, isAscending, limit: limit + 1 })),
  )
  const sign = isAscending ? 1 : -1
  const all = parts.length === 1 ? (parts[0] ?? []) : parts.flat().sort((a, b) => (a.id < b.id ? -sign : sign))
  const rows = all.slice(0, limit)
  return { rows, next: all.length > limit ? rows.at(-1)?.id : undefined }
}

interface Counting extends Place {
  readonly search: ExecutionSearch
  readonly found: Found
}

/** Counted with the first page only, and up to a bound. */
async function totalOf(
  queries: readonly Query[],
  { search: { keeps, q }, page, found, dependencies }: Counting,
): Promise<{ readonly total: number; readonly isEstimate: boolean }> {
  const isWhole = page.cursor === '' && found.next === undefined
  if (isWhole || keeps || page.cursor !== '' || (q !== undefined && isId(q)))
    return { total: found.rows.length, isEstimate: !isWhole }
  let total = 0
  for (const query of queries) {
    if (total >= COUNT_MAX) break
    total += await dependencies.store.read.countExecutions({ ...query, limit: COUNT_MAX - total })
  }
  return { total: Math.min(total, COUNT_MAX), isEstimate: total >= COUNT_MAX }
}
