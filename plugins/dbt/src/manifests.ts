// The manifest of a run, kept as a key of a namespace for the next run to compare with.
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isMap, jsonText, mapGet, p, printValue, TaskError, type RunContext } from '@batuta/plugin-sdk'

export interface ManifestPlace {
  readonly key: string
  readonly namespace: string
}

export const manifestPlace = p.object({
  key: p.string().dynamic().required().title('The key.'),
  namespace: p.string().dynamic().required().title('The namespace of the key.'),
})

export async function loadManifest(
  ctx: RunContext,
  { key, namespace }: ManifestPlace,
  projectDir: string,
): Promise<void> {
  const found = await ctx.ports.ask('kv.get', { key, namespace, errorOnMissing: false })
  const value = found !== null && typeof found === 'object' && isMap(found) ? (mapGet(found, 'value') ?? null) : found
  if (value === null) return ctx.logger.warn(`there is no manifest "${key}" in the namespace "${namespace}" yet`)
  const path = await ctx.workingDir.resolve(join(projectDir, 'manifest.json'))
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, typeof value === 'object' ? jsonText(value) : printValue(value))
}

export async function storeManifest(
  ctx: RunContext,
  { key, namespace }: ManifestPlace,
  projectDir: string,
): Promise<void> {
  const path = await ctx.workingDir.resolve(join(projectDir, 'target', 'manifest.json'))
  if (!existsSync(path)) throw new TaskError('dbt wrote no target/manifest.json: there is nothing to store')
  const value = await readFile(path, 'utf8')
  const facts = { description: 'A manifest of dbt', ttlMs: null, overwrite: true }
  await ctx.ports.ask('kv.set', { key, namespace, value, type: 'STRING', ...facts })
}
