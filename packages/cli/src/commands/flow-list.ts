// batuta flow list [--namespace NAMESPACE]: the flows that the server has.
import type { FlowDocument } from '@batuta/api'
import { connect } from '../connect.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printTable } from '../print.ts'
import { filterQuery } from '../query-filters.ts'
import { readPages, type PageOptions } from '../read-pages.ts'

export interface FlowListOptions extends GlobalOptions, PageOptions {
  readonly namespace?: string
  readonly query?: string
  readonly labels?: readonly string[]
  readonly filter?: readonly string[]
}

export async function flowList([given]: readonly string[], told: FlowListOptions): Promise<ExitCode> {
  const options = given === undefined ? told : { ...told, namespace: given }
  const flows = await listFlows(options)
  if (options.json) printJson(flows)
  else printTable(['NAMESPACE', 'ID', 'REVISION', 'TRIGGERS', 'DISABLED'], flows.map(rowOf))
  return EXIT.ok
}

export async function listFlows(options: FlowListOptions): Promise<readonly FlowDocument[]> {
  const client = connect(options)
  const { namespace, query: q, labels = [], filter } = options
  const query = {
    ...(namespace !== undefined && { namespace }),
    ...(q !== undefined && { q }),
    ...(labels.length > 0 && { labels: labels.map(text => text.replace('=', ':')) }),
    ...filterQuery(filter),
  }
  return await readPages(options, async (page, size) => client.flows.search({ query: { ...query, page, size } }))
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
