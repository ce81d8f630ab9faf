// What `smbclient` lists, line by line: a name of at least 30 columns, 7 of attributes, at least 8 of the size, and a moment of UTC.
import { posix } from 'node:path'
import { TaskError } from '@batuta/plugin-sdk'
import type { RemoteFile } from '../remote/remote-files.ts'

// Greedy in the name: what is left for the attributes then ends right before the size.
const LINE =
  /^ {2}(.+)([ A-Za-z]{7}) (?=[ \d]{8})( {0,7}\d+) {2}([A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})$/

/** Undefined for what is no file: the space on the disk, and the folder itself. */
export function parseSmbLine(line: string, folder: string): RemoteFile | undefined {
  const [, padded = '', attributes = '', size = '', moment = ''] = LINE.exec(line) ?? []
  const name = padded.trimEnd()
  if (name === '' || name === '.' || name === '..') return undefined
  return {
    ...{ path: posix.join(folder, name), name, size: Number(size) },
    type: attributes.includes('D') ? 'FOLDER' : 'FILE',
    // A folder that leads elsewhere is not gone through.
    isLink: attributes.includes('r'),
    modifiedMs: Date.parse(`${moment} UTC`),
  }
}

export interface SmbPath {
  readonly share: string
  /** As the server writes it: `\folder\file`; of the share itself, `\`. */
  readonly inside: string
}

/** No server has such names, and the program would take them for more than names. */
const NO_NAME = /[\p{Cc}"*?<>|]/u

export function smbPathOf(path: string): SmbPath {
  if (NO_NAME.test(path))
    throw new TaskError(`"${path}" is no path of an SMB server: it has a control character or one of " * ? < > |`)
  const [share = '', ...names] = posix
    .normalize(`/${path.replaceAll('\\', '/')}`)
    .split('/')
    .filter(Boolean)
  if (share === '') throw new TaskError(`the path "${path}" names no share; it begins with one: /share/folder/file`)
  return { share, inside: `\\${names.join('\\')}` }
}
