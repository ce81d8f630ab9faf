// bzip2, read block by block: Huffman codes, moves to the front, runs, and the transform of Burrows and Wheeler undone.
import { TaskError } from '@batuta/plugin-sdk'
import type { ByteStream } from '@batuta/plugin-sdk'

const BLOCK_MAGIC = 0x314159265359
const END_MAGIC = 0x177245385090
/** More than a block can take when it is packed. */
const BLOCK_BYTES = 1_200_000

export async function* bzip2Decode(stream: ByteStream): AsyncGenerator<Uint8Array> {
  let bits = new BitReader(await stream.peek(BLOCK_BYTES))
  for (let member = 0; ; member++) {
    if (bits.bits(24) !== 0x425a68) {
      if (member > 0) return // What follows the last member is not ours.
      throw new TaskError('the file is no bzip2 file')
    }
    const size = (bits.bits(8) - 0x30) * 100_000
    if (size < 100_000 || size > 900_000) throw broken('it says no size of blocks')
    for (;;) {
      const magic = bits.bits(24) * 2 ** 24 + bits.bits(24)
      if (magic === END_MAGIC) break
      if (magic !== BLOCK_MAGIC) throw broken('a block does not begin where the one before ends')
      yield decodeBlock(bits, size)
      bits = await refill(stream, bits)
    }
    bits.bits(32)
    bits.alignToByte()
    bits = await refill(stream, bits)
    if (bits.isOver) return
  }
}

async function refill(stream: ByteStream, bits: BitReader): Promise<BitReader> {
  await stream.skip(bits.wholeBytes)
  return new BitReader(await stream.peek(BLOCK_BYTES), bits.rest)
}

function broken(reason: string): TaskError {
  return new TaskError(`the bzip2 file is broken: ${reason}`)
}

class BitReader {
  readonly #bytes: Buffer
  #at = 0
  #bit: number

  constructor(bytes: Buffer, bit = 0) {
    this.#bytes = bytes
    this.#bit = bit
  }

  get wholeBytes(): number {
    return this.#at
  }

  get rest(): number {
    return this.#bit
  }

  get isOver(): boolean {
    return this.#at >= this.#bytes.length
  }

