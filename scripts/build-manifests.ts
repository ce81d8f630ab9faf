// node scripts/build-manifests.ts --out DIR [--from source]
// Imports every plugin of the workspace once and writes what the server needs to know of it to DIR/<plugin>/manifest.json, so that
// the server never loads plugin code. `--from source` makes the manifests point at the sources, for runs without a bundle.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { definitionsOf } from '@batuta/host'
import { manifestTypeOf, type ManifestType } from '@batuta/plugin-sdk'

export type { ManifestType } from '@batuta/plugin-sdk'

export interface Manifest {
  readonly name: string
  readonly version: string
  /** Module to import, relative to the manifest. */
  readonly entry: string
  readonly tasks: readonly ManifestType[]
}

const DETAILS = 'details.json'
const PLUGINS = join(import.meta.dirname, '..', 'plugins')
/** The manifests of all plugins that define something, in the order of their names. */
export async function buildManifests(): Promise<readonly Manifest[]> {
  const names = readdirSync(PLUGINS, { withFileTypes: true }).filter(entry => entry.isDirectory())
  const manifests: Manifest[] = []
  for (const { name } of names.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const manifest = await buildManifest(name)
    if (manifest.tasks.length > 0) manifests.push(manifest)
  }
  return manifests
}

async function buildManifest(name: string): Promise<Manifest> {
  const source = join(PLUGINS, name, 'src', 'index.ts')
  const module: Readonly<Record<string, unknown>> = await import(pathToFileURL(source).href)
  const { version }: { version: string } = JSON.parse(readFileSync(join(PLUGINS, name, 'package.json'), 'utf8'))
  const tasks = definitionsOf(module).map(manifestTypeOf)
  return { name, version, entry: 'index.js', tasks: tasks.sort((a, b) => (a.type < b.type ? -1 : 1)) }
}

/** Writes one folder per plugin and returns their names. */
export async function writeManifests(out: string, from: 'bundle' | 'source' = 'bundle'): Promise<readonly string[]> {
  const manifests = await buildManifests()
  for (const manifest of manifests) {
    const folder = join(out, manifest.name)
    const source = relative(folder, join(PLUGINS, manifest.name, 'src', 'index.ts'))
    const entry = from === 'source' ? source.replaceAll('\\', '/') : manifest.entry
    mkdirSync(folder, { recursive: true })
    const { heads, details } = parted(manifest.tasks)
    writeJson(join(folder, 'manifest.json'), { ...manifest, entry, details: DETAILS, tasks: heads })
    writeJson(join(folder, DETAILS), details)
  }
  return manifests.map(manifest => manifest.name)
}

/** What a server holds of every type, and what it reads when somebody asks for the type. */
function parted(tasks: readonly ManifestType[]): { readonly heads: unknown; readonly details: unknown } {
  const heads = tasks.map(({ type, aliases, kind }) => ({ type, aliases, kind }))
  const details = tasks.map(({ type: _type, aliases: _aliases, kind: _kind, ...rest }) => rest)
  return { heads, details }
}

function writeJson(file: string, content: unknown): void {
  writeFileSync(file, `${JSON.stringify(content, undefined, 2)}\n`)
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { out: { type: 'string' }, from: { type: 'string', default: 'bundle' } } })
  if (values.out === undefined) {
    process.stderr.write('usage: node scripts/build-manifests.ts --out DIR [--from source]\n')
    process.exit(2)
  }
  const names = await writeManifests(values.out, values.from === 'source' ? 'source' : 'bundle')
  process.stdout.write(`${names.map(name => join(values.out ?? '', name, 'manifest.json')).join('\n')}\n`)
}
