// What is installed, as the plugins' manifests tell it. The server reads manifests only; code is imported by the host, on first use.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { controlTypes, inlineTypes, trust, type TypeManifest } from '@batuta/core'

export interface PluginManifest {
  readonly name: string
  readonly version: string
  readonly entry?: string
  /** File beside the manifest with what is told of each of `tasks` in their order, where the manifest does not tell it itself. */
  readonly details?: string
  readonly tasks: readonly InstalledType[]
}

interface InstalledType extends TypeManifest {
  readonly title?: string
  readonly description?: string
  readonly deprecated?: string
  readonly outputs?: unknown
  readonly metrics?: unknown
  readonly examples?: unknown
}

export interface Manifests {
  readonly plugins: readonly PluginManifest[]
  /** Everything that can run, for the catalogue. */
  readonly types: readonly TypeManifest[]
  /** Module to import for each type, aliases included. */
  readonly modules: Readonly<Record<string, string>>
}

const MANIFEST = 'manifest.json'
const ENTRY = 'index.js'
const DETAILS: readonly (keyof Details)[] = [
  ...(['title', 'description', 'deprecated', 'schema', 'outputs', 'outputsSchema', 'metrics', 'examples'] as const),
]

export function readManifests(folder: string): Manifests {
  const names = existsSync(folder)
    ? readdirSync(folder)
        .filter(name => existsSync(join(folder, name, MANIFEST)))
        .sort()
    : []
  const plugins = names.map(name => readManifest(join(folder, name)))
  const modules: Record<string, string> = {}
  plugins.forEach((plugin, index) => {
    const url = pathToFileURL(join(folder, names[index] ?? '', plugin.entry ?? ENTRY)).href
    for (const task of plugin.tasks) for (const type of [task.type, ...(task.aliases ?? [])]) modules[type] = url
  })
  return { plugins, types: [...plugins.flatMap(plugin => plugin.tasks), ...builtIn()], modules }
}

type Details = Omit<InstalledType, 'type' | 'kind' | 'aliases'>

function readManifest(folder: string): PluginManifest {
  const manifest = trust<PluginManifest>(JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8')))
  if (manifest.details === undefined) return manifest
  const readDetails = readWhenAsked(join(folder, manifest.details))
  return { ...manifest, tasks: manifest.tasks.map((task, at) => detailed(task, () => readDetails()[at] ?? {})) }
}

/** Schemas and examples of hundreds of types are megabytes that a server seldom looks at: the file is read when they are asked for, and forgotten again. */
function readWhenAsked(file: string): () => readonly Details[] {
  let kept: WeakRef<readonly Details[]> | undefined
  return () => {
    const known = kept?.deref()
    if (known) return known
    const details = trust<readonly Details[]>(JSON.parse(readFileSync(file, 'utf8')))
    kept = new WeakRef(details)
    return details
  }
}

function detailed(head: InstalledType, details: () => Details): InstalledType {
  const type = { ...head }
  for (const name of DETAILS)
    Object.defineProperty(type, name, { enumerable: true, get: (): unknown => details()[name] })
  return type
}

/** Types of triggers that look outside. */
export function sourceKinds({ plugins }: Pick<Manifests, 'plugins'>): ReadonlyMap<string, 'polling' | 'realtime'> {
  const kinds = new Map<string, 'polling' | 'realtime'>()
  for (const { type, kind, aliases = [] } of plugins.flatMap(plugin => plugin.tasks))
    if (kind === 'polling' || kind === 'realtime') for (const name of [type, ...aliases]) kinds.set(name, kind)
  return kinds
}

/** What the engine runs itself. Their aliases and properties are known to the catalogue. */
function builtIn(): TypeManifest[] {
  const control = controlTypes().map((type): TypeManifest => ({ type, kind: 'flowable' }))
  const inline = inlineTypes().map((type): TypeManifest => ({ type, kind: 'task' }))
  return [
    ...control,
    ...inline,
    { type: 'io.kestra.plugin.core.flow.Subflow', kind: 'executable' },
    { type: 'io.kestra.plugin.core.trigger.Schedule', kind: 'polling' },
    { type: 'io.kestra.plugin.core.trigger.ScheduleOnDates', kind: 'polling' },
    { type: 'io.kestra.plugin.core.trigger.Flow', kind: 'trigger' },
    { type: 'io.kestra.plugin.core.trigger.Webhook', kind: 'trigger' },
    { type: 'io.kestra.plugin.core.trigger.McpToolTrigger', kind: 'trigger' },
  ]
}
