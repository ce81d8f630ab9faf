// An execution as the store knows it: its journal, folded with the plan of the revision that it runs.
import { assert, birthOf, fold, type ExecutionState, type Plan } from '@batuta/core'
import type { ExecutionRow, JournalRowOf } from '../storage/batch.ts'
import type { Store } from '../storage/store.ts'
import type { FlowCatalogue } from '../flows/flow-catalogue.ts'

/** unknown: there is no such execution. broken: its journal is there and cannot be folded, which is our mistake. */
export type Loaded =
  | {
      readonly type: 'loaded'
      readonly state: ExecutionState
      readonly plan: Plan
      readonly row: ExecutionRow | undefined
      /** The moment of its last turn. */
      readonly latestMs: number
    }
  | { readonly type: 'unknown' }
  | {
      readonly type: 'broken'
      readonly rows: readonly JournalRowOf[]
      readonly row: ExecutionRow | undefined
      readonly error: unknown
    }

/** Rejects when the store does not answer. */
export async function loadExecution(
  id: string,
  { store, flows }: { readonly store: Store; readonly flows: FlowCatalogue },
): Promise<Loaded> {
  const rows = await store.read.journalOf(id)
  if (rows.length === 0) return { type: 'unknown' }
  const row = await store.read.findExecution(id)
  let birth
  try {
    birth = birthOf(id, rows)
  } catch (error) {
    // It was deleted while a turn of it was on its way: what that wrote is nobody's.
    return row ? { type: 'broken', rows, row, error } : { type: 'unknown' }
  }
  const plan = await flows.loadPlan(birth, birth.revision)
  try {
    assert(plan !== undefined, `revision ${birth.revision} of the flow "${birth.namespace}.${birth.flowId}" is gone`)
    return { type: 'loaded', state: fold(id, rows, plan), plan, row, latestMs: rows.at(-1)?.atMs ?? 0 }
  } catch (error) {
    return { type: 'broken', rows, row, error }
  }
}

/** What lists show of an execution, as one text to compare. */
export function headOf({ state, endMs, waitsFor }: Pick<ExecutionRow, 'state' | 'endMs' | 'waitsFor'>): string {
  return `${state} ${endMs} ${waitsFor}`
}