  bit(): number {
    const byte = this.#bytes[this.#at]
    if (byte === undefined) throw broken('it ends too early')
    const bit = (byte >> (7 - this.#bit)) & 1
    if (++this.#bit === 8) {
      this.#bit = 0
      this.#at++
    }
    return bit
  }

  bits(count: number): number {
    let value = 0
    for (let at = 0; at < count; at++) value = value * 2 + this.bit()
    return value
  }

  alignToByte(): void {
    if (this.#bit === 0) return
    this.#bit = 0
    this.#at++
  }
}

function decodeBlock(bits: BitReader, size: number): Buffer {
  bits.bits(32)
  if (bits.bit() === 1) throw broken('it is of a very old kind')
  const start = bits.bits(24)
  const symbols = readSymbols(bits)
  const packed = readPacked(bits, symbols, size)
  if (start >= packed.length) throw broken('a block begins behind its end')
  return undoRuns(undoTransform(packed, start))
}

function readSymbols(bits: BitReader): number[] {
  const used = bits.bits(16)
  const symbols: number[] = []
  for (let group = 0; group < 16; group++) {
    if ((used & (0x8000 >> group)) === 0) continue
    const row = bits.bits(16)
    for (let at = 0; at < 16; at++) if ((row & (0x8000 >> at)) !== 0) symbols.push(group * 16 + at)
  }
  if (symbols.length === 0) throw broken('a block has no letters')
  return symbols
}

interface Code {
  /** By length: the first code of it, and where its symbols begin. */
  readonly firsts: readonly number[]
  readonly offsets: readonly number[]
  readonly counts: readonly number[]
  readonly sorted: readonly number[]
}

const CODE_BITS_MAX = 20
const GROUP = 50

function readCodes(
  bits: BitReader,
  alphabet: number,
): { readonly codes: readonly Code[]; readonly selectors: readonly number[] } {
  const count = bits.bits(3)
  const choices = bits.bits(15)
  if (count < 2 || count > 6 || choices === 0) throw broken('a block has no codes')
  const order = Array.from({ length: count }, (_, at) => at)
  const selectors: number[] = []
  for (let at = 0; at < choices; at++) {
    let steps = 0
    while (bits.bit() === 1) if (++steps >= count) throw broken('a code is chosen that is not there')
    const [chosen = 0] = order.splice(steps, 1)
    order.unshift(chosen)
    selectors.push(chosen)
  }
  const codes = Array.from({ length: count }, () => {
    let length = bits.bits(5)
    const lengths = Array.from({ length: alphabet }, () => {
      while (bits.bit() === 1) length += bits.bit() === 0 ? 1 : -1
      if (length < 1 || length > CODE_BITS_MAX) throw broken('a code is too long')
      return length
    })
    return codeOf(lengths)
  })
  return { codes, selectors }
}

function codeOf(lengths: readonly number[]): Code {
  const counts = Array.from(
    { length: CODE_BITS_MAX + 1 },
    (_, length) => lengths.filter(each => each === length).length,
  )
  const sorted = lengths
    .map((length, symbol) => ({ length, symbol }))
    .toSorted((a, b) => a.length - b.length || a.symbol - b.symbol)
  const firsts: number[] = [0]
  const offsets: number[] = [0]
  let code = 0
  let offset = 0
  for (let length = 1; length <= CODE_BITS_MAX; length++) {
    code *= 2
    firsts.push(code)
    offsets.push(offset)
    code += counts[length] ?? 0
    offset += counts[length] ?? 0
  }
  return { firsts, offsets, counts, sorted: sorted.map(({ symbol }) => symbol) }
}

function readSymbol(bits: BitReader, { firsts, offsets, counts, sorted }: Code): number {
  let code = 0
  for (let length = 1; length <= CODE_BITS_MAX; length++) {
    code = code * 2 + bits.bit()
    const within = code - (firsts[length] ?? 0)
    if (within < (counts[length] ?? 0)) return sorted[(offsets[length] ?? 0) + within] ?? 0
  }
  throw broken('it holds what is no code')
}

/** Letters in the order of the transform. */
function readPacked(bits: BitReader, symbols: number[], size: number): Uint8Array {
  const end = symbols.length + 1
  const { codes, selectors } = readCodes(bits, symbols.length + 2)
  const packed = new Uint8Array(size)
  let length = 0
  let run = 0
  let power = 1
  for (let at = 0; ; at++) {
    const code = codes[selectors[Math.floor(at / GROUP)] ?? -1]
    if (code === undefined) throw broken('a block has no end')
    const symbol = readSymbol(bits, code)
    if (symbol < 2) {
      run += power << symbol
      power *= 2
      if (run > size) throw broken('a block is larger than it may be')
      continue
    }
    if (length + run > size) throw broken('a block is larger than it may be')
    packed.fill(symbols[0] ?? 0, length, length + run)
    length += run
    run = 0
    power = 1
    if (symbol === end) return packed.subarray(0, length)
    const [letter = 0] = symbols.splice(symbol - 1, 1)
    symbols.unshift(letter)
    if (length >= size) throw broken('a block is larger than it may be')
    packed[length++] = letter
  }
}

function undoTransform(packed: Uint8Array, start: number): Uint8Array {
  const counts = new Int32Array(256)
  for (const letter of packed) counts[letter] = (counts[letter] ?? 0) + 1
  let sum = 0
  for (let letter = 0; letter < 256; letter++) {
    const count = counts[letter] ?? 0
    counts[letter] = sum
    sum += count
  }
  const next = new Int32Array(packed.length)
  for (let at = 0; at < packed.length; at++) {
    const letter = packed[at] ?? 0
    next[counts[letter] ?? 0] = at
    counts[letter] = (counts[letter] ?? 0) + 1
  }
  const plain = new Uint8Array(packed.length)
  let at = next[start] ?? 0
  for (let to = 0; to < plain.length; to++) {
    plain[to] = packed[at] ?? 0
    at = next[at] ?? 0
  }
  return plain
}

/** Four alike are followed by how many more there are. */
function undoRuns(plain: Uint8Array): Buffer {
  let output = Buffer.allocUnsafe(plain.length * 2 + 1024)
  let length = 0
  let alike = 0
  let before = -1
  for (const letter of plain) {
    const count = alike === 4 ? letter : 1
    if (length + count > output.length) output = Buffer.concat([output, Buffer.allocUnsafe(output.length)])
    output.fill(alike === 4 ? before : letter, length, length + count)
    length += count
    if (alike === 4) {
      alike = 0
      before = -1
    } else {
      alike = letter === before ? alike + 1 : 1
      before = letter
    }
  }
  return output.subarray(0, length)
}
