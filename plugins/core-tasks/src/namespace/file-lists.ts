// Lists and maps of files as authors write them: as such, as JSON text, or as one pattern.
import { decodeValue, isList, isMap, mapEntries, printValue, TaskError } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'

export function patternsOf(files: Value): readonly string[] {
  if (isList(files)) return files.map(printValue)
  if (typeof files !== 'string') throw new TaskError('property "files" must be a pattern or a list of patterns')
  const list = files.trim().startsWith('[') ? parsed(files) : undefined
  return list !== undefined && isList(list) ? list.map(printValue) : [files]
}

/** By the path that a file shall have: its content, or the URI of a stored one. */
export function fileMapOf(filesMap: Value): ReadonlyMap<string, string> {
  const map = typeof filesMap === 'string' ? parsed(filesMap) : filesMap
  if (map === undefined || map === null || typeof map !== 'object' || !isMap(map))
    throw new TaskError('property "filesMap" must be a map from path to content or URI')
  return new Map(Array.from(mapEntries(map), ([path, content]) => [path, content === null ? '' : printValue(content)]))
}

function parsed(text: string): Value | undefined {
  try {
    return decodeValue(text)
  } catch {
    return undefined // The caller says what was expected.
  }
}

/** Under the destination, with one slash between them and none in front. */
export function pathUnder(destination: string, path: string): string {
  return `${destination}/${path}`.replace(/\/+/g, '/').replace(/^\//, '')
}
