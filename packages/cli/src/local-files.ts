// The files of a folder that go to a namespace: all but those that its .kestraignore names.
import { readFile, readdir } from 'node:fs/promises'
import { basename, join, relative, sep } from 'node:path'
import { CommandError, EXIT } from './exit-code.ts'

const FILES_MAX = 10_000
const IGNORE_FILE = '.kestraignore'

export interface LocalFile {
  readonly file: string
  /** Below the folder. */
  readonly path: string
}

export async function localFiles(from: string): Promise<readonly LocalFile[]> {
  const entries = await readdir(from, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return undefined
    throw error
  })
  if (entries === undefined) return [{ file: from, path: basename(from) }]
  const ignored = await ignoredOf(from)
  const files = entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .map(file => ({ file, path: relative(from, file).split(sep).join('/') }))
    .filter(({ path }) => !ignored.some(pattern => pattern.test(path)))
  if (files.length > FILES_MAX)
    throw new CommandError(EXIT.usage, `there are ${files.length} files in "${from}", at most ${FILES_MAX} are sent`)
  return files
}

/** As in a .gitignore, as far as it is names, stars and folders. */
async function ignoredOf(from: string): Promise<readonly RegExp[]> {
  const text = await readFile(join(from, IGNORE_FILE), 'utf8').catch(() => '')
  const lines = text.split(/\r?\n/).map(line => line.trim())
  return [IGNORE_FILE, ...lines].filter(line => line !== '' && !line.startsWith('#')).map(patternOf)
}

function patternOf(line: string): RegExp {
  const isAnchored = line.startsWith('/')
  const text = line.replace(/^\//, '').replace(/\/$/, '')
  const body = text
    .split('**')
    .map(part =>
      part
        .split('*')
        .map(piece => piece.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'))
        .join('[^/]*'),
    )
    .join('.*')
  return new RegExp(`${isAnchored ? '^' : '(?:^|/)'}${body}(?:/|$)`)
}

/** As paths of a namespace are written: from the top. */
export function absolute(path: string): string {
  return `/${path}`.replace(/\/+/g, '/')
}
