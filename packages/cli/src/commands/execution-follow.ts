// batuta execution follow ID: shows an execution until it has ended; the exit code tells how.
import { connect } from '../connect.ts'
import type { ExitCode } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import { parseLevel } from '../log-level.ts'
import { showToEnd } from '../show-to-end.ts'

export async function executionFollow(
  executionId: string,
  options: GlobalOptions & { readonly logs: boolean; readonly level: string },
): Promise<ExitCode> {
  const client = connect(options)
  const level = parseLevel(options.level)
  // A stream waits for an execution that is about to exist; a reader's typing error should be told at once.
  await client.executions.get({ params: { executionId } })
  const shown = options.logs ? { level } : {}
  return await showToEnd(client, executionId, { ...shown, isQuiet: false, json: options.json === true })
}
