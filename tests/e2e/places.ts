// Folders for a server of a test: its own for its truth, one for all tests for what is only a cache, so that Python's packages are
// fetched once per machine and not once per test.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

export interface Places {
  readonly home: string
  readonly dataDir: string
  readonly flowsDir: string
  /** When the server has stopped. */
  remove(): void
}

export const CACHE_DIR: string = join(tmpdir(), `batuta-e2e-cache-${userInfo().uid}`)

export function makePlaces(): Places {
  const home = mkdtempSync(join(tmpdir(), 'batuta-e2e-'))
  const remove = (): void => rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  const places = { home, dataDir: join(home, 'kept'), flowsDir: join(home, 'flows'), remove }
  for (const folder of [places.dataDir, places.flowsDir, CACHE_DIR]) mkdirSync(folder, { recursive: true })
  symlinkSync(CACHE_DIR, join(places.dataDir, 'cache'))
  return places
}
