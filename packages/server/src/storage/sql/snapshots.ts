// What is folded of long journals, for both SQL databases.
import type { SnapshotOperations, SnapshotReads } from '../store.ts'
import type { Performers, SqlDialect } from './perform.ts'
import type { Query } from './reads.ts'
import { bytes, number } from './rows.ts'
import * as sql from './snapshots.sql.ts'
import { of } from './statement.ts'

export const SNAPSHOT_PERFORMERS: Pick<Performers, keyof SnapshotOperations> = {
  *saveSnapshotPart(row, { born, insertSnapshotPart }) {
    const written = yield insertSnapshotPart(row)
    if (written.length === 0) return false
    if (row.part > 0) return true
    const { text, values } = born.is(row.executionId, 'execution_id')
    yield of(sql.DELETE_OTHER_TURNS, { text, values: [...values, row.turn] })
    return true
  },
}

export function snapshotReads(query: Query, { born }: SqlDialect): SnapshotReads {
  return {
    findSnapshot: async executionId => {
      const statement = of(sql.FIND_SNAPSHOT, born.is(executionId, 'execution_id'))
      const [row] = await query(statement.text, statement.values)
      return row && { turn: number(row, 'turn'), bytes: bytes(row, 'bytes') }
    },
    snapshotPartsOf: async (executionId, turn, { after, limit }) => {
      const { text, values } = born.is(executionId, 'execution_id')
      const statement = of(sql.LIST_PARTS, { text, values: [...values, turn, after, limit] })
      const rows = await query(statement.text, statement.values)
      return rows.map(row => ({ part: number(row, 'part'), bytes: bytes(row, 'bytes') }))
    },
  }
}
