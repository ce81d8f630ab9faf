import { posix } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { TaskError, messageOf } from '@batuta/plugin-sdk'
import type { Client, FileInfo } from 'basic-ftp'
import type { RemoteFile, RemoteFiles } from '../remote/remote-files.ts'

export interface FtpOptions {
  readonly isHomeRoot: boolean
  readonly scheme: 'ftp' | 'ftps'
  readonly host: string
  readonly port: number
}

const DIRECTORY = 2
const LINK = 3

export async function openFtpFiles(
  client: Client,
  { isHomeRoot, scheme, host, port }: FtpOptions,
): Promise<RemoteFiles> {
  const home = isHomeRoot ? await client.pwd() : '/'
  const full = (path: string): string => posix.join(home, path)
  const attempt = async <T>(what: string, path: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (cause) {
      throw new TaskError(`"${path}" cannot be ${what} at ${host}: ${messageOf(cause)}`)
    }
  }
  const list = async (folder: string): Promise<readonly RemoteFile[]> => {
    const entries = await attempt('listed', folder, () => client.list(full(folder)))
    return entries
      .filter(({ name }) => name !== '.' && name !== '..')
      .map(entry => fileOf(posix.join(folder, entry.name), entry))
  }
  return {
    list,
    // The protocol tells of folders by listing what is around them.
    find: async path => {
      const clean = posix.normalize(`/${path}`).replace(/\/$/, '')
      if (clean === '') return { path, name: '', type: 'FOLDER', isLink: false, size: 0 }
      const around = await list(posix.dirname(clean)).catch((error: unknown) => {
        // A folder that is not there holds nothing; one that may not be listed can be entered, perhaps.
        if (error instanceof TaskError) return []
        throw error
      })
      const found = around.find(({ name }) => name === posix.basename(clean))
      return found === undefined ? undefined : { ...found, path }
    },
    read: path => Promise.resolve(readFile(client, full(path), path)),
    write: async (path, bytes) =>
      void (await attempt('written', path, () => client.uploadFrom(Readable.from(bytes), full(path)))),
    rename: async (from, to) => void (await attempt('renamed', from, () => client.rename(full(from), full(to)))),
    deleteFile: async path => void (await attempt('deleted', path, () => client.remove(full(path)))),
    deleteFolder: async path => void (await attempt('deleted', path, () => client.send(`RMD ${full(path)}`))),
    makeFolder: async path => void (await attempt('made', path, () => client.send(`MKD ${full(path)}`))),
    uriOf: path =>
      `${scheme}://${host}${port === 21 ? '' : `:${port}`}${encodeURI(path.startsWith('/') ? path : `/${path}`)}`,
    close: () => {
      client.close()
      return Promise.resolve()
    },
  }
}

async function* readFile(client: Client, path: string, shown: string): AsyncGenerator<Uint8Array> {
  const stream = new PassThrough()
  const done = client.downloadTo(stream, path).then(
    () => undefined,
    (cause: unknown) => new TaskError(`"${shown}" cannot be read: ${messageOf(cause)}`),
  )
  // The stream would wait for ever for what never comes.
  const failed = done.then(error => (error === undefined ? undefined : stream.destroy(error)))
  yield* stream
  await failed
  const error = await done
  if (error !== undefined) throw error
}

function fileOf(path: string, entry: FileInfo): RemoteFile {
  const { permissions } = entry
  const type: number = entry.type
  return {
    ...{ path, name: entry.name, size: entry.size, isLink: type === LINK },
    type: type === DIRECTORY ? 'FOLDER' : 'FILE',
    version: `${entry.modifiedAt?.getTime() ?? entry.rawModifiedAt}_${entry.size}`,
    ...(entry.modifiedAt === undefined ? {} : { modifiedMs: entry.modifiedAt.getTime() }),
    ...(permissions === undefined
      ? {}
      : { permissions: permissions.user * 64 + permissions.group * 8 + permissions.world }),
  }
}
