import { posix } from 'node:path'
import { TaskError } from '@batuta/plugin-sdk'
import type { Attributes, Client, ReadStream, SFTPWrapper } from 'ssh2'
import type { RemoteFile, RemoteFiles } from '../remote/remote-files.ts'

const NO_SUCH_FILE = 2
const TYPE_BITS = 0o170000
const FOLDER = 0o040000
const REGULAR = 0o100000
const LINK = 0o120000

type Done<T> = (error: Error | undefined | null, value: T) => void

export interface SftpOptions {
  /** Paths begin in the folder of the user. */
  readonly isHomeRoot: boolean
  readonly host: string
  readonly port: number
}

export async function openSftp(client: Client, { isHomeRoot, host, port }: SftpOptions): Promise<RemoteFiles> {
  const sftp = await ask<SFTPWrapper>(done => client.sftp(done), 'the server offers no SFTP')
  const home = isHomeRoot
    ? await ask<string>(done => sftp.realpath('.', done), 'the folder of the user cannot be found')
    : '/'
  const full = (path: string): string => (isHomeRoot ? posix.join(home, path) : path)
  const refuse = (what: string, path: string): string => `"${path}" cannot be ${what} at ${host}`
  const find = async (path: string): Promise<RemoteFile | undefined> => {
    const attributes = await orMissing(ask<Attributes>(done => sftp.lstat(full(path), done), refuse('looked at', path)))
    if (attributes === undefined) return undefined
    const isLink = (attributes.mode & TYPE_BITS) === LINK
    // A link is what it leads to.
    const own = isLink
      ? ((await orMissing(ask<Attributes>(done => sftp.stat(full(path), done), refuse('looked at', path)))) ??
        attributes)
      : attributes
    return fileOf(path, own, isLink)
  }
  return {
    find,
    list: async folder => {
      const entries = await ask<readonly { filename: string; attrs: Attributes }[]>(
        done => sftp.readdir(full(folder), done),
        refuse('listed', folder),
      )
      const files: RemoteFile[] = []
      for (const { filename, attrs } of entries) {
        if (filename === '.' || filename === '..') continue
        const path = posix.join(folder, filename)
        const isLink = (attrs.mode & TYPE_BITS) === LINK
        files.push(isLink ? ((await find(path)) ?? fileOf(path, attrs, true)) : fileOf(path, attrs, false))
      }
      return files
    },
    read: path => Promise.resolve(explained(sftp.createReadStream(full(path)), refuse('read', path))),
    write: async (path, bytes) => {
      const stream = sftp.createWriteStream(full(path))
      await writeAll(stream, bytes, refuse('written', path))
    },
    rename: async (from, to) =>
      await ask<void>(
        done => sftp.rename(full(from), full(to), error => done(error, undefined)),
        refuse('renamed', from),
      ),
    deleteFile: async path =>
      await ask<void>(done => sftp.unlink(full(path), error => done(error, undefined)), refuse('deleted', path)),
    deleteFolder: async path =>
      await ask<void>(done => sftp.rmdir(full(path), error => done(error, undefined)), refuse('deleted', path)),
    makeFolder: async path =>
      await ask<void>(done => sftp.mkdir(full(path), error => done(error, undefined)), refuse('made', path)),
    uriOf: path =>
      `sftp://${host}${port === 22 ? '' : `:${port}`}${encodeURI(path.startsWith('/') ? path : `/${path}`)}`,
    close: async () => {
      const closed = new Promise<void>(resolve => client.once('close', resolve))
      client.end()
      await closed
    },
  }
}

/** The library calls back. */
function ask<T>(start: (done: Done<T>) => unknown, refusal: string): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => (error ? reject(new SftpFailure(refusal, error)) : resolve(value)))
  })
}

class SftpFailure extends TaskError {
  readonly code: unknown

  constructor(message: string, cause: Error) {
    super(message, { cause })
    this.code = 'code' in cause ? cause.code : undefined
  }
}

async function orMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof SftpFailure && error.code === NO_SUCH_FILE) return undefined
    throw error
  }
}

function fileOf(path: string, { mode, size, mtime, atime, uid, gid }: Attributes, isLink: boolean): RemoteFile {
  const kind = mode & TYPE_BITS
  return {
    ...{ path, name: posix.basename(path), isLink, size },
    type: kind === FOLDER ? 'FOLDER' : kind === REGULAR ? 'FILE' : 'OTHER',
    ...{ modifiedMs: mtime * 1000, accessedMs: atime * 1000, userId: uid, groupId: gid, permissions: mode & 0o7777 },
  }
}

async function* explained(stream: ReadStream, refusal: string): AsyncGenerator<Uint8Array> {
  // One that is not read to its end is closed late, perhaps after the connection: that is no failure of anything.
  stream.on('error', () => {})
  try {
    yield* stream
  } catch (cause) {
    throw new TaskError(refusal, { cause })
  }
}

async function writeAll(
  stream: NodeJS.WritableStream,
  bytes: AsyncIterable<Uint8Array>,
  refusal: string,
): Promise<void> {
  const ended = new Promise<void>((resolve, reject) => {
    stream.once('close', resolve)
    stream.once('error', error => reject(new TaskError(refusal, { cause: error })))
  })
  // Told where it is waited for.
  ended.catch(() => {})
  for await (const chunk of bytes) {
    if (!stream.write(chunk)) await Promise.race([new Promise(resolve => stream.once('drain', resolve)), ended])
  }
  stream.end()
  await ended
}
