import { createReadStream, createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { TaskError } from '@batuta/plugin-sdk'
import type { RunContext } from '@batuta/plugin-sdk'
import type { RemoteFiles } from '../remote/remote-files.ts'
import { parseSmbLine, smbPathOf } from './smb-listing.ts'
import { SmbSession } from './smb-session.ts'
import type { SmbServer } from './smb-session.ts'

const MISSING = /^NT_STATUS_(?:NO_SUCH_FILE|OBJECT_NAME_NOT_FOUND|OBJECT_PATH_NOT_FOUND|NOT_A_DIRECTORY)\b/
const DEFAULT_PORT = 445

type Ask = (share: string, line: string) => Promise<readonly string[]>

export function openSmbFiles(ctx: RunContext, server: SmbServer): RemoteFiles {
  const { host, port } = server
  const sessions = new Map<string, SmbSession>()
  const ask: Ask = async (share, line) => {
    const session = sessions.get(share) ?? (await SmbSession.open(server, share, ctx.signal))
    sessions.set(share, session)
    return await session.ask(line)
  }
  const refuse = (what: string, path: string, answer: readonly string[]): TaskError =>
    new TaskError(`"${path}" cannot be ${what} at ${host}: ${answer.join(' ')}`)
  /** Of commands that say nothing when all is well. */
  const change = async (what: string, path: string, verb: string): Promise<void> => {
    const { share, inside } = smbPathOf(path)
    const answer = await ask(share, `${verb} "${inside}"`)
    if (answer.length > 0) throw refuse(what, path, answer)
  }
  const write = async (path: string, bytes: AsyncIterable<Uint8Array>): Promise<void> => {
    const { share, inside } = smbPathOf(path)
    const passing = await ctx.workingDir.createPath('.smb')
    try {
      await pipeline(bytes, createWriteStream(passing))
      const answer = await ask(share, `put "${passing}" "${inside}"`)
      if (!answer.some(line => line.startsWith('putting file '))) throw refuse('written', path, answer)
    } finally {
      await rm(passing, { force: true })
    }
  }
  const read = async function* (path: string): AsyncGenerator<Uint8Array> {
    const { share, inside } = smbPathOf(path)
    const passing = await ctx.workingDir.createPath('.smb')
    try {
      const answer = await ask(share, `get "${inside}" "${passing}"`)
      if (!answer.some(line => line.startsWith('getting file '))) throw refuse('read', path, answer)
      yield* createReadStream(passing)
    } finally {
      await rm(passing, { force: true })
    }
  }
  return {
    ...lookingAround(ask, refuse),
    read: path => Promise.resolve(read(path)),
    write,
    rename: async (from, to) => {
      const [source, target] = [smbPathOf(from), smbPathOf(to)]
      if (source.share !== target.share)
        throw new TaskError(`"${from}" cannot be moved to "${to}", which is in another share than "${source.share}"`)
      const answer = await ask(source.share, `rename "${source.inside}" "${target.inside}"`)
      if (answer.length > 0) throw refuse('renamed', from, answer)
    },
    deleteFile: async path => await change('deleted', path, 'del'),
    deleteFolder: async path => await change('deleted', path, 'rmdir'),
    makeFolder: async path => await change('made', path, 'mkdir'),
    uriOf: path =>
      `smb://${host}${port === DEFAULT_PORT ? '' : `:${port}`}${encodeURI(path.startsWith('/') ? path : `/${path}`)}`,
    close: async () => void (await Promise.all(Array.from(sessions.values(), session => session.close()))),
  }
}

type Refuse = (what: string, path: string, answer: readonly string[]) => TaskError

function lookingAround(ask: Ask, refuse: Refuse): Pick<RemoteFiles, 'list' | 'find'> {
  return {
    list: async folder => {
      const { share, inside } = smbPathOf(folder)
      const answer = await ask(share, `ls "${inside.replace(/\\$/, '')}\\*"`)
      const refused = answer.filter(isRefusal)
      // A share that is empty may have not even itself to show.
      if (refused.length > 0 && !(inside === '\\' && MISSING.test(refused[0] ?? '')))
        throw refuse('listed', folder, refused)
      return answer.flatMap(line => parseSmbLine(line, folder) ?? [])
    },
    find: async path => {
      const { share, inside } = smbPathOf(path)
      if (inside === '\\') {
        // That it can be asked says that it is there.
        await ask(share, '')
        return { path, name: share, type: 'FOLDER', isLink: false, size: 0 }
      }
      const answer = await ask(share, `ls "${inside}"`)
      const refused = answer.filter(isRefusal)
      if (MISSING.test(refused[0] ?? '')) return undefined
      if (refused.length > 0) throw refuse('looked at', path, refused)
      const found = answer.flatMap(line => parseSmbLine(line, '/') ?? [])[0]
      return found === undefined ? undefined : { ...found, path }
    },
  }
}

const isRefusal = (line: string): boolean => line.startsWith('NT_STATUS_')
