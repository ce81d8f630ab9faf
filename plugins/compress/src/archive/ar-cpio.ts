// Two old archives: ar, and cpio in its form of today (`newc`).
import { TaskError } from '@batuta/plugin-sdk'
import type { ByteStream } from '@batuta/plugin-sdk'
import type { ArchiveFile, ReadFile } from './archive.ts'
import { Limited } from './tar.ts'

const AR_MAGIC = '!<arch>\n'
const CPIO_MAGIC = '070701'
const NAME_BYTES_MAX = 4096
const TYPE_BITS = 0o170000
const REGULAR = 0o100000

async function* bodyOf({ name, size, open }: ArchiveFile): AsyncGenerator<Uint8Array> {
  let written = 0
  for await (const chunk of await open()) {
    written += chunk.length
    yield chunk
  }
  if (written !== size) throw new TaskError(`the file "${name}" has changed while it was put into the archive`)
}

export async function* writeAr(files: readonly ArchiveFile[], nowSeconds: number): AsyncGenerator<Uint8Array> {
  yield Buffer.from(AR_MAGIC)
  for (const file of files) {
    const name = Buffer.from(file.name)
    // Long names stand before the bytes, as BSD has it.
    const isLong = name.length > 15 || file.name.includes(' ') || file.name.includes('/')
    const size = file.size + (isLong ? name.length : 0)
    if (size >= 10 ** 10) throw new TaskError(`the file "${file.name}" is too large for ar`)
    const fields = [
      (isLong ? `#1/${name.length}` : file.name).padEnd(16),
      String(nowSeconds).padEnd(12),
      '0'.padEnd(6),
      '0'.padEnd(6),
      '100644'.padEnd(8),
      String(size).padEnd(10),
      '`\n',
    ]
    yield Buffer.from(fields.join(''))
    if (isLong) yield name
    yield* bodyOf(file)
    if (size % 2 === 1) yield Buffer.from('\n')
  }
}

export async function* readAr(stream: ByteStream): AsyncGenerator<ReadFile> {
  if ((await stream.take(8)).toString('latin1') !== AR_MAGIC) throw new TaskError('the file is no ar archive')
  let names = ''
  while (!(await stream.isOver())) {
    const head = (await stream.take(60)).toString('latin1')
    const size = Number.parseInt(head.slice(48, 58).trim(), 10)
    if (!head.endsWith('`\n') || !(size >= 0)) throw new TaskError('the ar archive is broken')
    const written = head.slice(0, 16).trimEnd()
    const long = /^#1\/(\d+)$/.exec(written)?.[1]
    const nameBytes = long === undefined ? 0 : Number(long)
    if (nameBytes > Math.min(size, NAME_BYTES_MAX)) throw new TaskError('the ar archive is broken')
    const own = long === undefined ? undefined : (await stream.take(nameBytes)).toString('utf8').replace(/\0+$/, '')
    const body = new Limited(stream, size - nameBytes)
    if (written === '//') {
      const parts: Uint8Array[] = []
      for await (const part of body.read()) parts.push(part)
      names = Buffer.concat(parts).toString('utf8')
    } else if (written !== '/' && written !== '/SYM64/' && own !== '__.SYMDEF' && own !== '__.SYMDEF SORTED') {
      const at = /^\/(\d+)$/.exec(written)?.[1]
      const name =
        own ?? (at === undefined ? written.replace(/\/$/, '') : (names.slice(Number(at)).split('/\n')[0] ?? ''))
      yield { name, bytes: body.read() }
    }
    await body.finish()
    if (size % 2 === 1 && !(await stream.isOver())) await stream.skip(1)
  }
}

export async function* writeCpio(files: readonly ArchiveFile[], nowSeconds: number): AsyncGenerator<Uint8Array> {
  for (const [at, file] of files.entries()) {
    if (file.size >= 2 ** 32) throw new TaskError(`the file "${file.name}" is too large for cpio`)
    yield cpioHeader({ name: file.name, size: file.size, inode: at + 1, mode: REGULAR | 0o644, nowSeconds })
    yield* bodyOf(file)
    yield Buffer.alloc((4 - (file.size % 4)) % 4)
  }
  yield cpioHeader({ name: 'TRAILER!!!', size: 0, inode: 0, mode: 0, nowSeconds: 0 })
}

function cpioHeader(entry: { name: string; size: number; inode: number; mode: number; nowSeconds: number }): Buffer {
  const name = Buffer.from(`${entry.name}\0`)
  const numbers = [entry.inode, entry.mode, 0, 0, 1, entry.nowSeconds, entry.size, 0, 0, 0, 0, name.length, 0]
  const head = Buffer.from(CPIO_MAGIC + numbers.map(number => number.toString(16).padStart(8, '0')).join(''))
  return Buffer.concat([head, name, Buffer.alloc((4 - ((head.length + name.length) % 4)) % 4)])
}

export async function* readCpio(stream: ByteStream): AsyncGenerator<ReadFile> {
  for (;;) {
    const head = (await stream.take(110)).toString('latin1')
    if (!/^07070[12]/.test(head)) throw new TaskError('the file is no cpio archive of the form newc')
    const number = (at: number): number => Number.parseInt(head.slice(6 + at * 8, 14 + at * 8), 16)
    const [mode, size, nameBytes] = [number(1), number(6), number(11)]
    if (!(size >= 0) || !(nameBytes > 0 && nameBytes <= NAME_BYTES_MAX))
      throw new TaskError('the cpio archive is broken')
    const name = (await stream.take(nameBytes)).toString('utf8').replace(/\0+$/, '')
    await stream.skip((4 - ((110 + nameBytes) % 4)) % 4)
    if (name === 'TRAILER!!!') return
    const body = new Limited(stream, size)
    if ((mode & TYPE_BITS) === REGULAR) yield { name, bytes: body.read() }
    await body.finish()
    await stream.skip((4 - (size % 4)) % 4)
  }
}
