// Operations on many, for both SQL databases.
import { trust } from '@batuta/core'
import type { BulkOperations, BulkReads, BulkRow, BulkState, BulkWish } from '../store.ts'
import * as sql from './bulks.sql.ts'
import type { Param, Performers } from './perform.ts'
import { number, text, textOrNull, type SqlRow } from './rows.ts'
import { run } from './statement.ts'

export const BULK_PERFORMERS: Pick<Performers, keyof BulkOperations> = {
  *createBulk({ tenant, id, body, updatedMs, chunks }) {
    yield run(sql.INSERT_BULK, tenant, id, body, updatedMs)
    for (const chunk of chunks) yield run(sql.UPSERT_CHUNK, tenant, id, chunk.seq, chunk.body)
    return null
  },
  *claimBulk({ tenant, id, node, nowMs, untilMs }) {
    const [row] = yield run(sql.CLAIM_BULK, tenant, id, node, untilMs, nowMs)
    return row ? number(row, 'epoch') : null
  },
  *saveBulk({ tenant, id, epoch, state, body, untilMs, updatedMs, heeded, chunks }) {
    const rows = yield run(sql.SAVE_BULK, tenant, id, epoch, state, body, untilMs, updatedMs, heeded)
    if (rows.length === 0) return false
    for (const chunk of chunks) yield run(sql.UPSERT_CHUNK, tenant, id, chunk.seq, chunk.body)
    return true
  },
  *wishBulk({ tenant, id, wish }) {
    return (yield run(sql.WISH_BULK, tenant, id, wish)).length === 1
  },
  *purgeBulks({ tenant, beforeMs }) {
    yield run(sql.PURGE_CHUNKS, tenant, beforeMs)
    return (yield run(sql.PURGE_BULKS, tenant, beforeMs)).length
  },
}

export function bulkReads(all: (statement: string, ...values: Param[]) => Promise<readonly SqlRow[]>): BulkReads {
  return {
    findBulk: async ({ tenant, id }) => (await all(sql.FIND_BULK, tenant, id)).map(bulkOf)[0],
    listBulks: async (tenant, limit) => (await all(sql.LIST_BULKS, tenant, limit)).map(bulkOf),
    listOpenBulks: async tenant => (await all(sql.LIST_OPEN_BULKS, tenant)).map(bulkOf),
    listBulkChunks: async ({ tenant, id }, afterSeq, limit) =>
      (await all(sql.LIST_CHUNKS, tenant, id, afterSeq, limit)).map(row => ({
        seq: number(row, 'seq'),
        body: text(row, 'body'),
      })),
  }
}

/** What stands in these columns was written by the statements beside. */
function bulkOf(row: SqlRow): BulkRow {
  return {
    tenant: text(row, 'tenant'),
    id: text(row, 'id'),
    state: trust<BulkState>(text(row, 'state')),
    wish: trust<BulkWish | null>(textOrNull(row, 'wish')),
    node: textOrNull(row, 'node'),
    epoch: number(row, 'epoch'),
    untilMs: number(row, 'until_ms'),
    body: text(row, 'body'),
    updatedMs: number(row, 'updated_ms'),
  }
}
