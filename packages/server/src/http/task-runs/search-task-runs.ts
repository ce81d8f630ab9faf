// The search over task runs. There is no table of them: they are read out of the newest executions that match, up to a bound, so that it works on every
// store alike. Enough for "which tasks fail lately"; those of one execution stand in its document.
import { RUN_MOVES, presentRunRows, type ApiDialect, type ExecutionState, type Plan, type RunRow } from '@batuta/core'
import type { HttpDependencies } from '../dependencies.ts'
import { executionSearchOf, type FlatSearch } from '../executions/execution-search.ts'
import { lookAt } from '../executions/look.ts'
import { viewExecution } from '../executions/read-execution.ts'
import { findAllRows } from '../executions/search-executions.ts'
import { listOf, type Filter } from '../read-filters.ts'
import { pageText, type Reply } from '../reply.ts'
import { unprocessable } from '../request-error.ts'

const EXECUTIONS_MAX = 1_000
/** Of one execution, and of all. */
const RUNS_OF_ONE_MAX = 1_000
export const RUNS_MAX = 10_000
/** Longer journals are folded for their own page only. */
const TURNS_MAX = 4_000
const YIELD_EVERY = 16

export interface TaskRunSearch extends FlatSearch {
  readonly page?: number
  readonly size?: number
  readonly sort?: readonly string[]
}

export async function searchTaskRuns(
  { page = 1, size = 10, sort = [], state, ...flat }: TaskRunSearch,
  {
    filters,
    dialect,
    dependencies,
  }: { readonly filters: readonly Filter[]; readonly dialect: ApiDialect; readonly dependencies: HttpDependencies },
): Promise<Reply> {
  const isAscending = isAscendingBy(sort)
  const states = statesOf(state, filters)
  const others = filters.filter(({ field }) => field !== 'state')
  const search = executionSearchOf(flat, others, dependencies)
  const { rows } = await findAllRows(search, EXECUTIONS_MAX, dependencies)
  const found: RunRow[] = []
  let looked = 0
  for (const { id, turn, endMs } of rows) {
    if (found.length >= RUNS_MAX) break
    if (endMs !== null && turn > TURNS_MAX) continue
    const look = { ...lookAt(id, dialect === 'c' ? 'b' : dialect, dependencies), runsMax: RUNS_OF_ONE_MAX, ...states }
    const view = (seen: ExecutionState, plan: Plan): readonly RunRow[] => presentRunRows(seen, plan, look)
    found.push(...((await viewExecution(id, dependencies, view)) ?? []))
    looked += 1
    if (looked % YIELD_EVERY === 0) await new Promise<void>(resolve => dependencies.platform.defer(resolve))
  }
  const sign = isAscending ? 1 : -1
  const sorted = found.slice(0, RUNS_MAX).sort((left, right) => (left.startedMs - right.startedMs) * sign)
  const shown = sorted.slice((page - 1) * size, page * size).map(({ text }) => text)
  return pageText(shown, sorted.length)
}

const COLUMNS: ReadonlySet<string> = new Set(['state.startDate', 'startDate', 'stateStartDate'])

function isAscendingBy([first]: readonly string[]): boolean {
  const [name = '', direction] = first?.split(':') ?? ['startDate', 'desc']
  if (!COLUMNS.has(name))
    throw unprocessable('sort-invalid', `Task runs cannot be sorted by "${name}"; they can by state.startDate.`)
  return direction === 'asc'
}

function statesOf(
  flat: readonly string[] | undefined,
  filters: readonly Filter[],
): { readonly states?: ReadonlySet<string> } {
  let states: ReadonlySet<string> | undefined = flat && flat.length > 0 ? new Set(flat) : undefined
  for (const { field, operation, value } of filters) {
    if (field !== 'state') continue
    const named = new Set(listOf(value))
    const meant = isExcluding(operation) ? Object.keys(RUN_MOVES).filter(each => !named.has(each)) : [...named]
    states = new Set(meant.filter(each => states?.has(each) ?? true))
  }
  return states === undefined ? {} : { states }
}

function isExcluding(operation: string): boolean {
  switch (operation) {
    case 'EQUALS':
    case 'IN':
      return false
    case 'NOT_EQUALS':
    case 'NOT_IN':
      return true
  }
  throw unprocessable('filter-invalid', `Task runs cannot be filtered by state with ${operation}.`)
}
