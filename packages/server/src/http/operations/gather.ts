// Whom an operation is about: found once, when it begins, so that what comes later is not touched and what changes meanwhile is not lost.
import { routes } from '@batuta/api'
import type { HttpDependencies } from '../dependencies.ts'
import { executionSearchOf, type ExecutionSearch } from '../executions/execution-search.ts'
import { findRowsByKey } from '../executions/list-by-key.ts'
import { findFlows, flowSearchOf } from '../flows/search-flows.ts'
import { readFilters } from '../read-filters.ts'
import { readQuery } from '../read-query.ts'
import { unprocessable } from '../request-error.ts'
import { findTriggers } from '../triggers/search-triggers.ts'
import type { ExecutionRow } from '../../storage/batch.ts'
import type { Resource } from './operation.ts'

/** Executions that are found with one call, and items of a chunk. */
export const CHUNK_SIZE = 200
/** One operation is about so many at most. */
export const ITEMS_MAX = 1_000_000
const FOUND_AT_ONCE = 1_000

export interface Gathered {
  readonly ids: readonly string[]
  /** Undefined at the end. */
  readonly next: string | undefined
}

export interface Gathering {
  readonly resource: Resource
  readonly query: string
  readonly cursor: string
  /** What was born later is not meant. */
  readonly frozenMs: number
}

export async function gather(
  { resource, query, cursor, frozenMs }: Gathering,
  dependencies: HttpDependencies,
): Promise<Gathered> {
  if (resource !== 'executions') return { ids: await namesOf(resource, query, dependencies), next: undefined }
  const { rows, next } = await findExecutions({ query, cursor, frozenMs }, dependencies)
  return { ids: rows.map(({ id }) => id), next }
}

export async function findExecutions(
  { query, cursor, frozenMs }: Omit<Gathering, 'resource'>,
  dependencies: HttpDependencies,
): Promise<{ readonly rows: readonly ExecutionRow[]; readonly next: string | undefined }> {
  const search = frozen(searchOf(query, dependencies), frozenMs)
  return await findRowsByKey(search, { cursor, size: FOUND_AT_ONCE, isAscending: false }, dependencies)
}

/** Throws what is wrong with the search. */
export function searchOf(query: string, dependencies: HttpDependencies): ExecutionSearch {
  const given = new URLSearchParams(query)
  const flat = readQuery(routes.executions.killByQuery.query, given)
  return executionSearchOf(flat, readFilters(given), dependencies)
}

function frozen(search: ExecutionSearch, frozenMs: number): ExecutionSearch {
  const { startToMs = frozenMs } = search.query
  return { ...search, query: { ...search.query, startToMs: Math.min(startToMs, frozenMs) } }
}

export async function namesOf(
  resource: Exclude<Resource, 'executions'>,
  query: string,
  dependencies: HttpDependencies,
): Promise<readonly string[]> {
  const given = new URLSearchParams(query)
  const filters = readFilters(given)
  if (resource === 'flows') {
    const found = findFlows(flowSearchOf(readQuery(routes.flows.enableByQuery.query, given), filters), dependencies)
    return bounded(found.map(({ namespace, flowId }) => `${namespace}/${flowId}`))
  }
  const found = await findTriggers(readQuery(routes.triggers.export.query, given), filters, dependencies)
  return bounded(found.map(({ namespace, flowId, triggerId }) => `${namespace}/${flowId}/${triggerId}`))
}

function bounded(ids: readonly string[]): readonly string[] {
  if (ids.length <= ITEMS_MAX) return ids
  throw unprocessable('too-many', `More than ${ITEMS_MAX} match: narrow the search.`)
}
