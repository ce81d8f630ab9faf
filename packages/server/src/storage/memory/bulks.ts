// Operations on many.
import type { BulkChunk, BulkKey, BulkOperations, BulkReads, BulkRow } from '../store.ts'
import type { Performers } from './perform.ts'
import type { Tables } from './tables.ts'

export const BULK_PERFORMERS: Pick<Performers, keyof BulkOperations> = {
  createBulk: ({ bulks, bulkChunks }, { tenant, id, body, updatedMs, chunks }) => {
    const fresh: BulkRow = {
      ...{ tenant, id, body, updatedMs },
      ...{ state: 'gathering', wish: null, node: null, epoch: 0, untilMs: 0 },
    }
    if (!bulks.has(keyOf(fresh))) bulks.set(keyOf(fresh), fresh)
    bulkChunks.set(keyOf(fresh), new Map(chunks.map(chunk => [chunk.seq, chunk])))
    return null
  },
  claimBulk: ({ bulks }, { node, nowMs, untilMs, ...key }) => {
    const row = bulks.get(keyOf(key))
    if (!row || (row.untilMs > nowMs && row.node !== node)) return null
    const isWaiting = row.state === 'gathering' || row.state === 'running'
    if (!isWaiting && !(row.state === 'paused' && row.wish !== null)) return null
    const epoch = row.epoch + 1
    bulks.set(keyOf(key), { ...row, node, epoch, untilMs })
    return epoch
  },
  saveBulk: ({ bulks, bulkChunks }, { chunks, heeded, epoch, state, body, untilMs, updatedMs, ...key }) => {
    const row = bulks.get(keyOf(key))
    if (row?.epoch !== epoch) return false
    const wish = row.wish === heeded ? null : row.wish
    bulks.set(keyOf(key), { ...row, state, body, untilMs, updatedMs, wish })
    const known = bulkChunks.get(keyOf(key)) ?? new Map<number, BulkChunk>()
    for (const chunk of chunks) known.set(chunk.seq, chunk)
    bulkChunks.set(keyOf(key), known)
    return true
  },
  wishBulk: ({ bulks }, { wish, ...key }) => {
    const row = bulks.get(keyOf(key))
    if (!row || !isOpen(row)) return false
    bulks.set(keyOf(key), { ...row, wish })
    return true
  },
  purgeBulks: ({ bulks, bulkChunks }, { tenant, beforeMs }) => {
    const old = [...bulks.values()].filter(row => row.tenant === tenant && row.updatedMs < beforeMs && !isOpen(row))
    for (const row of old) {
      bulks.delete(keyOf(row))
      bulkChunks.delete(keyOf(row))
    }
    return old.length
  },
}

export function bulkReads({ bulks, bulkChunks }: Tables): BulkReads {
  const ofTenant = (tenant: string): BulkRow[] =>
    [...bulks.values()].filter(row => row.tenant === tenant).sort((a, b) => (a.id < b.id ? -1 : 1))
  return {
    findBulk: async key => bulks.get(keyOf(key)),
    listBulks: async (tenant, limit) => ofTenant(tenant).reverse().slice(0, limit),
    listOpenBulks: async tenant => ofTenant(tenant).filter(isOpen),
    listBulkChunks: async (key, afterSeq, limit) =>
      [...(bulkChunks.get(keyOf(key))?.values() ?? [])]
        .filter(chunk => chunk.seq > afterSeq)
        .sort((a, b) => a.seq - b.seq)
        .slice(0, limit),
  }
}

function isOpen({ state }: BulkRow): boolean {
  return state === 'gathering' || state === 'running' || state === 'paused'
}

function keyOf({ tenant, id }: BulkKey): string {
  return JSON.stringify([tenant, id])
}
