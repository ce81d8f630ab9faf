// Internal storage: files by `kestra://` URI. Written whole or not at all, read as streams.
import type { Shape, Rendered } from '../property.ts'
import type { TypeDescription } from '../task.ts'

/** A file on the local disk is named by its path; a text is stored as UTF-8. */
export type FileSource = string | Uint8Array | { readonly path: string } | AsyncIterable<Uint8Array | string>

export interface FileEntry {
  readonly uri: string
  readonly sizeBytes: number
  readonly modifiedMs: number
}

export interface FileStore {
  /** Visible under the URI only when whole and on disk. */
  put(uri: string, source: FileSource): Promise<FileEntry>
  open(uri: string): Promise<AsyncIterable<Uint8Array>>
  /** Undefined when there is no such file. */
  find(uri: string): Promise<FileEntry | undefined>
  /** False when there was none. */
  delete(uri: string): Promise<boolean>
  /** All files under a folder's URI, in the order of their paths; under `kestra:///` all that there are. */
  list(prefix: string): AsyncIterable<FileEntry>
  /** Deletes a folder with all that is in it and returns the URIs of the files. */
  deleteFolder(prefix: string): Promise<readonly string[]>
  /** The path of the file where the store keeps files on this machine; it must only be read. */
  localPath?(uri: string): string
}

export interface FileStoreDefinition<S extends Shape = Shape> extends FileStoreBody<S> {
  readonly kind: 'file store'
}

export interface FileStoreBody<S extends Shape> extends TypeDescription<S> {
  open(props: Rendered<S>): Promise<FileStore>
}

export function defineFileStore<S extends Shape>(definition: FileStoreBody<S>): FileStoreDefinition<S> {
  return { ...definition, kind: 'file store' }
}
