// batuta execution restart ID: runs what failed again, in the same execution unless another revision is to be run.
import { connect } from '../connect.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine } from '../print.ts'
import { parseRevision } from '../revision.ts'
import { showToEnd } from '../show-to-end.ts'

export async function executionRestart(
  executionId: string,
  options: GlobalOptions & { readonly follow?: boolean; readonly revision?: string },
): Promise<ExitCode> {
  const client = connect(options)
  const revision = parseRevision(options.revision)
  const query = revision === undefined ? {} : { revision }
  const execution = await client.executions.restart({ params: { executionId }, query })
  if (options.follow)
    return await showToEnd(client, execution.id, { isQuiet: false, level: 'INFO', json: options.json === true })
  if (options.json) printJson(execution)
  else printLine(`${execution.state.current}  ${execution.id}`)
  return EXIT.ok
}
