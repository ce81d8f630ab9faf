// Limits, judged after every commit from the rows and the journals alone: never more run than may, whoever has a place has a row of it in each limit, and nobody
// waits for long where all of them have room.
import { isFinal, shardOf, type ExecutionState } from '@batuta/core'
import type { LimitMemberRow } from '../../packages/server/src/storage/batch.ts'
import type { Tables } from '../../packages/server/src/storage/memory/tables.ts'
import { count, type Ledger } from './ledger.ts'
import type { DrawnLimits, KnownLimit } from './shared-limits.ts'

export interface JudgedLimits {
  readonly tables: Tables
  readonly states: Iterable<ExecutionState>
  readonly limits: DrawnLimits
  readonly ledger: Ledger
  /** True time. */
  readonly nowMs: number
  /** Since when those that wait could go on, by execution. */
  readonly couldBegin: Map<string, number>
  find(id: string, what: string): void
}

type Find = JudgedLimits['find']

/** Nodes may be away, and be taken over from. */
const BEGINS_WITHIN_MS = 60_000

export function judgeLimits(judged: JudgedLimits): void {
  const { tables, states, limits, ledger, find } = judged
  const rows = rowsOf(tables)
  const running = new Map<string, ExecutionState[]>()
  const waiting: { readonly state: ExecutionState; readonly known: readonly KnownLimit[] }[] = []
  for (const state of states) {
    const known = limits.of(state)
    if (known.length === 0) continue
    if (shardOf(state.id) !== limits.homeOf(state)) find(state.id, 'I7 it was not born at home')
    judgePlace(state, { rows: rows.get(state.id) ?? [], places: known.length }, find)
    rows.delete(state.id)
    if (state.slot?.type === 'waits') waiting.push({ state, known })
    if (isRunning(state)) for (const limit of known) enter(state, limit, { running, ledger, find })
  }
  for (const id of rows.keys()) find(id, 'I7 it is a member of a limit, and has no place in it')
  judgeWaiting(waiting, running, judged)
}

function enter(
  state: ExecutionState,
  { name, limit }: KnownLimit,
  {
    running,
    ledger,
    find,
  }: { readonly running: Map<string, ExecutionState[]>; readonly ledger: Ledger; readonly find: Find },
): void {
  const inside = running.get(name) ?? []
  if (!state.slot?.isForced && inside.filter(other => !other.slot?.isForced).length >= limit)
    find(state.id, `I7 it runs beside ${inside.map(({ id }) => id).join(', ')}, and ${limit} of ${name} may`)
  running.set(name, [...inside, state])
  count(ledger, `turns within a limit: ${name.split(' ')[0]}`)
}

/** I8: a place that is free is given to somebody. */
function judgeWaiting(
  waiting: readonly { readonly state: ExecutionState; readonly known: readonly KnownLimit[] }[],
  running: ReadonlyMap<string, readonly ExecutionState[]>,
  { couldBegin, nowMs, find }: JudgedLimits,
): void {
  const free = waiting.filter(({ known }) => known.every(({ name, limit }) => (running.get(name)?.length ?? 0) < limit))
  const ids = new Set(free.map(({ state }) => state.id))
  for (const id of couldBegin.keys()) if (!ids.has(id)) couldBegin.delete(id)
  for (const id of ids) {
    const sinceMs = couldBegin.get(id) ?? nowMs
    couldBegin.set(id, sinceMs)
    if (nowMs - sinceMs > BEGINS_WITHIN_MS)
      find(id, `I8 its limits have room since ${nowMs - sinceMs} ms, and it waits`)
  }
}

function rowsOf({ limitMembers }: Tables): Map<string, LimitMemberRow[]> {
  const rows = new Map<string, LimitMemberRow[]>()
  for (const row of limitMembers.values()) rows.set(row.executionId, [...(rows.get(row.executionId) ?? []), row])
  return rows
}

/**
 * Begun and not ended, whatever it waits for. What comes after one that was killed or switched off in the queue, or stayed there too long, takes no place, nor what comes
 * once more because somebody changed a state after the end.
 */
function isRunning({ state, history, isEnded, isKillRequested, brokenSla, slot, generation }: ExecutionState): boolean {
  // Its state may have been changed since.
  const isSwitchedOff = history.some(moment => moment.state === 'CANCELLED')
  if ((isKillRequested || brokenSla.size > 0 || isSwitchedOff) && !slot) return false
  if (generation > 1 && isFinal(state) && !slot) return false
  return !isEnded && state !== 'CREATED' && state !== 'QUEUED' && state !== 'RESTARTED' && state !== 'KILLING'
}

function judgePlace(
  state: ExecutionState,
  { rows, places }: { readonly rows: readonly LimitMemberRow[]; readonly places: number },
  find: Find,
): void {
  const { slot, id } = state
  if (isRunning(state) && slot?.type !== 'holds') find(id, `I7 it is ${state.state} and holds no place`)
  if (state.state === 'QUEUED' && slot?.type !== 'waits') find(id, 'I8 it is QUEUED and stands in no line')
  if (slot && rows.length !== places)
    find(id, `I7 it ${slot.type} at ${places} limits and has ${rows.length} rows of it`)
  if (!slot && rows.length > 0) find(id, 'I7 it has a row of a place, and no place')
  // A place that was granted is the row's first: the word of it may be on its way.
  if (slot?.type === 'holds' && rows.some(row => row.isHolding === 0))
    find(id, 'I7 it holds a place, and its row says that it waits')
}
