// Finds the code of a type: the manifest said which module, the module is imported on first use, and what it exports is looked
// through for definitions.
import { TaskError } from '@batuta/plugin-sdk'
import { lendPackages } from './lend-packages.ts'
import type {
  FileStoreDefinition,
  PartDefinition,
  TaskDefinition,
  TaskRunnerDefinition,
  TriggerDefinition,
} from '@batuta/plugin-sdk'

export type Definition =
  TaskDefinition | TaskRunnerDefinition | TriggerDefinition | FileStoreDefinition | PartDefinition

export class Definitions {
  #modules: Readonly<Record<string, string>>
  readonly #builtIn: ReadonlyMap<string, Definition>
  readonly #imported = new Map<string, Promise<ReadonlyMap<string, Definition>>>()

  constructor(modules: Readonly<Record<string, string>>, builtIn: readonly Definition[] = []) {
    this.#modules = modules
    this.#builtIn = byType(builtIn)
  }

  /** Plugins came or went. Code that was imported stays: each version is a module of its own. */
  replace(modules: Readonly<Record<string, string>>): void {
    this.#modules = modules
  }

  /** @param version as an author wrote it; the newest that is installed unless said. */
  async getTask(type: string, version?: string): Promise<TaskDefinition> {
    const definition = await this.#findVersion(type, version)
    if (definition?.kind === 'task') return definition
    throw new TaskError(
      definition === undefined
        ? `the task type "${type}" is not implemented: no plugin of this server can run it; install one that does (batuta plugins install NAME), or use another task`
        : `"${type}" is a ${definition.kind}, not a task`,
    )
  }

  async getTrigger(type: string): Promise<TriggerDefinition> {
    const definition = await this.#find(type)
    if (definition?.kind === 'polling trigger' || definition?.kind === 'realtime trigger') return definition
    throw new TaskError(
      definition === undefined
        ? `the trigger type "${type}" is not implemented: no plugin of this server can run it; install one that does (batuta plugins install NAME)`
        : `"${type}" is a ${definition.kind}, not a trigger that looks at a source`,
    )
  }

  async findRunner(type: string): Promise<TaskRunnerDefinition | undefined> {
    const definition = await this.#find(type)
    return definition?.kind === 'task runner' ? definition : undefined
  }

  /** A type may have a property of that name itself: then it is not about the plugin. */
  async #findVersion(type: string, version: string | undefined): Promise<Definition | undefined> {
    if (version === undefined) return await this.#find(type)
    const versions = Object.keys(this.#modules).filter(name => name.startsWith(`${type}@`))
    if (versions.length === 0) return await this.#find(type)
    const newest = await this.#find(type)
    if (newest !== undefined && 'properties' in newest && Object.hasOwn(newest.properties, 'version')) return newest
    if (versions.includes(`${type}@${version}`)) return await this.#find(type, version)
    const installed = versions.map(name => name.slice(type.length + 1)).join(', ')
    throw new TaskError(
      `version ${version} of "${type}" is not installed, only ${installed}: install it, or name another`,
    )
  }

  async #find(type: string, version?: string): Promise<Definition | undefined> {
    const name = version === undefined ? type : `${type}@${version}`
    const builtIn = this.#builtIn.get(type)
    if (builtIn !== undefined) return builtIn
    const url = Object.hasOwn(this.#modules, name) ? this.#modules[name] : undefined
    if (url === undefined) return undefined
    let imported = this.#imported.get(url)
    if (imported === undefined) {
      imported = importDefinitions(url)
      this.#imported.set(url, imported)
    }
    return (await imported).get(type)
  }
}

async function importDefinitions(url: string): Promise<ReadonlyMap<string, Definition>> {
  return byType(definitionsOf(await importModule(url)))
}

function byType(definitions: readonly Definition[]): ReadonlyMap<string, Definition> {
  const found = new Map<string, Definition>()
  for (const definition of definitions) {
    for (const type of [definition.type, ...(definition.aliases ?? [])]) found.set(type, definition)
  }
  return found
}

async function importModule(url: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    // What was installed says `@batuta/plugin-sdk` and has none of its own.
    if (new URL(url).search !== '') lendPackages()
    const module: Readonly<Record<string, unknown>> = await import(url)
    return module
  } catch (cause) {
    throw new TaskError(`the plugin module ${url} cannot be loaded`, { cause })
  }
}

/** What a plugin's module exports: definitions, or lists of them. */
export function definitionsOf(module: Readonly<Record<string, unknown>>): readonly Definition[] {
  return Object.values(module)
    .flatMap(exported => (Array.isArray(exported) ? exported : [exported]))
    .filter(isDefinition)
}

const KINDS: ReadonlySet<unknown> = new Set([
  'task',
  'task runner',
  'polling trigger',
  'realtime trigger',
  'file store',
  'part',
])

function isDefinition(value: unknown): value is Definition {
  return typeof value === 'object' && value !== null && 'kind' in value && 'type' in value && KINDS.has(value.kind)
}
