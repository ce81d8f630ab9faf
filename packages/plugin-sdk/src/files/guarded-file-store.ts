// Internal storage as a task sees it: the files of its own execution are its own, about any other one the server is asked. Knowing a URI is no
// permission.
import type { FileStore } from './file-store.ts'
import { isNamespaceFileUri, namespaceFileUri, parseStorageUri } from './storage-uri.ts'

export interface FileGuard {
  /** Of the execution, e.g. `kestra:///ns/flow/executions/<id>/`. */
  readonly ownFolder: string
  readonly namespace: string
  /** Rejects when the file is none of the execution's business. */
  expectReadable(uri: string): Promise<void>
}

export function guardedFileStore(store: FileStore, guard: FileGuard): FileStore {
  let own: readonly string[] | undefined
  const allowed = new Set<string>()
  const admit = async (given: string): Promise<string> => {
    const uri = isNamespaceFileUri(given) ? namespaceFileUri(given, guard.namespace) : given
    const segments = parseStorageUri(uri)
    own ??= parseStorageUri(guard.ownFolder)
    const isOwn = own.every((segment, index) => segments[index] === segment)
    if (isOwn || allowed.has(uri)) return uri
    await guard.expectReadable(uri)
    if (allowed.size < ALLOWED_MAX) allowed.add(uri)
    return uri
  }
  return {
    ...store,
    open: async uri => await store.open(await admit(uri)),
    find: async uri => await store.find(await admit(uri)),
    delete: async uri => await store.delete(await admit(uri)),
  }
}

/** A file is asked about once. */
const ALLOWED_MAX = 10_000
