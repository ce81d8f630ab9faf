// batuta execution resume ID: answers a task that waits.
import { connect } from '../connect.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine } from '../print.ts'
import { readInputs } from '../read-inputs.ts'
import { showToEnd } from '../show-to-end.ts'

export interface ExecutionResumeOptions extends GlobalOptions {
  readonly input: readonly string[]
  readonly taskRun?: string
  readonly follow?: boolean
}

export async function executionResume(executionId: string, options: ExecutionResumeOptions): Promise<ExitCode> {
  const client = connect(options)
  const body = await readInputs(options.input)
  const query = options.taskRun === undefined ? {} : { taskRunId: options.taskRun }
  const execution = await client.executions.resume({ params: { executionId }, query, body })
  if (options.follow)
    return await showToEnd(client, executionId, { isQuiet: false, level: 'INFO', json: options.json === true })
  if (options.json) printJson(execution)
  else printLine(`${execution.state.current}  ${executionId}`)
  return EXIT.ok
}
