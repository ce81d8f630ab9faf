// What was dropped on the page: files, and folders with all that is in them.
import type { Upload } from './use-files.ts'

const FILES_MAX = 2_000

export async function readDropped(transfer: DataTransfer, folder: string): Promise<readonly Upload[]> {
  // The list is empty after the first pause: entries are taken at once.
  const entries = [...transfer.items].flatMap(item => item.webkitGetAsEntry() ?? [])
  // What another program hands over, a mail for one, may be files without a place.
  const files = [...transfer.files]
  if (entries.length === 0) return uploadsOf(files, folder)
  const found: Upload[] = []
  for (const entry of entries) await readEntry(entry, folder, found)
  return found
}

export function uploadsOf(files: Iterable<File>, folder: string): readonly Upload[] {
  return [...files].map(file => ({ path: `${folder}/${file.webkitRelativePath || file.name}`, file }))
}

async function readEntry(entry: FileSystemEntry, folder: string, found: Upload[]): Promise<void> {
  if (found.length >= FILES_MAX) return
  const path = `${folder}/${entry.name}`
  if (isFile(entry))
    found.push({ path, file: await new Promise<File>((resolve, reject) => entry.file(resolve, reject)) })
  else if (isDirectory(entry)) for (const child of await readChildren(entry)) await readEntry(child, path, found)
}

async function readChildren(entry: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = entry.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    all.push(...some)
    if (some.length === 0 || all.length >= FILES_MAX) return all
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory
}
