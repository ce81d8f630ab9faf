// The search over task runs. There is no table of them: they are read out of the newest executions that match, up to a bound, so that it works on every
// store alike. Enough for "which tasks fail lately"; those of one execution stand in its document. By key no more executions are read than may have runs
// of the page: none of one that ended before the page's last run began.
import {
  RUN_MOVES,
  isId,
  presentNewestRuns,
  presentRunRows,
  type ApiDialect,
  type ExecutionState,
  type Plan,
  type RunRow,
} from '@batuta/core'
import type { ExecutionRow, JournalRowOf } from '../../storage/batch.ts'
import type { FlowEntry, HttpDependencies } from '../dependencies.ts'
import { executionSearchOf, type FlatSearch } from '../executions/execution-search.ts'
import { lookAt } from '../executions/look.ts'
import { foldExecution, viewExecution } from '../executions/read-execution.ts'
import { findNewestRows } from '../executions/search-executions.ts'
import { listOf, type Filter } from '../read-filters.ts'
import { Recent } from '../recent.ts'
import { jsonText, pageText, type Reply } from '../reply.ts'
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
/** Of a page by key: fifty runs are of a few executions. */
const TOGETHER_BY_KEY = 20
/** Task runs that are kept as they are shown, twice what one search reads: some twenty megabytes. */
const KEPT_RUNS_MAX = 20_000

export interface TaskRunSearch extends FlatSearch {
  readonly cursor?: string
  readonly page?: number
  readonly size?: number
  readonly sort?: readonly string[]
}

export async function searchTaskRuns(
  { page = 1, size = 10, sort = [], cursor, state, ...flat }: TaskRunSearch,
  {
    filters,
    dialect,
    dependencies,
  }: { readonly filters: readonly Filter[]; readonly dialect: ApiDialect; readonly dependencies: HttpDependencies },
): Promise<Reply> {
  const isAscending = isAscendingBy(sort)
  const { states } = statesOf(state, filters)
  const wish = { dialect: dialect === 'c' ? 'b' : dialect, states } as const
  const before = cursor === undefined ? undefined : placeOf(cursor, isAscending)
  const others = filters.filter(({ field }) => field !== 'state')
  const search = executionSearchOf(flat, others, dependencies)
  const rows = await findNewestRows(search, EXECUTIONS_MAX, dependencies)
  if (before) return await pageByKey(rows, { before, size, wish }, dependencies)
  const found: RunRow[] = []
  for (let from = 0; from < rows.length && found.length < RUNS_MAX; from += TOGETHER) {
    found.push(...(await runsOf(rows.slice(from, from + TOGETHER), wish, dependencies)))
    await new Promise<void>(resolve => dependencies.platform.defer(resolve))
  }
  const sign = isAscending ? 1 : -1
  const sorted = found.slice(0, RUNS_MAX).sort((left, right) => (left.startedMs - right.startedMs) * sign)
  const shown = sorted.slice((page - 1) * size, page * size).map(({ text }) => text)
  return pageText(shown, sorted.length)
}

/** A task run in the order of the list. */
type Place = Pick<RunRow, 'startedMs' | 'executionId' | 'ordinal'>

const BEGINNING: Place = { startedMs: Infinity, executionId: '', ordinal: 0 }
const CURSOR = /^(\d{1,15})\.(\w+)\.(\d{1,9})$/

function placeOf(cursor: string, isAscending: boolean): Place {
  if (isAscending)
    throw unprocessable('sort-invalid', 'By key task runs are listed the newest first: ask for the others by page.')
  if (cursor === '') return BEGINNING
  const [, startedMs, executionId = '', ordinal] = CURSOR.exec(cursor) ?? []
  if (isId(executionId)) return { startedMs: Number(startedMs), executionId, ordinal: Number(ordinal) }
  throw unprocessable(
    'cursor-invalid',
    `The cursor "${cursor.slice(0, 100)}" is none of ours: begin with an empty one.`,
  )
}

function comparePlaces(left: Place, right: Place): number {
  if (left.startedMs !== right.startedMs) return right.startedMs - left.startedMs
  if (left.executionId !== right.executionId) return left.executionId < right.executionId ? 1 : -1
  return right.ordinal - left.ordinal
}

