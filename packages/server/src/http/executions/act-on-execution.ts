// Commands from the API: the engine decides. And deletion, which is no command, for nothing is left to tell of it.
import { isFinal, presentExecution, type ApiDialect, type Command, type ExecutionState, type Plan } from '@batuta/core'
import type { ExecutionRow } from '../../storage/batch.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { SubmitError } from '../../inbox/inbox.ts'
import { stateOf } from './bulk-commands.ts'
import { refusalOf } from './command-refusal.ts'
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
  if (receipt.refusal) throw refusalOf(receipt.refusal, command.name, dialect)
  if (receipt.view !== undefined) return receipt.view
  const { state, plan } = await getExecution(executionId, dependencies)
  return view(state, plan)
}

export interface Deletion {
  readonly deleteLogs?: boolean
  readonly deleteMetrics?: boolean
  readonly deleteStorage?: boolean
}

const KILL_WAIT_MS = 5_000

/** One that still runs is killed first: nothing may come back to life after its deletion. */
export async function deleteExecution(
  row: ExecutionRow,
  { deleteLogs = true, deleteMetrics = true, deleteStorage = true }: Deletion,
  dependencies: HttpDependencies,
): Promise<void> {
  const { store, files, inbox, changes } = dependencies
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
    if (isKilled) {
      const signal = AbortSignal.timeout(KILL_WAIT_MS)
      await waitForEnd(row.id, () => true, { dependencies, signal })
    }
  }
  await store.perform('deleteExecution', { id: row.id, keepsLogs: !deleteLogs, keepsMetrics: !deleteMetrics })
  changes.publish(row.id)
  if (deleteStorage)
    await files.deleteFolder(`kestra:///${row.namespace.replaceAll('.', '/')}/${row.flowId}/executions/${row.id}`)
}
