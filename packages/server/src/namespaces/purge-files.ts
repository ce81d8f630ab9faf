// Old versions of files go, namespace by namespace.
import { parseStorageUri, type FileStore } from '@batuta/plugin-sdk'
import { isWanted, type KeyPurge } from '../keys/key-store.ts'
import { matchesPath } from './glob.ts'
import { NamespaceFiles } from './namespace-files.ts'

export interface FilePurge extends Pick<KeyPurge, 'tenant' | 'namespaces' | 'namespacePattern' | 'hasChildren'> {
  readonly filePattern: string | undefined
  readonly beforeMs: number | null
  readonly keptMin: number
}

/** Tells how many versions went. */
export async function purgeFileVersions(
  { files }: { readonly files: FileStore },
  { filePattern, beforeMs, keptMin, ...purge }: FilePurge,
): Promise<number> {
  let count = 0
  for (const namespace of await namespacesWithFiles(files)) {
    if (!isWanted(namespace, purge)) continue
    const own = new NamespaceFiles(files, namespace)
    for (const { path } of await own.list())
      if (filePattern === undefined || matchesPath(path, filePattern))
        count += await own.purgeVersions(path, { beforeMs, keptMin })
  }
  return count
}

/** A walk over all that is stored: rare, and for purges only. */
async function namespacesWithFiles(files: FileStore): Promise<readonly string[]> {
  const found = new Set<string>()
  for await (const { uri } of files.list('kestra:///')) {
    const segments = parseStorageUri(uri)
    const at = segments.indexOf('_files')
    if (at > 0) found.add(segments.slice(0, at).join('.'))
  }
  return [...found].sort()
}
