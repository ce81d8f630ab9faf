// The search over task runs. There is no table of them: they are read out of the newest executions that match, up to a bound, so that it works on every
// store alike. Enough for "which tasks fail lately"; those of one execution stand in its document.
import { RUN_MOVES, presentRunRows, type ApiDialect, type ExecutionState, type Plan, type RunRow } from '@batuta/core'
import type { ExecutionRow, JournalRowOf } from '../../storage/batch.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { executionSearchOf, type FlatSearch } from '../executions/execution-search.ts'
import { lookAt } from '../executions/look.ts'
import { foldExecution, viewExecution } from '../executions/read-execution.ts'
import { findNewestRows } from '../executions/search-executions.ts'
import { listOf, type Filter } from '../read-filters.ts'
import { Recent } from '../recent.ts'
import { pageText, type Reply } from '../reply.ts'
import { unprocessable } from '../request-error.ts'

const EXECUTIONS_MAX = 1_000
/** Of one execution, and of all. */
const RUNS_OF_ONE_MAX = 1_000
export const RUNS_MAX = 10_000
/** Longer journals are folded for their own page only. */
const TURNS_MAX = 4_000
/** Short journals are read together. */
const TURNS_SHORT_MAX = 20
const TOGETHER = 50
/** Task runs that are kept as they are shown, twice what one search reads: some twenty megabytes. */
const KEPT_RUNS_MAX = 20_000

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
  const { states } = statesOf(state, filters)
  const others = filters.filter(({ field }) => field !== 'state')
  const search = executionSearchOf(flat, others, dependencies)
  const rows = await findNewestRows(search, EXECUTIONS_MAX, dependencies)
  const found: RunRow[] = []
  for (let from = 0; from < rows.length && found.length < RUNS_MAX; from += TOGETHER) {
    const wish = { dialect: dialect === 'c' ? 'b' : dialect, states }
    found.push(...(await runsOf(rows.slice(from, from + TOGETHER), wish, dependencies)))
    await new Promise<void>(resolve => dependencies.platform.defer(resolve))
  }
  const sign = isAscending ? 1 : -1
  const sorted = found.slice(0, RUNS_MAX).sort((left, right) => (left.startedMs - right.startedMs) * sign)
  const shown = sorted.slice((page - 1) * size, page * size).map(({ text }) => text)
  return pageText(shown, sorted.length)
}

/** By id, turns and dialect: those of executions that have ended. */
const kept = new WeakMap<HttpDependencies['store'], Recent<readonly RunRow[]>>()

interface RunsWish {
  readonly dialect: Exclude<ApiDialect, 'c'>
  /** Of all states when there are none. */
  readonly states: ReadonlySet<string> | undefined
}

async function runsOf(
  rows: readonly ExecutionRow[],
  { dialect, states }: RunsWish,
  dependencies: HttpDependencies,
): Promise<readonly RunRow[]> {
  const { store } = dependencies
  const known = kept.get(store) ?? new Recent<readonly RunRow[]>(KEPT_RUNS_MAX)
  kept.set(store, known)
  const keyOf = ({ id, turn }: ExecutionRow): string => `${id} ${turn} ${dialect}`
  const isUnread = (row: ExecutionRow): boolean =>
    row.endMs !== null && row.turn <= TURNS_SHORT_MAX && !known.has(keyOf(row))
  const journals = await store.read.journalsOf(rows.filter(isUnread).map(({ id }) => id))
  const found: RunRow[] = []
  for (const row of rows) {
    if (row.endMs !== null && row.turn > TURNS_MAX) continue
    const own = known.get(keyOf(row)) ?? (await readRuns(row, journals.get(row.id), { dialect }, dependencies))
    // Of one that is cut off, the runs of these states may stand behind the cut.
    const isCut = own.length >= RUNS_OF_ONE_MAX && states !== undefined
    const runs = isCut ? await readRuns(row, undefined, { dialect, states }, dependencies) : own
    if (row.endMs !== null && own.length > 0) known.set(keyOf(row), own, own.length)
    found.push(...(states === undefined ? runs : runs.filter(run => states.has(run.state))))
  }
  return found
}

async function readRuns(
  row: ExecutionRow,
  journal: readonly JournalRowOf[] | undefined,
  { dialect, states }: { readonly dialect: RunsWish['dialect']; readonly states?: RunsWish['states'] },
  dependencies: HttpDependencies,
): Promise<readonly RunRow[]> {
  const look = { ...lookAt(row.id, dialect, dependencies), runsMax: RUNS_OF_ONE_MAX, ...(states ? { states } : {}) }
  const view = (state: ExecutionState, plan: Plan): readonly RunRow[] => presentRunRows(state, plan, look)
  const execution = journal && (await foldExecution(row.id, journal, dependencies.flows))
  if (execution) return view(execution.state, execution.plan)
  return (await viewExecution(row.id, dependencies, view)) ?? []
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
