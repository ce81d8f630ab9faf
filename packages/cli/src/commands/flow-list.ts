// batuta flow list [--namespace NAMESPACE]: the flows that the server has.
import { PAGE_SIZE_MAX, type FlowDocument } from '@batuta/api'
import { connect } from '../connect.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printTable } from '../print.ts'

const SHOWN_MAX = 10_000

export interface FlowListOptions extends GlobalOptions {
  readonly namespace?: string
  readonly query?: string
}

export async function flowList(options: FlowListOptions): Promise<ExitCode> {
  const flows = await listFlows(options)
  if (options.json) printJson(flows)
  else printTable(['NAMESPACE', 'ID', 'REVISION', 'TRIGGERS', 'DISABLED'], flows.map(rowOf))
  return EXIT.ok
}

async function listFlows(options: FlowListOptions): Promise<readonly FlowDocument[]> {
  const client = connect(options)
  const { namespace, query: q } = options
  const query = { size: PAGE_SIZE_MAX, ...(namespace !== undefined && { namespace }), ...(q !== undefined && { q }) }
  const flows: FlowDocument[] = []
  for (let page = 1; flows.length < SHOWN_MAX; page += 1) {
    const { results } = await client.flows.search({ query: { ...query, page } })
    flows.push(...results)
    if (results.length < PAGE_SIZE_MAX) break
  }
  return flows
}

function rowOf({ namespace, id, revision, triggers = [], disabled }: FlowDocument): readonly string[] {
  return [
    namespace,
    id,
    String(revision),
    triggers.map(trigger => String(trigger['id'])).join(', '),
    disabled ? 'yes' : '',
  ]
}
