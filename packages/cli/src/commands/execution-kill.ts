// batuta execution kill ID: stops an execution and, unless told otherwise, those it started.
import { connect } from '../connect.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine } from '../print.ts'

export async function executionKill(
  executionId: string,
  options: GlobalOptions & { readonly cascade: boolean },
): Promise<ExitCode> {
  const client = connect(options)
  const params = { executionId }
  await client.executions.kill({ params, query: { isOnKillCascade: options.cascade } })
  const execution = await client.executions.get({ params })
  if (options.json) printJson(execution)
  else printLine(`${execution.state.current}  ${executionId}`)
  return EXIT.ok
}
