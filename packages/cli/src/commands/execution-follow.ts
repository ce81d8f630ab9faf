// batuta execution follow ID: shows an execution until it has ended; the exit code tells how.
import { connect } from '../connect.ts'
import type { ExitCode } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import { showToEnd } from '../show-to-end.ts'

export async function executionFollow(
  executionId: string,
  options: GlobalOptions & { readonly logs: boolean },
): Promise<ExitCode> {
  const client = connect(options)
  // A stream waits for an execution that is about to exist; a reader's typing error should be told at once.
  await client.executions.get({ params: { executionId } })
  return await showToEnd(client, executionId, { isQuiet: false, withLogs: options.logs, json: options.json === true })
}
