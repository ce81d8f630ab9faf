// Bytes between internal storage and elsewhere.
import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { TaskError, decodeValue, isList, isMap, mapEntries, p, plainText } from '@batuta/plugin-sdk'
import type { RunContext, Value } from '@batuta/plugin-sdk'
import type { Asked } from './asked.ts'
import { makeParents } from './remote-files.ts'
import type { RemoteFiles } from './remote-files.ts'

export const checksumProperties = {
  validateChecksum: p
    .boolean()
    .dynamic()
    .default(false)
    .group('advanced')
    .title('Whether the checksum of the file must be the expected one.'),
  checksumExpected: p.string().dynamic().group('advanced').title('The expected checksum, in hexadecimal digits.'),
  checksumAlgorithm: p
    .enum('MD5', 'SHA_1', 'SHA_256', 'SHA_512')
    .dynamic()
    .default('SHA_256')
    .group('advanced')
    .title('How the checksum is made.'),
}

const ALGORITHMS = ['MD5', 'SHA_1', 'SHA_256', 'SHA_512'] as const
const HASHES = { MD5: 'md5', SHA_1: 'sha1', SHA_256: 'sha256', SHA_512: 'sha512' } as const

export interface Stored {
  readonly uri: string
  readonly checksum: string
}

export async function store(
  ctx: RunContext,
  bytes: AsyncIterable<Uint8Array>,
  name: string,
  checksum?: Asked,
): Promise<Stored> {
  const algorithm = (await checksum?.oneOf('checksumAlgorithm', ALGORITHMS, 'SHA_256')) ?? 'SHA_256'
  const expected =
    (await checksum?.flag('validateChecksum')) === true ? await checksum?.needed('checksumExpected') : undefined
  const hash = createHash(HASHES[algorithm])
  let digest = ''
  const watched = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      ctx.signal.throwIfAborted()
      hash.update(chunk)
      yield chunk
    }
    digest = hash.digest('hex')
    // Storage keeps a file when it is whole: one with another checksum is never there.
    if (expected !== undefined && expected.trim().toLowerCase() !== digest)
      throw new TaskError(`the file "${name}" has the ${algorithm} checksum ${digest}, and not ${expected.trim()}`)
  }
  const uri = await ctx.files.put(watched(), { extension: extensionOf(name) })
  return { uri, checksum: digest }
}

export function extensionOf(name: string): string {
  return /\.\w{1,10}$/.exec(name)?.[0] ?? '.tmp'
}

export async function upload(
  ctx: RunContext,
  remote: RemoteFiles,
  { from, to, overwrite }: { readonly from: string; readonly to: string; readonly overwrite: boolean | undefined },
): Promise<string> {
  const path = to.endsWith('/') ? posix.join(to, nameOf(from)) : to
  const there = await remote.find(path)
  if (there !== undefined && overwrite !== true) {
    const wayOut = overwrite === false ? 'set' : 'use a task that uploads one file, with'
    throw new TaskError(`"${path}" is there already; ${wayOut} \`overwrite: true\` to put the file in its place`)
  }
  if (there?.type === 'FOLDER')
    throw new TaskError(`"${path}" is a folder; end \`to\` with a slash to put the file into it`)
  const bytes = await ctx.files.open(from)
  await makeParents(remote, path)
  await remote.write(path, bytes)
  return path
}

export function nameOf(uri: string): string {
  const name = uri.split('/').at(-1) ?? ''
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

/** `from` of many files: one URI, a list of them, or a map from names to them; also as JSON. */
export function sourcesOf(from: Value): readonly { readonly name: string; readonly uri: string }[] {
  const given = typeof from === 'string' && /^\s*[[{]/.test(from) ? decodeValue(from) : from
  if (isMap(given)) return Array.from(mapEntries(given), ([name, uri]) => ({ name, uri: plainText(uri ?? '') }))
  const list = isList(given) ? given : [given]
  return list.map(each => {
    const uri = plainText(each ?? '').trim()
    return { name: nameOf(uri), uri }
  })
}
