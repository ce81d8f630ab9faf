// Commands from the API. The engine decides; what it refuses becomes a status here, and nowhere else.
import {
  isFinal,
  presentExecution,
  trust,
  type ApiDialect,
  type Command,
  type ExecutionState,
  type Plan,
  type Refusal,
  type StateName,
} from '@batuta/core'
import type { ExecutionRow } from '../../storage/batch.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { json, type Reply } from '../reply.ts'
import { RequestError, unprocessable } from '../request-error.ts'
import { SubmitError } from '../../inbox/inbox.ts'
import { lookAt } from './look.ts'
import { getExecution } from './read-execution.ts'
import { waitForEnd } from './watch-execution.ts'

/** The document after the command; throws the refusal. */
export async function commandExecution(
  executionId: string,
  command: Command,
  { dependencies, dialect }: { readonly dependencies: HttpDependencies; readonly dialect: ApiDialect },
): Promise<string> {
  const { inbox } = dependencies
  const view = (state: ExecutionState, plan: Plan): string =>
    presentExecution(state, plan, lookAt(executionId, dialect, dependencies))
  const receipt = await inbox.submit({ type: 'command', executionId, command }, { view })
  if (receipt.refusal) throw refusalOf(receipt.refusal, dialect)
  if (receipt.view !== undefined) return receipt.view
  const { state, plan } = await getExecution(executionId, dependencies)
  return view(state, plan)
}

function refusalOf({ code, message }: Refusal, dialect: ApiDialect): RequestError {
  switch (code) {
    case 'unknown-execution':
      return new RequestError(404, 'not-found', message)
    case 'wrong-state':
      return new RequestError(409, code, message)
    case 'invalid-inputs':
      return unprocessable(code, message)
    case 'nothing-to-restart':
      return new RequestError(dialect === 'c' ? 409 : 422, code, message)
  }
}

/** All or nothing: what cannot be done to one id is done to none. */
export async function commandMany(
  ids: readonly string[],
  command: Command,
  {
    dependencies,
    isFit,
    wanted,
  }: {
    readonly dependencies: HttpDependencies
    readonly isFit: (state: StateName) => boolean
    readonly wanted: string
  },
): Promise<Reply> {
  await getFitting(ids, { dependencies, isFit, wanted })
  const refused: Invalid[] = []
  for (const executionId of ids) {
    const { refusal } = await dependencies.inbox.submit({ type: 'command', executionId, command })
    // What changed its mind since it was looked at has the state that is wanted, or never gets it; an answer that lacks is told.
    if (refusal?.code === 'invalid-inputs')
      refused.push({ message: refusal.message, invalidValue: executionId, path: executionId })
  }
  if (refused.length > 0) throw bulkRefused(refused)
  return json({ count: ids.length })
}

interface Invalid {
  readonly message: string
  readonly invalidValue: string
  readonly path: string
}

function bulkRefused(invalids: readonly Invalid[]): RequestError {
  const details = invalids.map(({ path, message }) => ({ path, message: `${path}: ${message}` }))
  return new RequestError(400, 'bulk-refused', 'invalid bulk: not everything was done', {
    details,
    fields: { invalids },
  })
}

interface Fitting {
  readonly dependencies: HttpDependencies
  readonly isFit: (state: StateName) => boolean
  /** What the executions must be, for the message. */
  readonly wanted: string
}

async function getFitting(
  ids: readonly string[],
  { dependencies, isFit, wanted }: Fitting,
): Promise<readonly ExecutionRow[]> {
  const rows: ExecutionRow[] = []
  const invalids: { readonly message: string; readonly invalidValue: string; readonly path: string }[] = []
  for (const id of ids) {
    const row = await dependencies.store.read.findExecution(id)
    if (row && isFit(stateOf(row))) rows.push(row)
    else
      invalids.push({
        message: row ? `execution is ${row.state}, not ${wanted}` : 'execution not found',
        invalidValue: id,
        path: id,
      })
  }
  if (invalids.length === 0) return rows
  const details = invalids.map(({ path, message }) => ({ path, message: `${path}: ${message}` }))
  throw new RequestError(400, 'bulk-refused', 'invalid bulk: nothing was done', { details, fields: { invalids } })
}

/** The store keeps states as text. */
function stateOf(row: ExecutionRow): StateName {
  return trust<StateName>(row.state)
}

export interface Deletion {
  readonly deleteLogs?: boolean
  readonly deleteStorage?: boolean
}

export async function deleteMany(
  ids: readonly string[],
  { includeNonTerminated = false, ...deletion }: Deletion & { readonly includeNonTerminated?: boolean },
  dependencies: HttpDependencies,
): Promise<Reply> {
  const isFit = (state: StateName): boolean => includeNonTerminated || isFinal(state)
  const rows = await getFitting(ids, { dependencies, isFit, wanted: 'ended' })
  for (const row of rows) await deleteExecution(row, deletion, dependencies)
  return json({ count: rows.length })
}

const KILL_WAIT_MS = 5_000

/** One that still runs is killed first: nothing may come back to life after its deletion. */
export async function deleteExecution(
  row: ExecutionRow,
  { deleteStorage = true }: Deletion,
  dependencies: HttpDependencies,
): Promise<void> {
  const { store, files, inbox } = dependencies
  if (!isFinal(stateOf(row))) {
    const command = { name: 'kill', isCascading: false } as const
    const isKilled = await inbox.submit({ type: 'command', executionId: row.id, command }).then(
      () => true,
      (error: unknown) => {
        // What is held and cannot even be read cannot be killed either, and will not come back to life.
        if (row.waitsFor === 'human' && error instanceof SubmitError && error.fault === 'failed') return false
        throw error
      },
    )
    if (isKilled) await waitForEnd(row.id, dependencies, AbortSignal.timeout(KILL_WAIT_MS))
  }
  await store.perform('deleteExecution', { id: row.id })
  if (deleteStorage)
    await files.deleteFolder(`kestra:///${row.namespace.replaceAll('.', '/')}/${row.flowId}/executions/${row.id}`)
}
