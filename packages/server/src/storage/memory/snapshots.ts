// What is folded of long journals. Bytes are copied on their way in and out, as a database does.
import type { SnapshotOperations, SnapshotReads } from '../store.ts'
import type { Performers } from './perform.ts'
import type { Tables } from './tables.ts'

export const SNAPSHOT_PERFORMERS: Pick<Performers, keyof SnapshotOperations> = {
  saveSnapshotPart: (tables, { executionId, turn, part, bytes }) => {
    if (!tables.executions.has(executionId)) return false
    const turns = tables.snapshots.get(executionId) ?? new Map<number, Map<number, Uint8Array>>()
    const parts = turns.get(turn) ?? new Map<number, Uint8Array>()
    if (part === 0) turns.clear()
    tables.snapshots.set(executionId, turns.set(turn, parts.set(part, new Uint8Array(bytes))))
    return true
  },
}

export function snapshotReads(tables: Tables): SnapshotReads {
  return {
    findSnapshot: async executionId => {
      const turns = [...(tables.snapshots.get(executionId) ?? [])].sort(([a], [b]) => b - a)
      for (const [turn, parts] of turns) {
        const bytes = parts.get(0)
        if (bytes) return { turn, bytes: new Uint8Array(bytes) }
      }
      return undefined
    },
    snapshotPartsOf: async (executionId, turn, { after, limit }) =>
      [...(tables.snapshots.get(executionId)?.get(turn) ?? [])]
        .filter(([part]) => part > after)
        .sort(([a], [b]) => a - b)
        .slice(0, limit)
        .map(([part, bytes]) => ({ part, bytes: new Uint8Array(bytes) })),
  }
}
