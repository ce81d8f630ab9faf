// An execution as the store knows it: its journal, folded with the plan of the revision that it runs.
import type { ExecutionState, Plan } from '@batuta/core'
import type { FlowCatalogue } from '../flows/flow-catalogue.ts'
import { foldJournal } from '../flows/fold-journal.ts'
import type { Snapshots } from '../flows/snapshots.ts'
import type { Scheduler } from '../platform/platform.ts'
import type { ExecutionRow } from '../storage/batch.ts'
import type { Store } from '../storage/store.ts'
import type { Entity } from './entity.ts'

/** unknown: there is no such execution. broken: its journal is there and cannot be folded, which is our mistake. */
export type Loaded =
  | {
      readonly type: 'loaded'
      readonly state: ExecutionState
      readonly plan: Plan
      readonly row: ExecutionRow | undefined
      /** The moment of its last turn. */
      readonly latestMs: number
      /** Of the snapshot that it was begun with. */
      readonly snapshotTurn?: number
    }
  | { readonly type: 'unknown' }
  | {
      readonly type: 'broken'
      readonly lastTurn: number
      readonly row: ExecutionRow | undefined
      readonly error: unknown
    }

/** Rejects when the store does not answer. */
export async function loadExecution(
  id: string,
  world: {
    readonly store: Store
    readonly flows: FlowCatalogue
    readonly platform?: Scheduler
    readonly snapshots?: Pick<Snapshots, 'read'>
  },
): Promise<Loaded> {
  const fold = await foldJournal(id, world)
  if (fold.type === 'unknown') return fold
  const row = await world.store.read.findExecution(id)
  switch (fold.type) {
    case 'folded':
      return { ...fold, type: 'loaded', row }
    case 'broken':
      // Without a row it was deleted while a turn of it was on its way: what that wrote is nobody's.
      return row ? { ...fold, row } : { type: 'unknown' }
    case 'planless':
      return { type: 'broken', lastTurn: fold.lastTurn, row, error: new Error(`${fold.flow} is gone`) }
  }
}

/** So that it need not be folded again when somebody asks for it. All that it did is committed. */
export function keepSnapshot(entity: Entity, snapshots: Pick<Snapshots, 'isDue' | 'keep'> | undefined): void {
  const { state, latestMs, snapshotTurn } = entity
  if (!state || !snapshots?.isDue(state, snapshotTurn)) return
  entity.snapshotTurn = state.turn
  snapshots.keep({ state, latestMs })
}

/** What lists show of an execution, as one text to compare. */
export function headOf({ state, endMs, waitsFor }: Pick<ExecutionRow, 'state' | 'endMs' | 'waitsFor'>): string {
  return `${state} ${endMs} ${waitsFor}`
}
