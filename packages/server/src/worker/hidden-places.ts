// What a sandbox does not show of the server: its configuration, which may hold passwords and keys, and its data. The whole data folder where it holds nothing but our own; where somebody keeps other things in
// it, an interpreter for instance, only what is ours.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const OWN = /^(?:batuta\.db.*|lock.*|storage|work|cache|node-id|first-user|encryption-key)$/

export function hiddenPlaces({
  dataDir,
  storageDir,
  configFile,
}: {
  readonly dataDir: string
  readonly storageDir: string
  readonly configFile?: string
}): readonly string[] {
  const names = readdirSync(dataDir)
  const own = names.filter(name => OWN.test(name))
  const others = [storageDir, ...(configFile === undefined ? [] : [configFile])]
  if (own.length === names.length) return [dataDir, ...others]
  return [...[...new Set(['work', ...own])].map(name => join(dataDir, name)), ...others]
}
