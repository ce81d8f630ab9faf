// Clients that do not come along with the installation: large ones, and native ones. They are installed by name by whoever needs them, beside
// the plugins or in a folder that NODE_PATH names, and loaded when a task first connects.
import { createRequire } from 'node:module'
import { delimiter, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { messageOf, TaskError } from '@batuta/plugin-sdk'
import { assume } from '../std/assume.ts'
import { codeOf } from './describe-failure.ts'

export interface ClientPackage {
  readonly name: string
  /** The one that the plugin was tried with. */
  readonly version: string
  /** As sentences call the database. */
  readonly title: string
}

const loaded = new Map<string, Promise<unknown>>()

/**
 * What the package exports, its default export if it has one. Who asks says of what shape that is: the package cannot be looked into when it is
 * not there.
 */
export async function loadClient<T>({ name, version, title }: ClientPackage): Promise<T> {
  let client = loaded.get(name)
  if (client === undefined) {
    client = importFrom(name)
    loaded.set(name, client)
    // Who has it installed meanwhile need not start anew.
    client.catch(() => loaded.delete(name))
  }
  try {
    return assume<T>(await client)
  } catch (cause) {
    if (!isMissing(cause)) throw new TaskError(`the package ${name} cannot be loaded: ${messageOf(cause)}`)
    throw new TaskError(
      `${title} needs the package ${name}, which is installed by name: run "npm install --no-save ${name}@${version}" in the folder of the ` +
        'server, or install it in a folder of its own whose node_modules NODE_PATH names, on every worker',
    )
  }
}

async function importFrom(name: string): Promise<unknown> {
  const module: unknown = await import(findPackage(name))
  if (typeof module !== 'object' || module === null) return module
  const { default: main }: { default?: unknown } = module
  return main ?? module
}

/** From the plugins' place, from the working directory, and from NODE_PATH. */
function findPackage(name: string): string {
  const folders = [process.cwd(), ...(process.env['NODE_PATH'] ?? '').split(delimiter).filter(folder => folder !== '')]
  const places = [import.meta.url, ...folders.map(folder => pathToFileURL(join(resolve(folder), 'x.js')).href)]
  let missing: unknown
  for (const place of places) {
    try {
      return pathToFileURL(createRequire(place).resolve(name)).href
    } catch (error) {
      missing ??= error
    }
  }
  throw missing
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === 'MODULE_NOT_FOUND' || codeOf(error) === 'ERR_MODULE_NOT_FOUND'
}
