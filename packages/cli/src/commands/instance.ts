// batuta node list, batuta maintenance enter|exit|status: what works where, and stopping new work everywhere.
import { connect } from '../connect.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine, printTable } from '../print.ts'

const SHOWN_MAX = 1_000

export async function nodeList(options: GlobalOptions): Promise<ExitCode> {
  const { results } = await connect(options).instance.searchServices({ query: { size: SHOWN_MAX } })
  if (options.json) printJson(results)
  else printTable(['NODE', 'SERVICE', 'STATE', 'HOST', 'VERSION', 'SINCE', 'WORK'], results.map(rowOf))
  return EXIT.ok
}

export async function maintenance(verb: 'enter' | 'exit' | 'status', options: GlobalOptions): Promise<ExitCode> {
  const { instance } = connect(options)
  const status = await (verb === 'status'
    ? instance.maintenance({})
    : verb === 'enter'
      ? instance.enterMaintenance({})
      : instance.exitMaintenance({}))
  if (options.json) printJson(status)
  else
    printLine(status.since === undefined ? 'no maintenance' : `maintenance since ${status.since}: nothing new begins`)
  return EXIT.ok
}

interface Listed {
  readonly type: string
  readonly state: string
  readonly server: { readonly id: string; readonly hostname: string; readonly version: string }
  readonly createdAt: string
  readonly props: Readonly<Record<string, unknown>>
}

function rowOf({ type, state, server, createdAt, props }: Listed): readonly string[] {
  return [
    server.id,
    type,
    state,
    server.hostname,
    server.version,
    createdAt.slice(0, 19).replace('T', ' '),
    workOf(props),
  ]
}

function workOf(props: Listed['props']): string {
  const { shards, jobs, tags } = props
  const group = props['worker.group']
  const parts = [
    ...(shards === undefined ? [] : [`${String(shards)} shards`]),
    ...(jobs === undefined ? [] : [`${String(jobs)} of ${String(props['num.threads'])} jobs`]),
    ...(typeof group === 'string' ? [`group ${group}`] : []),
    ...(Array.isArray(tags) && tags.length > 0 ? [`tags ${tags.join(', ')}`] : []),
  ]
  return parts.join(', ')
}
