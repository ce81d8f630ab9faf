// What all archives have in common: files by name.
import { TaskError } from '@batuta/plugin-sdk'

export const ALGORITHMS = ['AR', 'ARJ', 'CPIO', 'DUMP', 'JAR', 'TAR', 'ZIP'] as const
export type Algorithm = (typeof ALGORITHMS)[number]

export interface ArchiveFile {
  readonly name: string
  readonly size: number
  open(): Promise<AsyncIterable<Uint8Array>>
}

/** A file of an archive that is read: its bytes must be read before the next one comes. */
export interface ReadFile {
  readonly name: string
  readonly bytes: AsyncIterable<Uint8Array>
}

export const FILES_MAX = 100_000

/** A name that leads out of the folder where somebody unpacks it is refused, here once for all archives. */
export function checkedName(name: string): string {
  const parts = name.replace(/^(?:\.\/)+/, '').split('/')
  const isUnsafe = /^[/\\]|^[a-z]:|[\\\0]/i.test(name) || parts.some(part => part === '..')
  if (isUnsafe || name === '' || name.length > 4096)
    throw new TaskError(
      `the archive holds the file name ${JSON.stringify(name.slice(0, 200))}, which leads out of its folder`,
    )
  return parts.filter(part => part !== '' && part !== '.').join('/')
}
