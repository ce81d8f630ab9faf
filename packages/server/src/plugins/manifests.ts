// What is installed, as the plugins' manifests tell it. The server reads manifests only; code is imported by the host, on first use.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { controlTypes, inlineTypes, trust, type TypeManifest } from '@batuta/core'

export interface PluginManifest {
  readonly name: string
  readonly version: string
  readonly entry?: string
  readonly tasks: readonly (TypeManifest & {
    readonly title?: string
    readonly description?: string
    readonly outputs?: unknown
    readonly metrics?: unknown
    readonly examples?: unknown
  })[]
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

export function readManifests(folder: string): Manifests {
  const names = existsSync(folder)
    ? readdirSync(folder)
        .filter(name => existsSync(join(folder, name, MANIFEST)))
        .sort()
    : []
  const plugins = names.map(name =>
    trust<PluginManifest>(JSON.parse(readFileSync(join(folder, name, MANIFEST), 'utf8'))),
  )
  const modules: Record<string, string> = {}
  plugins.forEach((plugin, index) => {
    const url = pathToFileURL(join(folder, names[index] ?? '', plugin.entry ?? ENTRY)).href
    for (const task of plugin.tasks) for (const type of [task.type, ...(task.aliases ?? [])]) modules[type] = url
  })
  return { plugins, types: [...plugins.flatMap(plugin => plugin.tasks), ...builtIn()], modules }
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
  ]
}
