// batuta held list|release|drop: executions that the engine set aside, because a turn of them failed or their journal cannot be read.
import { connect } from '../connect.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import { placeOf, type PlaceOptions } from '../place-options.ts'
import { printJson, printLine, printTable } from '../print.ts'

const SHOWN_MAX = 1_000

export async function heldList(options: PlaceOptions & { readonly json?: boolean }): Promise<ExitCode> {
  const place = placeOf(options)
  const { findHeld } = await import('@batuta/server')
  const held = await findHeld(place, SHOWN_MAX)
  if (options.json) printJson(held)
  else if (held.length === 0) printLine('none is held')
  else
    printTable(
      ['ID', 'FLOW', 'STATE', 'SINCE', 'REASON'],
      held.map(({ id, namespace, flowId, state, heldMs, reason }) => [
        id,
        `${namespace}.${flowId}`,
        state,
        heldMs === undefined ? '?' : new Date(heldMs).toISOString(),
        reason,
      ]),
    )
  return EXIT.ok
}

export async function heldRelease(executionId: string, options: GlobalOptions): Promise<ExitCode> {
  const execution = await connect(options).executions.release({ params: { executionId } })
  if (options.json) printJson(execution)
  else printLine(`${execution.state.current}  ${executionId}`)
  return EXIT.ok
}

export async function heldDrop(
  executionId: string,
  options: GlobalOptions & { readonly delete?: boolean },
): Promise<ExitCode> {
  const client = connect(options)
  const params = { executionId }
  if (options.delete === true) {
    await client.executions.delete({ params })
    printLine(`deleted  ${executionId}`)
    return EXIT.ok
  }
  const execution = await client.executions.kill({ params, query: { isOnKillCascade: true } })
  if (options.json) printJson(execution)
  else printLine(`${execution.state.current}  ${executionId}`)
  return EXIT.ok
}
