// The log is folded into the file between flushes: PASSIVE when 16 MB of it are not in the file yet, which waits for nobody; TRUNCATE when the
// log's file has grown beyond 64 MB. What counts is what is left to fold, not the size of the log's file: that one stays as large as it ever
// was and is written again from its beginning, so that a checkpoint by size would follow every single flush from then on.
import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { faultOf } from './flush.ts'

export type Checkpoint = () => void

const PASSIVE_FROM_PAGES = 4096
const TRUNCATE_FROM_BYTES = 64 * 2 ** 20

export function prepareCheckpoint(db: DatabaseSync, file: string): Checkpoint {
  // 20 µs: it reads two numbers of the log's index.
  const look = db.prepare('pragma wal_checkpoint(noop)')
  return () => {
    const row = look.get()
    if (Number(row?.['log']) - Number(row?.['checkpointed']) < PASSIVE_FROM_PAGES) return
    const sizeBytes = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0
    foldLog(db, sizeBytes < TRUNCATE_FROM_BYTES ? 'passive' : 'truncate')
  }
}

/** Without room for the file the log stays as it is, and nothing of it is lost: the next look tries again. */
export function foldLog(db: DatabaseSync, mode: 'passive' | 'truncate'): void {
  try {
    db.exec(`pragma wal_checkpoint(${mode})`)
  } catch (error) {
    if (faultOf(error) !== 'full') throw error
  }
}
