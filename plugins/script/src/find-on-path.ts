import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

export interface Found {
  readonly name: string
  readonly path: string
}

/** The first of the names that some folder of the path has as an executable. */
export async function findOnPath(names: readonly string[], path: string): Promise<Found | undefined> {
  for (const name of names) {
    for (const folder of path.split(delimiter)) {
      const file = join(folder, name)
      if (folder !== '' && (await isExecutable(file))) return { name, path: file }
    }
  }
  return undefined
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}