async function pageByKey(
  rows: readonly ExecutionRow[],
  { before, size, wish }: { readonly before: Place; readonly size: number; readonly wish: RunsWish },
  dependencies: HttpDependencies,
): Promise<Reply> {
  // A replay has runs of the execution that it repeats, from before its own time.
  const candidates = rows
    .filter(row => row.createdMs <= before.startedMs || row.originalId !== row.id)
    .map(row => ({ row, untilMs: lastStartOf(row, dependencies) }))
    .sort((left, right) => right.untilMs - left.untilMs)
  let found: readonly RunRow[] = []
  for (let from = 0; from < candidates.length; from += TOGETHER_BY_KEY) {
    const last = found[size]
    if (last && last.startedMs > (candidates[from]?.untilMs ?? 0)) break
    const batch = candidates.slice(from, from + TOGETHER_BY_KEY).map(({ row }) => row)
    const runs = (await runsOf(batch, { ...wish, page: { before, size } }, dependencies)).filter(
      run => comparePlaces(before, run) < 0,
    )
    found = [...found, ...runs].sort(comparePlaces).slice(0, size + 1)
    await new Promise<void>(resolve => dependencies.platform.defer(resolve))
  }
  const shown = found.slice(0, size)
  const last = found.length > size ? shown.at(-1) : undefined
  const next = last ? `"${last.startedMs}.${last.executionId}.${last.ordinal}"` : 'null'
  return jsonText(`{"results":[${shown.map(({ text }) => text).join(',')}],"next":${next}}`)
}

/** No run of the execution began later. */
function lastStartOf(row: ExecutionRow, { flows }: HttpDependencies): number {
  const flow = flows.newest(row)
  return row.endMs !== null && flow?.revision === row.revision && isOverAtEnd(flow) ? row.endMs : Infinity
}

const overAtEnd = new WeakMap<FlowEntry, boolean>()

/** Whether nothing follows the end of its executions, as `afterExecution` does. Read off its text: it need not be compiled for it. */
function isOverAtEnd(flow: FlowEntry): boolean {
  const known = overAtEnd.get(flow)
  if (known !== undefined) return known
  const isOver = flow.parsed.includes('"afterExecution":[]') && !flow.parsed.includes('"listeners":')
  overAtEnd.set(flow, isOver)
  return isOver
}

/** By id, turns and dialect: those of executions that have ended. */
const kept = new WeakMap<HttpDependencies['store'], Recent<readonly RunRow[]>>()

interface RunsWish {
  readonly dialect: Exclude<ApiDialect, 'c'>
  /** Of all states when there are none. */
  readonly states: ReadonlySet<string> | undefined
  /** No more are wanted of those with a long journal: they are not kept. */
  readonly page?: { readonly before: Place; readonly size: number }
}

async function runsOf(
  rows: readonly ExecutionRow[],
  wish: RunsWish,
  dependencies: HttpDependencies,
): Promise<readonly RunRow[]> {
  const { dialect, states, page } = wish
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
    if (page && row.turn > TURNS_SHORT_MAX) {
      found.push(...(await readNewest(row, { ...wish, page }, dependencies)))
      continue
    }
    const own = known.get(keyOf(row)) ?? (await readRuns(row, journals.get(row.id), { dialect }, dependencies))
    // Of one that is cut off, the runs of these states may stand behind the cut.
    const isCut = own.length >= RUNS_OF_ONE_MAX && states !== undefined
    const runs = isCut ? await readRuns(row, undefined, { dialect, states }, dependencies) : own
    if (row.endMs !== null && own.length > 0) known.set(keyOf(row), own, own.length)
    found.push(...(states === undefined ? runs : runs.filter(run => states.has(run.state))))
  }
  return found
}

/** One more than is shown tells that there is a next page. */
async function readNewest(
  { id }: ExecutionRow,
  { dialect, states, page: { before, size } }: RunsWish & Required<Pick<RunsWish, 'page'>>,
  dependencies: HttpDependencies,
): Promise<readonly RunRow[]> {
  const isWanted = (startedMs: number, ordinal: number): boolean =>
    comparePlaces(before, { startedMs, executionId: id, ordinal }) < 0
  const look = { ...lookAt(id, dialect, dependencies), runsMax: size + 1, ...(states ? { states } : {}), isWanted }
  return (await viewExecution(id, dependencies, (state, plan) => presentNewestRuns(state, plan, look))) ?? []
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
