// The name of this node among others: made once and kept in its data folder, so that after a restart it is the same node again.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'

const SUFFIX_LENGTH = 6
const HOST_LENGTH_MAX = 40

export function readNodeId(dataDir: string, random: () => number): string {
  const file = join(dataDir, 'node-id')
  if (existsSync(file)) return readFileSync(file, 'utf8').trim()
  const suffix = Math.floor(random() * 36 ** SUFFIX_LENGTH)
    .toString(36)
    .padStart(SUFFIX_LENGTH, '0')
  const id = `${hostname().slice(0, HOST_LENGTH_MAX)}-${suffix}`
  writeFileSync(file, `${id}\n`)
  return id
}
