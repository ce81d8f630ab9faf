import { BatutaError } from '@batuta/core'

/** Where the files of a namespace lie in internal storage; ends with a slash. @throws {BatutaError} for what is no name of one */
export function filesFolder(namespace: string): string {
  return `kestra:///${folderOf(namespace)}/_files/`
}

/** Where the contents lie that later ones have replaced. */
export function versionsFolder(namespace: string): string {
  return `kestra:///${folderOf(namespace)}/_file_versions/`
}

const NAME = /^[A-Za-z0-9][\w-]*(?:\.[\w-]+)*$/

/** What a name of a folder may have. */
const NAME_CHARS_MAX = 250

/** A slash in a name would make it the folder of another namespace, past whoever asks what one may do in it. */
function folderOf(namespace: string): string {
  if (namespace.length <= NAME_CHARS_MAX && NAME.test(namespace)) return namespace.replaceAll('.', '/')
  throw new BatutaError('file-refused', `"${namespace.slice(0, 100)}" is no name of a namespace.`)
}
