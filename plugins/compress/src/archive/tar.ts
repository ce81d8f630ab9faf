// tar: ustar with the extensions of POSIX and GNU for long names and large files.
import { TaskError } from '@batuta/plugin-sdk'
import type { ByteStream } from '@batuta/plugin-sdk'
import type { ArchiveFile, ReadFile } from './archive.ts'

const BLOCK = 512
const META_BYTES_MAX = 1024 * 1024
const MODE = 0o644

export async function* writeTar(files: readonly ArchiveFile[], nowSeconds: number): AsyncGenerator<Uint8Array> {
  for (const { name, size, open } of files) {
    const bytes = Buffer.byteLength(name)
    if (bytes > 100 || size >= 8 ** 11) {
      const record = paxRecords({ path: name, ...(size >= 8 ** 11 ? { size: String(size) } : {}) })
      yield header({ name: 'PaxHeader', size: record.length, type: 'x', nowSeconds })
      yield record
      yield padding(record.length)
    }
    yield header({ name, size: Math.min(size, 8 ** 11 - 1), type: '0', nowSeconds })
    let written = 0
    for await (const chunk of await open()) {
      written += chunk.length
      yield chunk
    }
    if (written !== size) throw new TaskError(`the file "${name}" has changed while it was put into the archive`)
    yield padding(size)
  }
  yield Buffer.alloc(2 * BLOCK)
}

function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK)
}

function paxRecords(fields: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat(
    Object.entries(fields).map(([key, value]) => {
      const body = ` ${key}=${value}\n`
      let length = Buffer.byteLength(body) + 1
      while (String(length).length + Buffer.byteLength(body) > length) length++
      return Buffer.from(`${length}${body}`)
    }),
  )
}

function header({
  name,
  size,
  type,
  nowSeconds,
}: {
  name: string
  size: number
  type: string
  nowSeconds: number
}): Buffer {
  const block = Buffer.alloc(BLOCK)
  Buffer.from(name).copy(block, 0, 0, 100)
  const octal = (value: number, at: number, length: number): void =>
    void block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1')
  octal(MODE, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(size, 124, 12)
  octal(nowSeconds, 136, 12)
  block.write(' '.repeat(8), 148, 'latin1')
  block.write(type, 156, 'latin1')
  block.write('ustar\x0000', 257, 'latin1')
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}

/** Regular files only; `onOther` hears of links and devices. */
export async function* readTar(stream: ByteStream, onOther: (name: string) => void): AsyncGenerator<ReadFile> {
  let next: { path?: string; size?: string } = {}
  let isFirst = true
  while (!(await stream.isOver())) {
    const block = await stream.take(BLOCK)
    if (block.every(byte => byte === 0)) return
    checkSum(block, isFirst)
    isFirst = false
    const type = String.fromCharCode(block[156] ?? 0)
    const size = next.size === undefined ? sizeOf(block) : Number(next.size)
    if ('xgLK'.includes(type) && type !== '\0') {
      const body = await readMeta(stream, size)
      if (type === 'L') next = { ...next, path: body.toString('utf8').replace(/\0.*$/s, '') }
      else if (type === 'x') next = { ...next, ...readPax(body) }
      continue
    }
    const name = next.path ?? nameOf(block)
    next = {}
    if ((type === '0' || type === '\0' || type === '7') && !name.endsWith('/')) {
      const bytes = new Limited(stream, size)
      yield { name, bytes: bytes.read() }
      await bytes.finish()
      await stream.skip((BLOCK - (size % BLOCK)) % BLOCK)
      continue
    }
    if (type !== '5' && !name.endsWith('/')) onOther(name)
    if (type !== '1' && type !== '2') await new Limited(stream, size + ((BLOCK - (size % BLOCK)) % BLOCK)).finish()
  }
}

function checkSum(block: Buffer, isFirst: boolean): void {
  const written = Number.parseInt(text(block, 148, 8).trim(), 8)
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0)
  if (written !== sum) throw new TaskError(isFirst ? 'the file is no tar archive' : 'the tar archive is broken')
}

function text(block: Buffer, from: number, length: number): string {
  return block
    .subarray(from, from + length)
    .toString('utf8')
    .replace(/\0.*$/s, '')
}

function nameOf(block: Buffer): string {
  const prefix = text(block, 257, 5) === 'ustar' && block[263] !== 0x20 ? text(block, 345, 155) : ''
  return prefix === '' ? text(block, 0, 100) : `${prefix}/${text(block, 0, 100)}`
}

/** Octal digits, or bytes when the first bit says so. */
function sizeOf(block: Buffer): number {
  const field = block.subarray(124, 136)
  const size =
    (field[0] ?? 0) >= 0x80
      ? Number(BigInt(`0x${field.subarray(1).toString('hex')}`))
      : Number.parseInt(text(block, 124, 12).trim() || '0', 8)
  if (!Number.isSafeInteger(size) || size < 0) throw new TaskError('the tar archive is broken: a file has no size')
  return size
}

async function readMeta(stream: ByteStream, size: number): Promise<Buffer> {
  if (size > META_BYTES_MAX) throw new TaskError(`the tar archive has a name of ${size} bytes`)
  const body = Buffer.from(await stream.take(size))
  await stream.skip((BLOCK - (size % BLOCK)) % BLOCK)
  return body
}

function readPax(body: Buffer): { path?: string; size?: string } {
  const found: { path?: string; size?: string } = {}
  for (let at = 0; at < body.length;) {
    const space = body.indexOf(32, at)
    const length = Number.parseInt(body.toString('latin1', at, Math.max(space, at)), 10)
    if (space < 0 || !(length > 0)) break
    const [, key, value] = /^([^=]+)=(.*)\n$/s.exec(body.toString('utf8', space + 1, at + length)) ?? []
    if (key === 'path' && value !== undefined) found.path = value
    if (key === 'size' && value !== undefined && /^\d+$/.test(value)) found.size = value
    at += length
  }
  return found
}

/** So many bytes of a stream, as far as somebody reads them; the rest is skipped. */
export class Limited {
  readonly #stream: ByteStream
  #left: number

  constructor(stream: ByteStream, size: number) {
    this.#stream = stream
    this.#left = size
  }

  async *read(): AsyncGenerator<Uint8Array> {
    while (this.#left > 0) {
      const some = await this.#stream.some(Math.min(this.#left, 256 * 1024))
      if (some === undefined) throw new TaskError('the archive ends in the middle of a file')
      this.#left -= some.length
      yield some
    }
  }

  async finish(): Promise<void> {
    const rest = this.read()
    while ((await rest.next()).done !== true);
  }
}
