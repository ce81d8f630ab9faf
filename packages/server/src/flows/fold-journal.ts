// An execution as its journal tells it, read a page at a time: that of a large loop is too long to lie in memory beside what it makes, and to be read
// in one go while others wait. Where there is a snapshot of a long one, the journal is read from there on.
import { foldOn, openJournal, type ExecutionState, type Plan } from '@batuta/core'
import type { Scheduler } from '../platform/platform.ts'
import type { JournalRowOf } from '../storage/batch.ts'
import type { Store } from '../storage/store.ts'
import type { FlowCatalogue } from './flow-catalogue.ts'
import type { Snapshots } from './snapshots.ts'

export interface Folded {
  readonly state: ExecutionState
  readonly plan: Plan
  /** The moment of its last turn. */
  readonly latestMs: number
  /** Of the snapshot that it was begun with. */
  readonly snapshotTurn?: number
}

/** unknown: there is no such execution. planless: its revision is gone. broken: its journal is there and cannot be folded. */
export type Fold =
  | ({ readonly type: 'folded' } & Folded)
  | { readonly type: 'unknown' }
  | { readonly type: 'planless'; readonly flow: string; readonly lastTurn: number }
  | { readonly type: 'broken'; readonly error: unknown; readonly lastTurn: number }

export interface JournalWorld {
  readonly store: Pick<Store, 'read'>
  readonly flows: Pick<FlowCatalogue, 'loadPlan'>
  /** Others have their turn between two pages. */
  readonly platform?: Scheduler
  readonly snapshots?: Pick<Snapshots, 'read'>
}

const PAGE_ROWS = 128
/** Those with more may have a snapshot. */
const FIRST_ROWS = 32

/** `known` is what was folded before: it is changed in place. Rejects when the store does not answer. */
export async function foldJournal(id: string, world: JournalWorld, known?: Folded): Promise<Fold> {
  const { store, platform } = world
  let folded = known
  let after = known?.state.turn ?? -1
  for (;;) {
    const limit = folded ? PAGE_ROWS : FIRST_ROWS
    const rows = await store.read.journalOf(id, { after, limit })
    const last = rows.at(-1)
    if (!last) return folded ? { type: 'folded', ...folded } : { type: 'unknown' }
    const hasMore = rows.length === limit
    const next =
      (hasMore && !folded && (await fromSnapshot(id, last, world))) || (await foldPage(id, folded, { rows, world }))
    if (next.type !== 'folded') return { ...next, lastTurn: await lastTurnOf(id, last.turn, store) }
    if (!hasMore) return next
    folded = next
    after = next.state.turn
    if (platform) await new Promise<void>(resolve => platform.defer(resolve))
  }
}

/** Undefined where there is none that leads beyond what was read. */
async function fromSnapshot(id: string, last: JournalRowOf, world: JournalWorld): Promise<Page | undefined> {
  const kept = await world.snapshots?.read(id)
  if (!kept || kept.state.turn <= last.turn) return undefined
  // Not by the birth: the first row of a loop holds all its values.
  const plan = await world.flows.loadPlan(kept.state, kept.state.revision)
  if (!plan) return undefined
  const state = foldOn(id, kept.state, { rows: [], plan })
  return { type: 'folded', state, plan, latestMs: kept.latestMs, snapshotTurn: state.turn }
}

type Page = Exclude<Fold, { readonly type: 'unknown' }>

async function foldPage(
  id: string,
  folded: Folded | undefined,
  { rows, world }: { readonly rows: readonly JournalRowOf[]; readonly world: JournalWorld },
): Promise<Page> {
  const lastTurn = rows.at(-1)?.turn ?? 0
  let opened
  try {
    opened = folded ? undefined : openJournal(id, rows)
  } catch (error) {
    return { type: 'broken', error, lastTurn }
  }
  const birth = opened?.birth
  const plan = folded?.plan ?? (birth && (await world.flows.loadPlan(birth, birth.revision)))
  if (!plan) {
    const flow = birth ? `revision ${birth.revision} of the flow "${birth.namespace}.${birth.flowId}"` : 'the flow'
    return { type: 'planless', flow, lastTurn }
  }
  try {
    const state = opened ? opened.fold(plan) : foldOn(id, folded?.state, { rows, plan })
    return { ...folded, type: 'folded', state, plan, latestMs: rows.at(-1)?.atMs ?? 0 }
  } catch (error) {
    return { type: 'broken', error, lastTurn }
  }
}

async function lastTurnOf(id: string, from: number, { read }: Pick<Store, 'read'>): Promise<number> {
  let after = from
  for (;;) {
    const last = (await read.journalOf(id, { after, limit: PAGE_ROWS })).at(-1)
    if (!last) return after
    after = last.turn
  }
}
