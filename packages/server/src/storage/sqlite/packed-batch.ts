// A batch on its way to the database thread. Its long tables travel as one list of cells each: cloning row by row, every one with all its
// names, took 12 µs per Benchmark 1 execution on both threads together, this takes 5.
import { trust } from '@batuta/core'
import type { Batch, ExecutionRow, JournalRowOf, LogRow } from '../batch.ts'

type Cell = string | number | null
type Row = Readonly<Record<string, Cell>>

/** All columns, whatever a row holds beside them: a new one that is not here does not compile. */
const BIRTH: Readonly<Record<keyof ExecutionRow, true>> = {
  id: true,
  state: true,
  endMs: true,
  waitsFor: true,
  turn: true,
  tenant: true,
  namespace: true,
  flowId: true,
  revision: true,
  createdMs: true,
  shard: true,
  triggerId: true,
  triggerType: true,
  parentId: true,
  originalId: true,
}
const JOURNAL: Readonly<Record<keyof JournalRowOf, true>> = {
  executionId: true,
  turn: true,
  version: true,
  atMs: true,
  events: true,
}
const LOG: Readonly<Record<keyof LogRow, true>> = {
  executionId: true,
  tenant: true,
  namespace: true,
  flowId: true,
  atMs: true,
  levelMax: true,
  lines: true,
}
const BIRTH_COLUMNS: readonly string[] = Object.keys(BIRTH)
const JOURNAL_COLUMNS: readonly string[] = Object.keys(JOURNAL)
const LOG_COLUMNS: readonly string[] = Object.keys(LOG)

export interface PackedBatch extends Omit<Batch, 'births' | 'journal' | 'logs'> {
  readonly births: readonly Cell[]
  readonly journal: readonly Cell[]
  readonly logs: readonly Cell[]
}

export function packBatch(batch: Batch): PackedBatch {
  return {
    ...batch,
    births: pack(batch.births, BIRTH_COLUMNS),
    journal: pack(batch.journal, JOURNAL_COLUMNS),
    logs: pack(batch.logs, LOG_COLUMNS),
  }
}

export function unpackBatch(packed: PackedBatch): Batch {
  return {
    ...packed,
    births: trust<ExecutionRow[]>(unpack(packed.births, BIRTH_COLUMNS)),
    journal: trust<JournalRowOf[]>(unpack(packed.journal, JOURNAL_COLUMNS)),
    logs: trust<LogRow[]>(unpack(packed.logs, LOG_COLUMNS)),
  }
}

function pack(rows: readonly object[], columns: readonly string[]): readonly Cell[] {
  const cells: Cell[] = []
  for (const row of trust<readonly Row[]>(rows)) for (const column of columns) cells.push(row[column] ?? null)
  return cells
}

function unpack(cells: readonly Cell[], columns: readonly string[]): readonly Row[] {
  const rows: Row[] = []
  for (let at = 0; at < cells.length;) {
    const row: Record<string, Cell> = {}
    for (const column of columns) row[column] = cells[at++] ?? null
    rows.push(row)
  }
  return rows
}
