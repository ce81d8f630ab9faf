// The log is folded into the file between flushes: PASSIVE from 16 MB on, which waits for nobody, TRUNCATE from 64 MB on.
import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'

const PASSIVE_FROM_BYTES = 16 * 2 ** 20
const TRUNCATE_FROM_BYTES = 64 * 2 ** 20

export function checkpointPassive(db: DatabaseSync, file: string): void {
  const sizeBytes = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0
  if (sizeBytes < PASSIVE_FROM_BYTES) return
  db.exec(sizeBytes < TRUNCATE_FROM_BYTES ? 'pragma wal_checkpoint(passive)' : 'pragma wal_checkpoint(truncate)')
}
