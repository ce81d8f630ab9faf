// What a sandbox does not show of the server. The whole data folder where it holds nothing but our own; where somebody keeps other things in
// it, an interpreter for instance, only what is ours.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const OWN = /^(?:batuta\.db.*|lock.*|storage|work|cache|node-id|first-user|encryption-key)$/

export function hiddenPlaces({
  dataDir,
  storageDir,
}: {
  readonly dataDir: string
  readonly storageDir: string
}): readonly string[] {
  const names = readdirSync(dataDir)
  const own = names.filter(name => OWN.test(name))
  if (own.length === names.length) return [dataDir, storageDir]
  return [...new Set(['work', ...own])].map(name => join(dataDir, name)).concat(storageDir)
}
