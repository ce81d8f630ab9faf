// batuta execution replay ID: a new execution as the old one was, from the start or from a task, with other inputs or another revision.
import type { Client, ExecutionDocument } from '@batuta/api'
import { connect } from '../connect.ts'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine } from '../print.ts'
import { readInputs } from '../read-inputs.ts'
import { parseRevision } from '../revision.ts'
import { showToEnd } from '../show-to-end.ts'

export interface ReplayOptions extends GlobalOptions {
  readonly task?: string
  readonly revision?: string
  readonly input: readonly string[]
  readonly breakpoint: readonly string[]
  readonly follow?: boolean
}

export async function executionReplay(executionId: string, options: ReplayOptions): Promise<ExitCode> {
  const client = connect(options)
  const revision = parseRevision(options.revision)
  const params = { executionId }
  const query = {
    ...(options.task === undefined ? {} : { taskRunId: await findRun(client, executionId, options.task) }),
    ...(revision === undefined ? {} : { revision }),
    ...(options.breakpoint.length === 0 ? {} : { breakpoints: options.breakpoint.join(',') }),
  }
  const form = await readInputs(options.input)
  const execution = form
    ? await client.executions.replayWithInputs({ params, query, body: form })
    : await client.executions.replay({ params, query })
  if (options.follow)
    return await showToEnd(client, execution.id, { isQuiet: false, level: 'INFO', json: options.json === true })
  if (options.json) printJson(execution)
  else printLine(`${execution.state.current}  ${execution.id}`)
  return EXIT.ok
}

/** By the id of the task, or of the run itself; in a loop a task has a run for each value, and the newest is meant. */
export async function findRun(client: Client, executionId: string, name: string): Promise<string> {
  const execution: ExecutionDocument = await client.executions.get({ params: { executionId } })
  const runs = execution.taskRunList ?? []
  const run = runs.findLast(({ id, taskId }) => id === name || taskId === name)
  if (run) return run.id
  const known = [...new Set(runs.map(({ taskId }) => taskId))].join(', ')
  throw new CommandError(EXIT.usage, `the execution has no run of the task "${name}"; it has runs of ${known}`)
}
