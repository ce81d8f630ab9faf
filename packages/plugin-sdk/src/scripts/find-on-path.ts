import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

export interface Found {
  readonly name: string
  readonly path: string
}

/** The first of the names that some folder of the path has as an executable. */
export function findOnPath(names: readonly string[], path: string): Found | undefined {
  for (const name of names) {
    for (const folder of path.split(delimiter)) {
      const file = join(folder, name)
      if (folder !== '' && isExecutable(file)) return { name, path: file }
    }
  }
  return undefined
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
