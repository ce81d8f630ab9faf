// bzip2, written in blocks of 200 kB: the transform sorts all rotations of a block by doubling what is compared.

const BLOCK = 200_000
const LEVEL = 2
const GROUP = 50
const CODE_BITS_MAX = 17

export async function* bzip2Encode(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const bits = new BitWriter()
  bits.write(0x425a68, 24)
  bits.write(0x30 + LEVEL, 8)
  let whole = 0
  let runs = new RunWriter()
  const end = (): Buffer => {
    const { bytes, crc } = runs.take()
    whole = ((whole << 1) | (whole >>> 31)) ^ crc
    writeBlock(bits, bytes, crc)
    return bits.take()
  }
  for await (const chunk of stream) {
    for (const byte of chunk) {
      runs.add(byte)
      if (!runs.isFull) continue
      yield end()
      runs = new RunWriter()
    }
  }
  if (!runs.isEmpty) yield end()
  bits.write(0x177245, 24)
  bits.write(0x385090, 24)
  bits.write(whole >>> 16, 16)
  bits.write(whole & 0xffff, 16)
  bits.pad()
  yield bits.take()
}

class BitWriter {
  #bytes: number[] = []
  #held = 0
  #count = 0

  write(value: number, count: number): void {
    for (let at = count - 1; at >= 0; at--) {
      this.#held = (this.#held << 1) | ((value >>> at) & 1)
      if (++this.#count < 8) continue
      this.#bytes.push(this.#held)
      this.#held = 0
      this.#count = 0
    }
  }

  pad(): void {
    while (this.#count > 0) this.write(0, 1)
  }

  take(): Buffer {
    const taken = Buffer.from(this.#bytes)
    this.#bytes = []
    return taken
  }
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1
  return crc >>> 0
})

/** Four alike are followed by how many more there are. */
class RunWriter {
  readonly #bytes = new Uint8Array(BLOCK + 8)
  #length = 0
  #crc = 0xffffffff
  #letter = -1
  #alike = 0

  get isFull(): boolean {
    return this.#length >= BLOCK - 300
  }

  get isEmpty(): boolean {
    return this.#length === 0 && this.#alike === 0
  }

  add(byte: number): void {
    this.#crc = (this.#crc << 8) ^ (CRC_TABLE[((this.#crc >>> 24) ^ byte) & 0xff] ?? 0)
    if (byte === this.#letter && this.#alike < 255 + 4) {
      this.#alike++
      return
    }
    this.#flush()
    this.#letter = byte
    this.#alike = 1
  }

  #flush(): void {
    const count = Math.min(this.#alike, 4)
    this.#bytes.fill(this.#letter, this.#length, this.#length + count)
    this.#length += count
    if (count === 4) this.#bytes[this.#length++] = this.#alike - 4
    this.#alike = 0
  }

  take(): { readonly bytes: Uint8Array; readonly crc: number } {
    this.#flush()
    return { bytes: this.#bytes.subarray(0, this.#length), crc: ~this.#crc >>> 0 }
  }
}

function writeBlock(bits: BitWriter, bytes: Uint8Array, crc: number): void {
  const { packed, start } = transform(bytes)
  bits.write(0x314159, 24)
  bits.write(0x265359, 24)
  bits.write(crc >>> 16, 16)
  bits.write(crc & 0xffff, 16)
  bits.write(0, 1)
  bits.write(start, 24)
  const used = Array.from({ length: 256 }, () => false)
  for (const letter of packed) used[letter] = true
  const rows = Array.from({ length: 16 }, (_, row) => used.slice(row * 16, row * 16 + 16))
  for (const row of rows) bits.write(row.includes(true) ? 1 : 0, 1)
  for (const row of rows) if (row.includes(true)) for (const is of row) bits.write(is ? 1 : 0, 1)
  const letters = used.flatMap((is, letter) => (is ? [letter] : []))
  const symbols = moveToFront(packed, letters)
  writeCodes(bits, symbols, letters.length + 2)
}

/** All rotations in order; the last letters of each, and which one is the block itself. */
function transform(bytes: Uint8Array): { readonly packed: Uint8Array; readonly start: number } {
  const { length } = bytes
  const order = sortRotations(bytes)
  const packed = new Uint8Array(length)
  let start = 0
  for (const [at, from] of order.entries()) {
    packed[at] = bytes[(from + length - 1) % length] ?? 0
    if (from === 0) start = at
  }
  return { packed, start }
}

function sortRotations(bytes: Uint8Array): Int32Array {
  const { length } = bytes
  let ranks = Int32Array.from(bytes)
  let next = new Int32Array(length)
  let order = new Int32Array(length)
  let shifted = new Int32Array(length)
  const counts = new Int32Array(Math.max(256, length) + 1)
  const sortBy = (from: Int32Array, to: Int32Array): void => {
    counts.fill(0)
    for (let at = 0; at < length; at++) counts[(ranks[at] ?? 0) + 1] = (counts[(ranks[at] ?? 0) + 1] ?? 0) + 1
    for (let at = 1; at < counts.length; at++) counts[at] = (counts[at] ?? 0) + (counts[at - 1] ?? 0)
    for (let at = 0; at < length; at++) {
      const rotation = from[at] ?? 0
      const rank = ranks[rotation] ?? 0
      const place = counts[rank] ?? 0
      to[place] = rotation
      counts[rank] = place + 1
    }
  }
  for (let at = 0; at < length; at++) shifted[at] = at
  sortBy(shifted, order)
  for (let step = 0; ; step = step === 0 ? 1 : step * 2) {
    if (step > 0) {
      for (let at = 0; at < length; at++) shifted[at] = ((order[at] ?? 0) - step + length) % length
      const sorted = new Int32Array(length)
      sortBy(shifted, sorted)
      order = sorted
    }
    const classes = rank(order, ranks, step, next)
    const before = ranks
    ranks = next
    next = before
    if (classes === length || step >= length) return order
    shifted = new Int32Array(length)
  }
}

/** Gives alike rotations one rank; returns how many ranks there are. */
function rank(order: Int32Array, ranks: Int32Array, step: number, next: Int32Array): number {
  const { length } = order
  let classes = 0
  for (let at = 0; at < length; at++) {
    const one = order[at] ?? 0
    const other = order[at - 1] ?? 0
    const isNew =
      at === 0 ||
      ranks[one] !== ranks[other] ||
      (step > 0 && ranks[(one + step) % length] !== ranks[(other + step) % length])
    if (isNew) classes++
    next[one] = classes - 1
  }
  return classes
}

/** Places of the letters among those that were used last; the front comes in runs, and the end has a letter of its own. */
function moveToFront(packed: Uint8Array, letters: readonly number[]): Uint16Array {
  const order = [...letters]
  const symbols = new Uint16Array(packed.length + 2)
  let length = 0
  let run = 0
  const flush = (): void => {
    for (; run > 0; run = (run - 1) >> 1) symbols[length++] = run % 2 === 1 ? 0 : 1
  }
  for (const letter of packed) {
    const at = order.indexOf(letter)
    if (at === 0) {
      run++
      continue
    }
    flush()
    order.splice(at, 1)
    order.unshift(letter)
    symbols[length++] = at + 1
  }
  flush()
  symbols[length++] = letters.length + 1
  return symbols.subarray(0, length)
}

/** One code for all, written twice: the format asks for two. */
function writeCodes(bits: BitWriter, symbols: Uint16Array, alphabet: number): void {
  const lengths = codeLengths(symbols, alphabet)
  const codes = codesOf(lengths)
  const selectors = Math.ceil(symbols.length / GROUP)
  bits.write(2, 3)
  bits.write(selectors, 15)
  for (let at = 0; at < selectors; at++) bits.write(0, 1)
  for (let table = 0; table < 2; table++) {
    let length = lengths[0] ?? 1
    bits.write(length, 5)
    for (const wanted of lengths) {
      for (; length < wanted; length++) bits.write(0b10, 2)
      for (; length > wanted; length--) bits.write(0b11, 2)
      bits.write(0, 1)
    }
  }
  for (const symbol of symbols) bits.write(codes[symbol] ?? 0, lengths[symbol] ?? 1)
}

/** Huffman's lengths; where one is too long the rare letters are taken for less rare. */
function codeLengths(symbols: Uint16Array, alphabet: number): number[] {
  const weights = Array.from({ length: alphabet }, () => 0)
  for (const symbol of symbols) weights[symbol] = (weights[symbol] ?? 0) + 1
  for (let least = 1; ; least *= 2) {
    const lengths = huffman(weights.map(weight => Math.max(weight, least)))
    if (Math.max(...lengths) <= CODE_BITS_MAX) return lengths
  }
}

function huffman(weights: readonly number[]): number[] {
  const parents: number[] = []
  const nodes = weights.map((weight, id) => ({ weight, id }))
  let count = nodes.length
  while (nodes.length > 1) {
    nodes.sort((a, b) => b.weight - a.weight)
    const one = nodes.pop()
    const other = nodes.pop()
    if (one === undefined || other === undefined) break
    parents[one.id] = count
    parents[other.id] = count
    nodes.push({ weight: one.weight + other.weight, id: count++ })
  }
  return weights.map((_, id) => {
    let length = 0
    for (let at: number | undefined = parents[id]; at !== undefined; at = parents[at]) length++
    return Math.max(length, 1)
  })
}

function codesOf(lengths: readonly number[]): number[] {
  const codes: number[] = []
  let code = 0
  for (let length = 1; length <= CODE_BITS_MAX; length++) {
    for (const [symbol, each] of lengths.entries()) if (each === length) codes[symbol] = code++
    code *= 2
  }
  return codes
}
