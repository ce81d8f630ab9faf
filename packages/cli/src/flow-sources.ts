// Flows as they lie in files: each YAML file of the named files and folders, cut into its documents.
import { readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { isMap, mapGet, parseYaml, splitDocuments } from '@batuta/core'
import { CommandError, EXIT } from './exit-code.ts'

export interface FlowSource {
  readonly file: string
  /** Counts from 0. */
  readonly index: number
  readonly source: string
  /** Lines of the file before this document. */
  readonly linesBefore: number
}

const STDIN = '-'
const YAML = /\.ya?ml$/i

/** Files come in the order they were named, those of a folder by name; `-` is the standard input. */
export async function readFlowSources(paths: readonly string[]): Promise<readonly FlowSource[]> {
  const sources: FlowSource[] = []
  for (const path of paths) {
    for (const file of await findFlowFiles(path)) {
      const all = file === STDIN ? await text(process.stdin) : await readFile(file, 'utf8')
      sources.push(...cut(file, all))
    }
  }
  if (sources.length > 0) return sources
  throw new CommandError(EXIT.usage, `no YAML file was found in ${paths.join(', ')}`)
}

/** What the document says it is. Undefined where it does not say so, or is no YAML: the server will tell what is wrong with it. */
export function identify(source: string): { readonly namespace: string; readonly id: string } | undefined {
  const { value } = parseYaml(source)
  if (value === undefined || !isMap(value)) return undefined
  const [namespace, id] = [mapGet(value, 'namespace'), mapGet(value, 'id')]
  return typeof namespace === 'string' && typeof id === 'string' ? { namespace, id } : undefined
}

function cut(file: string, all: string): readonly FlowSource[] {
  let at = 0
  return splitDocuments(all).map((source, index) => {
    const found = all.indexOf(source, at)
    // A document that was changed on its way out of the file has no place in it.
    const start = found < 0 ? 0 : found
    at = start + (found < 0 ? 0 : source.length)
    return { file, index, source, linesBefore: all.slice(0, start).split('\n').length - 1 }
  })
}

export async function findFlowFiles(path: string): Promise<readonly string[]> {
  if (path === STDIN) return [path]
  const found = await stat(path).catch((cause: unknown) => {
    throw new CommandError(
      EXIT.usage,
      `"${path}" cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
    )
  })
  if (!found.isDirectory()) return [path]
  const names = await readdir(path, { recursive: true, withFileTypes: true })
  return names
    .filter(entry => entry.isFile() && YAML.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
    .toSorted()
}
