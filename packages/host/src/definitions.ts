// Finds the code of a type: the manifest said which module, the module is imported on first use, and what it exports is looked
// through for definitions.
import { TaskError } from '@batuta/plugin-sdk'
import type { FileStoreDefinition, TaskDefinition, TaskRunnerDefinition, TriggerDefinition } from '@batuta/plugin-sdk'

export type Definition = TaskDefinition | TaskRunnerDefinition | TriggerDefinition | FileStoreDefinition

export class Definitions {
  readonly #modules: Readonly<Record<string, string>>
  readonly #builtIn: ReadonlyMap<string, Definition>
  readonly #imported = new Map<string, Promise<ReadonlyMap<string, Definition>>>()

  constructor(modules: Readonly<Record<string, string>>, builtIn: readonly Definition[] = []) {
    this.#modules = modules
    this.#builtIn = byType(builtIn)
  }

  async getTask(type: string): Promise<TaskDefinition> {
    const definition = await this.#find(type)
    if (definition?.kind === 'task') return definition
    throw new TaskError(
      definition === undefined
        ? `the task type "${type}" is not implemented: no plugin of this server can run it; install one that does, or use another task`
        : `"${type}" is a ${definition.kind}, not a task`,
    )
  }

  async getTrigger(type: string): Promise<TriggerDefinition> {
    const definition = await this.#find(type)
    if (definition?.kind === 'polling trigger' || definition?.kind === 'realtime trigger') return definition
    throw new TaskError(
      definition === undefined
        ? `the trigger type "${type}" is not implemented: no plugin of this server can run it; install one that does`
        : `"${type}" is a ${definition.kind}, not a trigger that looks at a source`,
    )
  }

  async findRunner(type: string): Promise<TaskRunnerDefinition | undefined> {
    const definition = await this.#find(type)
    return definition?.kind === 'task runner' ? definition : undefined
  }

  async #find(type: string): Promise<Definition | undefined> {
    const builtIn = this.#builtIn.get(type)
    if (builtIn !== undefined) return builtIn
    const url = Object.hasOwn(this.#modules, type) ? this.#modules[type] : undefined
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
])

function isDefinition(value: unknown): value is Definition {
  return typeof value === 'object' && value !== null && 'kind' in value && 'type' in value && KINDS.has(value.kind)
}
