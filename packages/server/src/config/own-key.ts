// The keys that secrets are kept under where nobody configured one: made once, kept in the data folder of a server that is alone with its database. Servers
// that share one have no file in common: they need a configured key. One a line, the one that encrypts first.
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { newOuterKey } from '../platform/keyring.ts'

const OWNER_ONLY = 0o600

export function readOwnKeys(dataDir: string): readonly string[] {
  const found = findOwnKeys(dataDir)
  return found.length > 0 ? found : [addOwnKey(dataDir)]
}

/** None where there never was one. */
export function findOwnKeys(dataDir: string): readonly string[] {
  const file = fileIn(dataDir)
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
}

/** A new one before the others; it is on the disk before anything is encrypted with it. */
export function addOwnKey(dataDir: string): string {
  const key = newOuterKey()
  const growing = `${fileIn(dataDir)}.new`
  const descriptor = openSync(growing, 'w', OWNER_ONLY)
  try {
    writeSync(descriptor, `${[key, ...findOwnKeys(dataDir)].join('\n')}\n`)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(growing, fileIn(dataDir))
  const folder = openSync(dataDir, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
  return key
}

function fileIn(dataDir: string): string {
  return join(dataDir, 'encryption-key')
}
