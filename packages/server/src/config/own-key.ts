// The key that secrets are kept under where nobody configured one: made once, kept in the data folder of a server that is alone with its database. Servers
// that share one have no file in common: they need a configured key.
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const KEY_BYTES = 32
const OWNER_ONLY = 0o600

export function readOwnKey(dataDir: string): string {
  const file = join(dataDir, 'encryption-key')
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(KEY_BYTES).toString('base64')}\n`, { mode: OWNER_ONLY })
  return readFileSync(file, 'utf8').trim()
}

/** Undefined where there never was one. */
export function findOwnKey(dataDir: string): string | undefined {
  return existsSync(join(dataDir, 'encryption-key')) ? readOwnKey(dataDir) : undefined
}
