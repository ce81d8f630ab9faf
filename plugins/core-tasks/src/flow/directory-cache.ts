// The cache of a WorkingDirectory: the files that match its patterns, one after the other in one compressed file, each after a line that says its
// name and size.
import { createReadStream, createWriteStream } from 'node:fs'
import { glob, mkdir, rm, stat } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { PRIVATE_FOLDER, TaskError, p } from '@batuta/plugin-sdk'
import type { RunContext } from '@batuta/plugin-sdk'

/** Its time of change is the moment at which the folder was as the cache is. */
export const MOMENT_FILE = 'cache-moment'
const FILES_MAX = 100_000
const HEADER_BYTES_MAX = 64 * 1024
const LINE_END = 10

export const CACHE = p
  .object({
    patterns: p.list(p.string()).required().title('Globs of files to keep for the next execution.'),
    ttl: p.duration().title('An older cache is not used.'),
  })
  .title('Files that outlive the execution.')

/** Only when something has changed since the folder was opened. */
export async function keepCache(ctx: RunContext, patterns: readonly string[]): Promise<void> {
  const base = await ctx.workingDir.path()
  const moment = await stat(join(base, PRIVATE_FOLDER, MOMENT_FILE)).catch(() => undefined)
  const names = await matching(base, patterns)
  const sizes = await Promise.all(names.map(name => stat(join(base, name))))
  const isNew = (await ctx.files.findCache()) === undefined
  if (!isNew && !sizes.some(({ mtimeMs }) => mtimeMs > (moment?.mtimeMs ?? 0))) return
  const packed = await ctx.workingDir.resolve(`${PRIVATE_FOLDER}/cache.pack`)
  await mkdir(dirname(packed), { recursive: true })
  const files = names.map((name, index) => ({ name, sizeBytes: sizes[index]?.size ?? 0 }))
  await pipeline(Readable.from(pack(base, files)), createGzip(), createWriteStream(packed))
  await ctx.files.putCache({ path: packed })
  await rm(packed, { force: true })
}

async function matching(base: string, patterns: readonly string[]): Promise<readonly string[]> {
  const names = new Set<string>()
  for (const pattern of patterns) {
    for await (const name of glob(pattern.replace(/^(?:\.?\/)+/, ''), { cwd: base })) {
      if (name.split(sep).includes(PRIVATE_FOLDER) || !(await stat(join(base, name))).isFile()) continue
      names.add(name)
      if (names.size > FILES_MAX) throw new TaskError(`more than ${FILES_MAX} files match`)
    }
  }
  return [...names].sort()
}

interface PackedFile {
  readonly name: string
  readonly sizeBytes: number
}

async function* pack(base: string, files: readonly PackedFile[]): AsyncGenerator<Uint8Array> {
  for (const file of files) {
    yield Buffer.from(`${JSON.stringify(file)}\n`)
    if (file.sizeBytes > 0) yield* createReadStream(join(base, file.name), { end: file.sizeBytes - 1 })
  }
}

export async function unpack(ctx: RunContext, uri: string): Promise<void> {
  const reader = new Unpacker(ctx)
  const source = Readable.from(await ctx.files.open(uri)).pipe(createGunzip())
  for await (const chunk of source) await reader.take(chunk)
}

class Unpacker {
  readonly #ctx: RunContext
  #held: Buffer = Buffer.alloc(0)
  #out: ReturnType<typeof createWriteStream> | undefined
  #leftBytes = 0

  constructor(ctx: RunContext) {
    this.#ctx = ctx
  }

  async take(chunk: Buffer): Promise<void> {
    let rest = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk
    this.#held = Buffer.alloc(0)
    while (rest.length > 0) {
      if (this.#out === undefined) {
        const end = rest.indexOf(LINE_END)
        if (end < 0) return this.#hold(rest)
        await this.#begin(rest.subarray(0, end).toString('utf8'))
        rest = rest.subarray(end + 1)
      } else {
        const part = rest.subarray(0, this.#leftBytes)
        await this.#write(part)
        rest = rest.subarray(part.length)
      }
    }
  }

  #hold(rest: Buffer): void {
    if (rest.length > HEADER_BYTES_MAX) throw new TaskError('the cache is broken')
    this.#held = rest
  }

  async #begin(header: string): Promise<void> {
    const file: unknown = JSON.parse(header)
    if (!isPackedFile(file)) throw new TaskError('the cache is broken')
    const path = await this.#ctx.workingDir.resolve(file.name)
    await mkdir(dirname(path), { recursive: true })
    this.#out = createWriteStream(path)
    this.#leftBytes = file.sizeBytes
    if (this.#leftBytes === 0) await this.#end()
  }

  async #write(part: Buffer): Promise<void> {
    const out = this.#out
    if (out === undefined) return
    await new Promise<void>((resolve, reject) => void out.write(part, error => (error ? reject(error) : resolve())))
    this.#leftBytes -= part.length
    if (this.#leftBytes === 0) await this.#end()
  }

  async #end(): Promise<void> {
    const out = this.#out
    this.#out = undefined
    if (out) await new Promise<void>((resolve, reject) => void out.once('error', reject).end(() => resolve()))
  }
}

function isPackedFile(value: unknown): value is PackedFile {
  return typeof value === 'object' && value !== null && 'name' in value && 'sizeBytes' in value
}
