// Who a server is: its key is compared with the one that it had before. Keys that are known come from the file of the user who runs the worker;
// those of servers that nobody has met are kept beside the other things that tasks share, from the first time on.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { TaskError } from '@batuta/plugin-sdk'
import type { RunContext } from '@batuta/plugin-sdk'

/** `any`: even a key that has changed is taken, with a warning. */
export type HostKeyPolicy = 'known-only' | 'accept-new' | 'any'

export interface HostKeys {
  /** What the server shows; throws when it is not who it was. */
  check(key: Buffer): void
  /** Keeps what was met for the first time. */
  keep(): Promise<void>
}

interface KnownKey {
  readonly pattern: string
  readonly type: string
  readonly key: string
}

export async function openHostKeys(
  ctx: RunContext,
  host: string,
  port: number,
  policy: HostKeyPolicy,
): Promise<HostKeys> {
  const name = port === 22 ? host : `[${host}]:${port}`
  const file = join(ctx.cacheDir, 'ssh', 'known_hosts')
  const known = [...(await readKnown(join(homedir(), '.ssh', 'known_hosts'))), ...(await readKnown(file))].filter(
    ({ pattern }) => isOf(pattern, name),
  )
  let met: string | undefined
  return {
    check: key => {
      const text = key.toString('base64')
      if (known.some(each => each.key === text)) return
      const type = key.toString('latin1', 4, 4 + key.readUInt32BE(0))
      const print = `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
      const before = known.find(each => each.type === type)
      if (before !== undefined && policy !== 'any')
        throw new TaskError(
          `${name} shows another key than before (${print}): somebody may be in between. If the server has a new key, remove its line from ${file} or ~/.ssh/known_hosts`,
        )
      if (before !== undefined)
        return ctx.logger.warn(`${name} shows another key than before (${print}), and is trusted all the same`)
      if (policy === 'known-only')
        throw new TaskError(`the key of ${name} (${print}) is not known; add it to ~/.ssh/known_hosts of the worker`)
      met = `${name} ${type} ${text}\n`
      ctx.logger.info(`${name} is met for the first time; its key is ${print}`)
    },
    keep: async () => {
      if (met === undefined) return
      await mkdir(join(ctx.cacheDir, 'ssh'), { recursive: true, mode: 0o700 })
      await appendFile(file, met, { mode: 0o600 })
    },
  }
}

async function readKnown(path: string): Promise<readonly KnownKey[]> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return text.split('\n').flatMap(line => {
    const [pattern = '', type = '', key = ''] = line.trim().split(/\s+/)
    return line.startsWith('#') || line.startsWith('@') || key === '' ? [] : [{ pattern, type, key }]
  })
}

function isOf(pattern: string, name: string): boolean {
  if (!pattern.startsWith('|1|')) return pattern.split(',').includes(name)
  const [, , salt = '', hash = ''] = pattern.split('|')
  const own = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest()
  const theirs = Buffer.from(hash, 'base64')
  return own.length === theirs.length && timingSafeEqual(own, theirs)
}
