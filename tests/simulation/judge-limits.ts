// Limits, judged after every commit from the rows and the journals alone: never more run than may, and whoever has a place has a row of it.
import { isFinal, shardOf, type ExecutionState } from '@batuta/core'
import { homeShardOf } from '../../packages/server/src/flows/home.ts'
import { flowLimitKey } from '../../packages/server/src/flows/limit-rules.ts'
import type { LimitMemberRow } from '../../packages/server/src/storage/batch.ts'
import type { Tables } from '../../packages/server/src/storage/memory/tables.ts'
import type { FlowKey } from '../../packages/server/src/storage/store.ts'

export interface JudgedLimits {
  readonly tables: Tables
  readonly states: Iterable<ExecutionState>
  limitOf(flow: FlowKey): number | undefined
  find(id: string, what: string): void
}

export function judgeLimits({ tables, states, limitOf, find }: JudgedLimits): void {
  const rows = new Map([...tables.limitMembers.values()].map(row => [row.executionId, row]))
  const running = new Map<string, ExecutionState[]>()
  for (const state of states) {
    const limit = limitOf(state)
    if (limit === undefined) continue
    if (shardOf(state.id) !== homeShardOf(state)) find(state.id, 'I7 it was not born at home')
    judgePlace(state, rows.get(state.id), find)
    rows.delete(state.id)
    if (!isRunning(state)) continue
    const key = flowLimitKey(state)
    const known = running.get(key) ?? []
    running.set(key, [...known, state])
    if (!state.slot?.isForced && known.filter(other => !other.slot?.isForced).length >= limit)
      find(state.id, `I7 it runs beside ${known.map(({ id }) => id).join(', ')}, and ${limit} may`)
  }
  for (const id of rows.keys()) find(id, 'I7 it is a member of a limit, and has no place in it')
}

/**
 * Begun and not ended, whatever it waits for. What comes after one that was killed in the queue, or stayed there too long, takes no place, nor what comes once more because
 * somebody changed a state after the end.
 */
function isRunning({ state, isEnded, isKillRequested, brokenSla, slot, generation }: ExecutionState): boolean {
  if ((isKillRequested || brokenSla.size > 0) && !slot) return false
  if (generation > 1 && isFinal(state) && !slot) return false
  return !isEnded && state !== 'CREATED' && state !== 'QUEUED' && state !== 'RESTARTED' && state !== 'KILLING'
}

function judgePlace(state: ExecutionState, row: LimitMemberRow | undefined, find: JudgedLimits['find']): void {
  const { slot, id } = state
  if (isRunning(state) && slot?.type !== 'holds') find(id, `I7 it is ${state.state} and holds no place`)
  if (state.state === 'QUEUED' && slot?.type !== 'waits') find(id, 'I8 it is QUEUED and stands in no line')
  if (slot && !row) find(id, `I7 it ${slot.type} and has no row of it`)
  if (!slot && row) find(id, 'I7 it has a row of a place, and no place')
  // A place that was granted is the row's first: the word of it may be on its way.
  if (slot?.type === 'holds' && row?.isHolding === 0) find(id, 'I7 it holds a place, and its row says that it waits')
}
