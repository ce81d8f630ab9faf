// batuta flow run FLOW: starts a flow. FLOW is a name, or a file, which is saved first.
import { readFile } from 'node:fs/promises'
import type { Client } from '@batuta/api'
import { connect } from '../connect.ts'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import { flowNameOf, type FlowName } from '../flow-name.ts'
import type { GlobalOptions } from '../global-options.ts'
import { parseLevel } from '../log-level.ts'
import { printJson, printLine, remark } from '../print.ts'
import { readInputs } from '../read-inputs.ts'
import { parseRevision } from '../revision.ts'
import { showToEnd } from '../show-to-end.ts'
import { saveFlow } from './flow-update.ts'

export interface FlowRunOptions extends GlobalOptions {
  readonly input: readonly string[]
  readonly label: readonly string[]
  readonly revision?: string
  readonly wait?: boolean
  readonly follow?: boolean
  readonly level: string
  /** Other spellings. */
  readonly inputs?: readonly string[]
  readonly labels?: readonly string[]
}

export async function flowRun(args: readonly string[], options: FlowRunOptions): Promise<ExitCode> {
  const client = connect(options)
  const level = parseLevel(options.level)
  const form = await readInputs([...options.input, ...(options.inputs ?? [])])
  const name = await nameOf(client, args)
  const labels = [...options.label, ...(options.labels ?? [])]
  const revision = parseRevision(options.revision)
  const execution = await client.executions.create({
    params: name,
    query: { labels: labels.map(parseLabel), ...(revision !== undefined && { revision }) },
    body: form,
  })
  if (options.follow || options.wait) {
    const shown = options.follow ? { level } : {}
    return await showToEnd(client, execution.id, { ...shown, isQuiet: !options.follow, json: options.json === true })
  }
  if (options.json) printJson(execution)
  else {
    printLine(execution.id)
    remark(
      `${execution.state.current}  ${name.namespace}.${name.id}; see it with "batuta execution follow ${execution.id}"`,
    )
  }
  return EXIT.ok
}

async function nameOf(client: Client, args: readonly string[]): Promise<FlowName> {
  const [flow = ''] = args
  if (args.length > 1 || !/\.ya?ml$/i.test(flow)) return flowNameOf(args)
  const source = await readFile(flow, 'utf8').catch((cause: unknown) => {
    throw new CommandError(
      EXIT.usage,
      `"${flow}" cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
    )
  })
  const { namespace, id, revision } = await saveFlow(client, source)
  remark(`saved ${namespace}.${id}, revision ${revision}`)
  return { namespace, id }
}

function parseLabel(text: string): string {
  const match = /^([^=:]+)[=:](.*)$/s.exec(text)
  if (match === null) throw new CommandError(EXIT.usage, `"${text}" is no label: write -l NAME=VALUE`)
  return `${match[1]}:${match[2]}`
}
