// `kestra:///a/b` ↔ the path segments below the root of a store. Whatever could leave the root is refused here, once for all stores.
import { TaskError } from '../task-error.ts'

const SCHEME = 'kestra://'
const LENGTH_MAX = 4096
/** What file systems take as the name of one file. */
const SEGMENT_BYTES_MAX = 255
const SHOWN_CHARS = 100
const TO_ENCODE = /[\u0000-\u0020"#%<>?[\\\]^`{|}\u007f]/g

/** Of internal storage, or of a file of a namespace. */
export function isStorageUri(text: string): boolean {
  return text.startsWith(SCHEME) || isNamespaceFileUri(text)
}

export function isNamespaceFileUri(text: string): boolean {
  return text.startsWith('nsfile://')
}

/** `nsfile:///path` is a file of the flow's namespace, `nsfile://namespace/path` one of another. */
export function namespaceFileUri(uri: string, namespace: string): string {
  const [, named = '', path = ''] = /^nsfile:\/\/([^/]*)\/?(.*)$/s.exec(uri) ?? []
  const owner = named === '' ? namespace : named
  return `${SCHEME}/${owner.replaceAll('.', '/')}/_files/${path}`
}

/** The decoded segments of a URI; refuses `..`, `.`, empty ones and separators in disguise. A trailing slash is allowed. */
export function parseStorageUri(uri: string): readonly string[] {
  if (!uri.startsWith(SCHEME))
    throw new TaskError(`"${uri}" is not a URI of internal storage; those begin with kestra:///`)
  if (uri.length > LENGTH_MAX) throw new TaskError(`a storage URI has at most ${LENGTH_MAX} characters`)
  const path = uri.slice(SCHEME.length).replace(/[?#].*$/s, '')
  const segments = path.replace(/^\//, '').replace(/\/$/, '').split('/').map(decodeSegment)
  for (const segment of segments) checkSegment(segment, uri)
  return segments
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    // A lone percent sign is part of the name.
    return segment
  }
}

function checkSegment(segment: string, uri: string): void {
  const isUnsafe = segment === '' || segment === '.' || segment === '..' || /[/\\\u0000]/.test(segment)
  if (isUnsafe)
    throw new TaskError(`the storage URI "${uri}" is refused: its path must not contain empty parts, "." or ".."`)
  if (Buffer.byteLength(segment) > SEGMENT_BYTES_MAX)
    throw new TaskError(
      `the storage URI "${uri.slice(0, SHOWN_CHARS)}…" is refused: a part of its path has more than ${SEGMENT_BYTES_MAX} bytes`,
    )
}

/** The URI of a relative path under a folder's URI; the path is a plain file name or has `/` between its parts. */
export function storageUri(folder: string, relative: string): string {
  const segments = relative.split('/')
  for (const segment of segments) checkSegment(segment, relative)
  const base = folder.endsWith('/') ? folder : `${folder}/`
  return base + segments.map(encodeSegment).join('/')
}

export function encodeSegment(segment: string): string {
  return segment.replace(TO_ENCODE, character => encodeURIComponent(character))
}
