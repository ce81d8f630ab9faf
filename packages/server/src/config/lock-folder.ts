// One server per data folder. The lock is one of SQLite's on a file of its own: the system lets go of it when the process ends, however it ends.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { BatutaError } from '@batuta/core'

/** A server that is just stopping gets this long. */
const PATIENCE_MS = 5_000

/**
 * Holds the folder until the process ends, or until the returned function is called.
 * @throws {BatutaError} `config-invalid` when another server holds it.
 */
export function lockFolder(folder: string, patienceMs: number = PATIENCE_MS): () => void {
  const lock = new DatabaseSync(join(folder, 'lock'), { timeout: patienceMs })
  try {
    lock.exec('begin exclusive')
  } catch (error) {
    lock.close()
    throw new BatutaError(
      'config-invalid',
      `The data folder "${folder}" is in use by another server: stop that one, or give this one a folder of its own with --data.`,
      { cause: error },
    )
  }
  return () => lock.close()
}
