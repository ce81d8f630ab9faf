// One header of a tar archive: 512 bytes with fields at fixed places, numbers in octal. What does not fit – long names, large sizes – goes
// into a record before it (`path=…`, of POSIX's pax), which every engine writes and reads.

export const BLOCK_BYTES = 512

export type TarKind = 'file' | 'folder' | 'link' | 'hard link' | 'other'

export interface TarEntry {
  /** With `/` between its parts, and none at its ends. */
  readonly name: string
  readonly kind: TarKind
  readonly mode: number
  readonly sizeBytes: number
  readonly modifiedMs: number
  /** Of links. */
  readonly target?: string
}

/** Fields by place and length. */
const NAME = [0, 100] as const
const MODE = [100, 8] as const
const OWNER = [108, 8] as const
const GROUP = [116, 8] as const
const SIZE = [124, 12] as const
const TIME = [136, 12] as const
const SUM = [148, 8] as const
const TYPE = 156
const TARGET = [157, 100] as const
const MAGIC = [257, 8] as const
const PREFIX = [345, 155] as const

const TYPES: readonly (readonly [string, TarKind])[] = [
  ['0', 'file'],
  ['\0', 'file'],
  ['7', 'file'],
  ['5', 'folder'],
  ['2', 'link'],
  ['1', 'hard link'],
  ['6', 'other'],
]
/** Octal in eleven places. */
const SIZE_MAX = 8 ** 11 - 1
const MS_PER_SECOND = 1_000
const BLANK = 0x20

/** The header, with the records that it needs before it. */
export function encodeHeader(entry: TarEntry): Buffer {
  const name = entry.kind === 'folder' ? `${entry.name}/` : entry.name
  const records: [string, string][] = []
  if (Buffer.byteLength(name) > NAME[1]) records.push(['path', name])
  if (entry.target !== undefined && Buffer.byteLength(entry.target) > TARGET[1])
    records.push(['linkpath', entry.target])
  if (entry.sizeBytes > SIZE_MAX) records.push(['size', String(entry.sizeBytes)])
  const header = headerOf({ ...entry, name: cutBytes(name, NAME[1]) }, typeOf(entry.kind))
  return records.length === 0 ? header : Buffer.concat([encodeRecords(records), header])
}

function typeOf(kind: TarKind): string {
  return TYPES.find(([, each]) => each === kind)?.[0] ?? '0'
}

function encodeRecords(records: readonly (readonly [string, string])[]): Buffer {
  const body = Buffer.from(records.map(([key, value]) => recordOf(key, value)).join(''))
  const entry = { name: 'pax', kind: 'other', mode: 0o644, sizeBytes: body.length, modifiedMs: 0 } as const
  return Buffer.concat([headerOf(entry, 'x'), body, paddingOf(body.length)])
}

/** `<length> key=value\n`, where the length counts itself. */
function recordOf(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  const restBytes = Buffer.byteLength(rest)
  let length = restBytes + String(restBytes).length
  if (restBytes + String(length).length !== length) length = restBytes + String(length).length
  return `${length}${rest}`
}

function headerOf(entry: TarEntry, type: string): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES)
  block.write(entry.name, NAME[0])
  writeOctal(block, MODE, entry.mode)
  writeOctal(block, OWNER, 0)
  writeOctal(block, GROUP, 0)
  writeOctal(block, SIZE, Math.min(entry.sizeBytes, SIZE_MAX))
  writeOctal(block, TIME, Math.max(0, Math.floor(entry.modifiedMs / MS_PER_SECOND)))
  block.write(type, TYPE)
  block.write(cutBytes(entry.target ?? '', TARGET[1]), TARGET[0])
  block.write('ustar\x0000', MAGIC[0], 'latin1')
  block.fill(BLANK, SUM[0], SUM[0] + SUM[1])
  block.write(`${sumOf(block).toString(8).padStart(6, '0')}\0 `, SUM[0])
  return block
}

function writeOctal(block: Buffer, [at, length]: readonly [number, number], value: number): void {
  block.write(value.toString(8).padStart(length - 1, '0'), at)
}

function cutBytes(text: string, bytesMax: number): string {
  return Buffer.byteLength(text) <= bytesMax ? text : Buffer.from(text).subarray(0, bytesMax).toString('latin1')
}

export function paddingOf(sizeBytes: number): Buffer {
  return Buffer.alloc((BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES)
}

/** What a header says by itself: a record before it may say otherwise. */
export interface RawHeader extends TarEntry {
  /** `x`: records of the next entry. `g`: of all that follow. `L`, `K`: the name, the target of the next entry, in GNU's way. */
  readonly type: string
}

/** Undefined for a block of zeros, which ends the archive. @throws {RangeError} for what is no header. */
export function decodeHeader(block: Buffer): RawHeader | undefined {
  if (block.every(byte => byte === 0)) return undefined
  const copy = Buffer.from(block)
  copy.fill(BLANK, SUM[0], SUM[0] + SUM[1])
  if (sumOf(copy) !== readNumber(block, SUM))
    throw new RangeError('the archive is broken: the sum of a header is wrong')
  const type = String.fromCharCode(block[TYPE] ?? 0)
  const prefix = isPosix(block) ? readText(block, PREFIX) : ''
  const name = readText(block, NAME)
  const target = readText(block, TARGET)
  return {
    type,
    name: trimSlashes(prefix === '' ? name : `${prefix}/${name}`),
    kind: TYPES.find(([each]) => each === type)?.[1] ?? 'other',
    mode: readNumber(block, MODE),
    sizeBytes: readNumber(block, SIZE),
    modifiedMs: readNumber(block, TIME) * MS_PER_SECOND,
    ...(target === '' ? {} : { target }),
  }
}

/** GNU's own format has other things where POSIX has the prefix. */
function isPosix(block: Buffer): boolean {
  return block.toString('latin1', MAGIC[0], MAGIC[0] + 6) === 'ustar\0'
}

export function trimSlashes(name: string): string {
  return name.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '')
}

function readText(block: Buffer, [at, length]: readonly [number, number]): string {
  const end = block.indexOf(0, at)
  return block.toString('utf8', at, end < 0 || end > at + length ? at + length : end)
}

const HIGH_BIT = 0x80

/** Octal, or, for what is larger, binary behind a set bit. */
function readNumber(block: Buffer, [at, length]: readonly [number, number]): number {
  if (((block[at] ?? 0) & HIGH_BIT) === 0) {
    const text = block
      .toString('latin1', at, at + length)
      .replaceAll('\0', ' ')
      .trim()
    return text === '' ? 0 : Number.parseInt(text, 8)
  }
  let value = (block[at] ?? 0) & ~HIGH_BIT
  for (const byte of block.subarray(at + 1, at + length)) value = value * 256 + byte
  return value
}

function sumOf(block: Buffer): number {
  let sum = 0
  for (const byte of block) sum += byte
  return sum
}

/** The records of a pax header. */
export function decodeRecords(body: Buffer): ReadonlyMap<string, string> {
  const records = new Map<string, string>()
  for (let at = 0; at < body.length;) {
    const blank = body.indexOf(BLANK, at)
    const length = Number.parseInt(body.toString('latin1', at, blank), 10)
    if (blank < 0 || !Number.isInteger(length) || length <= 0) break
    const text = body.toString('utf8', blank + 1, at + length - 1)
    const split = text.indexOf('=')
    records.set(text.slice(0, split), text.slice(split + 1))
    at += length
  }
  return records
}
