// Executions that were set aside, with the reason that their journal tells.
import { createdMsOf, decodeEvents } from '@batuta/core'
import { executionOf, number, text, type SqlRow } from '../storage/sql/rows.ts'
import { HELD, LAST_TURNS } from './doctor.sql.ts'
import type { ReadOnlyDatabase } from './read-only-database.ts'

export interface HeldExecution {
  readonly id: string
  readonly namespace: string
  readonly flowId: string
  readonly state: string
  readonly reason: string
  readonly heldMs: number | undefined
}

export async function listHeld({ kind, query }: ReadOnlyDatabase, limit: number): Promise<readonly HeldExecution[]> {
  const held: HeldExecution[] = []
  for (const row of (await query(HELD, limit)).map(executionOf)) {
    const moments = kind === 'postgres' ? [createdMsOf(row.id)] : []
    const turns = await query(LAST_TURNS[kind], row.id, ...moments)
    held.push({
      id: row.id,
      namespace: row.namespace,
      flowId: row.flowId,
      state: row.state,
      ...reasonOf(turns),
    })
  }
  return held
}

function reasonOf(turns: readonly SqlRow[]): Pick<HeldExecution, 'reason' | 'heldMs'> {
  for (const row of turns) {
    const turn = { turn: number(row, 'turn'), version: number(row, 'version'), atMs: number(row, 'at_ms') }
    for (const event of readEvents({ ...turn, events: text(row, 'events') }))
      if (event.type === 'held') return { reason: event.reason, heldMs: turn.atMs }
  }
  return { reason: 'its journal tells no reason', heldMs: undefined }
}

/** A turn that cannot be read may be why it is held: the reason stands in another one. */
function readEvents(row: Parameters<typeof decodeEvents>[0]): ReturnType<typeof decodeEvents> {
  try {
    return decodeEvents(row)
  } catch {
    return []
  }
}
