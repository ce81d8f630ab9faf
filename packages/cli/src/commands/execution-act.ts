// batuta execution pause|force-run|unqueue|continue|set-state|label|delete ID: what needs no more than the id and a word.
import type { ExecutionDocument } from '@batuta/api'
import { connect } from '../connect.ts'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine } from '../print.ts'
import { findRun } from './execution-replay.ts'

export type Act = 'pause' | 'force-run' | 'continue'

export async function executionAct(act: Act, executionId: string, options: GlobalOptions): Promise<ExitCode> {
  const { executions } = connect(options)
  const params = { executionId }
  const acts: Readonly<Record<Act, () => Promise<unknown>>> = {
    pause: () => executions.pause({ params }),
    'force-run': () => executions.forceRun({ params }),
    continue: () => executions.resumeFromBreakpoint({ params }),
  }
  await acts[act]()
  return show(await executions.get({ params }), options)
}

export async function executionUnqueue(
  executionId: string,
  options: GlobalOptions & { readonly state: string },
): Promise<ExitCode> {
  const { executions } = connect(options)
  return show(await executions.unqueue({ params: { executionId }, query: { state: options.state } }), options)
}

/** Of the execution, or of one of its task runs, after which it goes on. */
export async function executionSetState(
  executionId: string,
  state: string,
  options: GlobalOptions & { readonly task?: string },
): Promise<ExitCode> {
  const client = connect(options)
  const params = { executionId }
  if (options.task === undefined)
    return show(await client.executions.changeStatus({ params, query: { status: state } }), options)
  const taskRunId = await findRun(client, executionId, options.task)
  return show(await client.executions.changeRunState({ params, body: { taskRunId, state } }), options)
}

export async function executionLabel(
  executionId: string,
  labels: readonly string[],
  options: GlobalOptions,
): Promise<ExitCode> {
  const { executions } = connect(options)
  const body = labelsOf(labels)
  return show(await executions.setLabels({ params: { executionId }, body }), options)
}

export function labelsOf(labels: readonly string[]): { readonly key: string; readonly value: string }[] {
  return labels.map(text => {
    const at = text.search(/[=:]/)
    if (at < 1) throw new CommandError(EXIT.usage, `"${text}" is no label: write NAME=VALUE`)
    return { key: text.slice(0, at), value: text.slice(at + 1) }
  })
}

export interface DeleteOptions extends GlobalOptions {
  readonly logs: boolean
  readonly metrics: boolean
  readonly files: boolean
}

export async function executionDelete(executionId: string, options: DeleteOptions): Promise<ExitCode> {
  const { executions } = connect(options)
  const query = { deleteLogs: options.logs, deleteMetrics: options.metrics, deleteStorage: options.files }
  await executions.delete({ params: { executionId }, query })
  if (!options.json) printLine(`deleted  ${executionId}`)
  return EXIT.ok
}

function show(execution: ExecutionDocument, { json }: GlobalOptions): ExitCode {
  if (json) printJson(execution)
  else printLine(`${execution.state.current}  ${execution.id}`)
  return EXIT.ok
}
