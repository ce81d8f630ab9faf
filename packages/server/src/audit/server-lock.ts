// Whether a server holds a data folder, asked without taking the lock: a reader is turned away while a server has it.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { LOCK_PROBE } from './audit.sql.ts'

const SQLITE_BUSY = 5

export function isFolderServed(dataDir: string): boolean {
  const file = join(dataDir, 'lock')
  if (!existsSync(file)) return false
  const lock = new DatabaseSync(file, { readOnly: true, timeout: 0 })
  try {
    lock.prepare(LOCK_PROBE).all()
    return false
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === SQLITE_BUSY) return true
    throw error
  } finally {
    lock.close()
  }
}
