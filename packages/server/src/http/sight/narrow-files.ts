// The internal storage as far as it is in sight: files of namespaces, and what executions have stored. A URI says where it belongs; knowing one is no
// permission.
import { BatutaError, type Action } from '@batuta/core'
import { parseStorageUri, type FileStore } from '@batuta/plugin-sdk'
import type { Sight } from './sight.ts'

export function narrowFiles(files: FileStore, sight: Sight): FileStore {
  const isSeen = (uri: string): boolean => {
    const place = placeOf(uri)
    return sight.sees(place.isOfNamespace ? 'FILE' : 'EXECUTION', place.namespace)
  }
  const expect = (uri: string, actions: readonly Action[]): void => {
    const place = placeOf(uri)
    if (place.isOfNamespace) return sight.expect('FILE', actions, place.namespace)
    if (!isSeen(uri)) throw notThere(uri)
  }
  const { localPath } = files
  return {
    put: async (uri, source) => {
      expect(uri, ['CREATE', 'UPDATE'])
      return await files.put(uri, source)
    },
    open: async uri => {
      if (!isSeen(uri)) throw notThere(uri)
      return await files.open(uri)
    },
    find: async uri => (isSeen(uri) ? await files.find(uri) : undefined),
    delete: async uri => {
      // What is moved goes from where it was.
      expect(uri, ['DELETE', 'UPDATE'])
      return await files.delete(uri)
    },
    list: async function* (prefix) {
      for await (const entry of files.list(prefix)) if (isSeen(entry.uri)) yield entry
    },
    deleteFolder: async prefix => {
      expect(prefix, ['DELETE', 'UPDATE'])
      return await files.deleteFolder(prefix)
    },
    ...(localPath && { localPath: uri => localPath(uri) }),
  }
}

interface Place {
  readonly namespace: string
  readonly isOfNamespace: boolean
}

const OF_NAMESPACE: readonly string[] = ['_files', '_file_versions']

/** What lies elsewhere belongs to the namespaces that its folders are. */
function placeOf(uri: string): Place {
  const segments = parseStorageUri(uri)
  const files = segments.findIndex(segment => OF_NAMESPACE.includes(segment))
  if (files > 0) return { namespace: segments.slice(0, files).join('.'), isOfNamespace: true }
  const executions = segments.indexOf('executions')
  const folders = executions > 1 ? segments.slice(0, executions - 1) : segments.slice(0, -1)
  return { namespace: folders.join('.'), isOfNamespace: false }
}

function notThere(uri: string): BatutaError {
  return new BatutaError('file-not-found', `The file "${uri}" does not exist.`)
}
