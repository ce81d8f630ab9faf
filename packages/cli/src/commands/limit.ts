// batuta limit …: who runs under limits, and who waits where.
import { connect } from '../connect.ts'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import { flowNameOf } from '../flow-name.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printTable } from '../print.ts'
import { show } from '../show.ts'

const SIZE = 1_000

export async function limitList(options: GlobalOptions): Promise<ExitCode> {
  const { limits } = connect(options)
  const flows = await limits.search({ query: { size: SIZE } })
  const { results: shared } = await limits.shared({})
  if (options.json) printJson({ flows: flows.results, shared })
  else
    printTable(
      ['LIMIT', 'PLACES', 'RUNNING', 'QUEUED'],
      [
        ...flows.results.map(({ namespace, flowId, limit, running, queued }) =>
          rowOf(`flow ${namespace}.${flowId}`, { limit, running, queued }),
        ),
        ...shared.map(({ namespace, pool, ...counts }) => rowOf(nameOf({ namespace, pool }), counts)),
      ],
    )
  return EXIT.ok
}

/** The place of one execution in the queues of its limits. */
export async function limitShow(executionId: string, options: GlobalOptions): Promise<ExitCode> {
  const { limits } = await connect(options).limits.places({ params: { executionId } })
  if (options.json) printJson(limits)
  else
    printTable(
      ['LIMIT', 'PLACES', 'RUNNING', 'QUEUED', 'STATE', 'POSITION'],
      limits.map(({ type, namespace, flowId, pool, state, position, ...counts }) => [
        ...rowOf(type === 'flow' ? `flow ${namespace}.${flowId ?? ''}` : nameOf({ namespace, pool }), counts),
        state,
        position === undefined ? '' : String(position),
      ]),
    )
  return EXIT.ok
}

export async function limitRepair(
  args: readonly string[],
  options: GlobalOptions & { readonly running?: string },
): Promise<ExitCode> {
  const { namespace, id: flowId } = flowNameOf(args)
  const running = Number(options.running)
  if (!Number.isInteger(running) || running < 0)
    throw new CommandError(EXIT.usage, 'say how many of its executions run: --running NUMBER')
  const saved = await connect(options).limits.repair({ params: { namespace, flowId }, body: { running } })
  return show(options, saved, `${running} executions of ${namespace}.${flowId} run`)
}

interface Counts {
  readonly limit?: number | undefined
  readonly running: number
  readonly queued: number
}

function rowOf(name: string, { limit, running, queued }: Counts): readonly string[] {
  return [name, limit === undefined ? '' : String(limit), String(running), String(queued)]
}

function nameOf({ namespace, pool }: { readonly namespace: string; readonly pool?: string | undefined }): string {
  if (pool === undefined) return `namespace ${namespace}`
  return namespace === '' ? `pool ${pool}` : `pool ${pool} of ${namespace}`
}
