// batuta execution restart ID: runs what failed again, in the same execution.
import { connect } from '../connect.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine } from '../print.ts'
import { showToEnd } from '../show-to-end.ts'

export async function executionRestart(
  executionId: string,
  options: GlobalOptions & { readonly follow?: boolean },
): Promise<ExitCode> {
  const client = connect(options)
  const execution = await client.executions.restart({ params: { executionId } })
  if (options.follow)
    return await showToEnd(client, executionId, { isQuiet: false, level: 'INFO', json: options.json === true })
  if (options.json) printJson(execution)
  else printLine(`${execution.state.current}  ${executionId}`)
  return EXIT.ok
}
