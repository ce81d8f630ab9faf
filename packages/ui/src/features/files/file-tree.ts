// Files as lines of a tree: folders first, of open folders what is in them. Paths begin with a slash and name a folder without one at its end.

export interface FileEntry {
  readonly fileName: string
  readonly type: 'File' | 'Directory'
  readonly size: number
  readonly lastModifiedTime: number
}

export interface FileLine {
  readonly path: string
  readonly name: string
  readonly isFolder: boolean
  readonly isOpen: boolean
  readonly depth: number
  /** Unknown of what a search found. */
  readonly size: number | undefined
  readonly modifiedMs: number | undefined
}

/** `folders`: what is known to be in a folder, by its path; the root is empty text. */
export function fileLines(
  folders: ReadonlyMap<string, readonly FileEntry[]>,
  open: ReadonlySet<string>,
): readonly FileLine[] {
  const lines: FileLine[] = []
  const add = (folder: string, depth: number): void => {
    for (const { fileName, type, size, lastModifiedTime } of sorted(folders.get(folder) ?? [])) {
      const path = `${folder}/${fileName}`
      const isFolder = type === 'Directory'
      const isOpen = isFolder && open.has(path)
      lines.push({ path, name: fileName, isFolder, isOpen, depth, size, modifiedMs: lastModifiedTime })
      if (isOpen) add(path, depth + 1)
    }
  }
  add('', 0)
  return lines
}

function sorted(entries: readonly FileEntry[]): readonly FileEntry[] {
  return entries.toSorted((a, b) =>
    a.type === b.type ? a.fileName.localeCompare(b.fileName, 'en', { numeric: true }) : a.type === 'Directory' ? -1 : 1,
  )
}

/** What a search found, without folders. */
export function foundLines(paths: readonly string[]): readonly FileLine[] {
  return paths.toSorted().map(path => ({
    ...{ path, name: path.slice(1), isFolder: false, isOpen: false, depth: 0 },
    ...{ size: undefined, modifiedMs: undefined },
  }))
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/** As it is typed, made a path; undefined where it is none. */
export function pathOf(text: string): string | undefined {
  const parts = text
    .trim()
    .split('/')
    .filter(part => part !== '' && part !== '.')
  return parts.length === 0 || parts.includes('..') ? undefined : `/${parts.join('/')}`
}

/** The folders above a path, so that it can be seen. */
export function foldersAbove(path: string): readonly string[] {
  const folder = folderOf(path)
  return folder === '' ? [] : [...foldersAbove(folder), folder]
}

/** What is to be deleted or moved: not what lies in a folder that goes, too. */
export function outermost(paths: readonly string[]): readonly string[] {
  return paths.filter(path => !paths.some(other => path.startsWith(`${other}/`)))
}

const STEP = 1_024
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

export function formatSize(bytes: number): string {
  const power = bytes < STEP ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log(bytes) / Math.log(STEP)))
  const value = bytes / STEP ** power
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power]}`
}

export type Kind = 'text' | 'image' | 'binary'

const IMAGES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
}

/** The type of an image that can be shown; of anything else nothing. SVG is text: it may hold programs. */
export function imageTypeOf(path: string): string | undefined {
  return IMAGES[path.slice(path.lastIndexOf('.') + 1).toLowerCase()]
}

/** Bytes as text, or undefined where they are none. */
export function textOf(bytes: ArrayBuffer): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return text.includes('\0') ? undefined : text
  } catch {
    return undefined // No UTF-8: it is not text.
  }
}
