// The same to many executions: all or nothing. What cannot be done to one of them, in the state that it is in, is done to none.
import { trust, type ApiDialect, type Command, type StateName } from '@batuta/core'
import type { ExecutionRow } from '../../storage/batch.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Filter } from '../read-filters.ts'
import { json, type Reply } from '../reply.ts'
import { RequestError, unprocessable } from '../request-error.ts'
import { executionSearchOf, type FlatSearch } from './execution-search.ts'
import { findAllRows } from './search-executions.ts'

/** Executions that one call can act on. */
const MANY_MAX = 10_000

export interface Fitting {
  readonly isFit: (state: StateName) => boolean
  /** What the executions must be, for the message. */
  readonly wanted: string
  /** Why it cannot be done to one whose state would do. */
  readonly whyNot?: (row: ExecutionRow, dependencies: HttpDependencies) => Promise<string | undefined>
}

export interface Many {
  readonly dialect: ApiDialect
  readonly dependencies: HttpDependencies
}

/** Whom it is about: ids, or a search that is resolved to ids. */
export type Chosen =
  { readonly ids: readonly string[] } | { readonly flat: FlatSearch; readonly filters: readonly Filter[] }

export async function commandMany(
  chosen: Chosen,
  command: Command,
  { fitting, ...many }: Many & { readonly fitting: Fitting },
): Promise<Reply> {
  const refused: Invalid[] = []
  const reply = await forMany(chosen, fitting, many, async ({ id }) => {
    const { refusal } = await many.dependencies.inbox.submit({ type: 'command', executionId: id, command })
    // What changed its mind since it was looked at has the state that is wanted, or never gets it; anything else is told.
    if (refusal && refusal.code !== 'wrong-state')
      refused.push({ message: refusal.message, invalidValue: id, path: id })
  })
  if (refused.length > 0) throw bulkRefused(refused, 'not everything')
  return reply
}

export async function forMany(
  chosen: Chosen,
  fitting: Fitting,
  { dialect, dependencies }: Many,
  act: (row: ExecutionRow) => Promise<void>,
): Promise<Reply> {
  const rows = await getFitting(await idsOf(chosen, dependencies), fitting, dependencies)
  for (const row of rows) await act(row)
  return bulkReply(rows.length, dialect, dependencies)
}

/** 2.0 works in the background and tells a number to ask with; here all is done when the answer comes. */
function bulkReply(count: number, dialect: ApiDialect, { newId }: HttpDependencies): Reply {
  return json(dialect === 'c' ? { count, operationId: newId(), totalItems: count } : { count })
}

async function idsOf(chosen: Chosen, dependencies: HttpDependencies): Promise<readonly string[]> {
  if ('ids' in chosen) return chosen.ids
  const search = executionSearchOf(chosen.flat, chosen.filters, dependencies)
  const { rows, total } = await findAllRows(search, MANY_MAX, dependencies)
  if (total > MANY_MAX)
    throw unprocessable('too-many', `More than ${MANY_MAX} executions match: narrow the search, and call again.`)
  return rows.map(row => row.id)
}

async function getFitting(
  ids: readonly string[],
  { isFit, wanted, whyNot }: Fitting,
  dependencies: HttpDependencies,
): Promise<readonly ExecutionRow[]> {
  const { store } = dependencies
  const rows: ExecutionRow[] = []
  const invalids: Invalid[] = []
  const problemOf = async (row: ExecutionRow): Promise<string | undefined> =>
    isFit(stateOf(row)) ? await whyNot?.(row, dependencies) : `execution is ${row.state}, not ${wanted}`
  for (const id of new Set(ids)) {
    const row = await store.read.findExecution(id)
    const message = row ? await problemOf(row) : 'execution not found'
    if (row && message === undefined) rows.push(row)
    else invalids.push({ message: message ?? '', invalidValue: id, path: id })
  }
  if (invalids.length === 0) return rows
  throw bulkRefused(invalids, 'nothing')
}

interface Invalid {
  readonly message: string
  readonly invalidValue: string
  readonly path: string
}

function bulkRefused(invalids: readonly Invalid[], what: 'nothing' | 'not everything'): RequestError {
  const details = invalids.map(({ path, message }) => ({ path, message: `${path}: ${message}` }))
  return new RequestError(400, 'bulk-refused', `invalid bulk: ${what} was done`, { details, fields: { invalids } })
}

/** The store keeps states as text. */
export function stateOf(row: ExecutionRow): StateName {
  return trust<StateName>(row.state)
}
