// Files of internal storage that an execution may show: its own, and those of its namespace.
import { parseStorageUri, type FileEntry } from '@batuta/plugin-sdk'
import type { ExecutionRow } from '../../storage/batch.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Reply } from '../reply.ts'
import { RequestError, notFound, unprocessable } from '../request-error.ts'

export async function findFile(
  executionId: string,
  uri: string,
  dependencies: HttpDependencies,
): Promise<FileEntry | Reply> {
  const row = await dependencies.store.read.findExecution(executionId)
  if (!row) throw notFound(`The execution "${executionId}"`)
  const owner = ownerOf(uri, row)
  if (owner.type === 'other') return redirect(owner.executionId, uri)
  const entry = await dependencies.files.find(uri)
  if (!entry) throw notFound(`The file "${uri}"`)
  return entry
}

export async function downloadFile(entry: FileEntry, { files }: HttpDependencies): Promise<Reply> {
  const name = decodeURIComponent(entry.uri.slice(entry.uri.lastIndexOf('/') + 1))
  const quoted = name.replace(/[^\x20-\x7e]|["\\]/g, '_')
  return {
    type: 'stream',
    status: 200,
    contentType: 'application/octet-stream',
    chunks: await files.open(entry.uri),
    headers: {
      'content-disposition': `attachment; filename="${quoted}"; filename*=UTF-8''${encodeURIComponent(name)}`,
      'content-length': String(entry.sizeBytes),
    },
  }
}

type Owner = { readonly type: 'own' } | { readonly type: 'other'; readonly executionId: string }

function ownerOf(uri: string, { id, namespace, flowId }: ExecutionRow): Owner {
  const segments = segmentsOf(uri)
  const folder = namespace.split('.')
  const isUnder = (prefix: readonly string[]): boolean => prefix.every((segment, index) => segments[index] === segment)
  if (isUnder([...folder, flowId, 'executions', id]) || isUnder([...folder, '_files'])) return { type: 'own' }
  const at = segments.indexOf('executions')
  const other = at > 0 ? segments[at + 1] : undefined
  if (other !== undefined && other !== id && segments.length > at + 2) return { type: 'other', executionId: other }
  throw unprocessable('file-refused', `The file "${uri}" does not belong to the execution "${id}".`)
}

function segmentsOf(uri: string): readonly string[] {
  try {
    return parseStorageUri(uri)
  } catch (cause) {
    throw new RequestError(
      422,
      'file-refused',
      cause instanceof Error ? cause.message : `"${uri}" is no file of internal storage.`,
      { cause },
    )
  }
}

/** A file that was passed on is shown by the execution that owns it. */
function redirect(to: string, uri: string): Reply {
  return { type: 'empty', status: 307, headers: { location: `../${to}/file?path=${encodeURIComponent(uri)}` } }
}
