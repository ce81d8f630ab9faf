// LZMA: a range coder whose probabilities adapt to what was read, literals, and copies from a window of what was written.
import { TaskError } from '@batuta/plugin-sdk'

const WINDOW_MAX = 512 * 1024 * 1024
/** What is decoded at once, and held beside the window. */
const PIECE = 2 * 1024 * 1024
/** More than one symbol can take. */
const SYMBOL_BYTES = 64
const HALF = 1024

export function brokenLzma(): TaskError {
  return new TaskError('the file is broken: its LZMA data cannot be read')
}

class LengthCoder {
  readonly choices = new Uint16Array(2).fill(HALF)
  readonly low = new Uint16Array(16 << 3).fill(HALF)
  readonly mid = new Uint16Array(16 << 3).fill(HALF)
  readonly high = new Uint16Array(256).fill(HALF)
}

function newModel(literalBits: number): LzmaModel {
  const half = (size: number): Uint16Array => new Uint16Array(size).fill(HALF)
  return {
    isMatch: half(12 << 4),
    isRep: half(12),
    isRep0: half(12),
    isRep1: half(12),
    isRep2: half(12),
    isRep0Long: half(12 << 4),
    slots: half(4 << 6),
    specials: half(128),
    align: half(16),
    literals: half(0x300 << literalBits),
    lengths: new LengthCoder(),
    repLengths: new LengthCoder(),
  }
}

interface LzmaModel {
  readonly isMatch: Uint16Array
  readonly isRep: Uint16Array
  readonly isRep0: Uint16Array
  readonly isRep1: Uint16Array
  readonly isRep2: Uint16Array
  readonly isRep0Long: Uint16Array
  readonly slots: Uint16Array
  readonly specials: Uint16Array
  readonly align: Uint16Array
  readonly literals: Uint16Array
  readonly lengths: LengthCoder
  readonly repLengths: LengthCoder
}

export class LzmaDecoder {
  readonly #windowSize: number
  #history: Buffer
  #end = 0
  /** What was written before the history begins. */
  #taken = 0
  #model: LzmaModel = newModel(0)
  #lc = 0
  #lpMask = 0
  #pbMask = 0
  #state = 0
  #reps: [number, number, number, number] = [0, 0, 0, 0]
  #input: Buffer = Buffer.alloc(0)
  #at = 0
  #range = 0
  #code = 0
  #total = 0
  #isEnded = false

  constructor(windowSize: number) {
    if (windowSize > WINDOW_MAX)
      throw new TaskError(`the file wants a window of ${windowSize} bytes; ${WINDOW_MAX} are given`)
    this.#windowSize = Math.max(windowSize, 4096)
    this.#history = Buffer.alloc(Math.min(this.#windowSize, 1 << 20) + PIECE + 512)
  }

  /** It has met its own mark of the end. */
  get isEnded(): boolean {
    return this.#isEnded
  }

  get unusedBytes(): number {
    return this.#input.length - this.#at
  }

  setProperties(properties: number): void {
    if (properties >= 9 * 5 * 5) throw brokenLzma()
    const lc = properties % 9
    const rest = Math.floor(properties / 9)
    const lp = rest % 5
    this.#lc = lc
    this.#lpMask = (1 << lp) - 1
    this.#pbMask = (1 << Math.floor(rest / 5)) - 1
    this.resetState()
  }

  resetState(): void {
    this.#model = newModel(this.#lc + 32 - Math.clz32(this.#lpMask))
    this.#state = 0
    this.#reps = [0, 0, 0, 0]
  }

  resetWindow(): void {
    this.#total = 0
  }

  /** The five bytes that begin a stretch of range-coded data. */
  begin(input: Buffer): void {
    this.#input = input
    if (input.length < 5) throw brokenLzma()
    this.#range = 0xffffffff
    this.#code = input.readUInt32BE(1)
    this.#at = 5
  }

  continueWith(input: Buffer): void {
    this.#input = input
    this.#at = 0
  }

  /** Bytes that stand as they are. */
  copy(bytes: Buffer): void {
    this.#makeRoom(bytes.length)
    this.#end += bytes.copy(this.#history, this.#end)
    this.#total += bytes.length
  }

  /** What was written since it was asked last. */
  take(): Buffer {
    const taken = Buffer.from(this.#history.subarray(this.#taken, this.#end))
    this.#taken = this.#end
    return taken
  }

  /** Decodes at least so many bytes, or as far as the input certainly reaches. */
  decode(count: number, isLast: boolean): void {
    const wanted = Math.min(count, PIECE)
    this.#makeRoom(wanted + 300)
    const until = this.#end + wanted
    while (this.#end < until && !this.#isEnded && (isLast || this.unusedBytes >= SYMBOL_BYTES)) this.#symbol()
  }

  #makeRoom(count: number): void {
    if (this.#end + count <= this.#history.length) return
    const kept = Math.min(this.#end, this.#windowSize)
    const from = this.#end - kept
    const wanted = Math.min(this.#windowSize, kept * 2) + PIECE + count + 512
    const history = wanted > this.#history.length ? Buffer.alloc(wanted) : this.#history
    this.#history.copy(history, 0, from, this.#end)
    this.#history = history
    this.#taken = Math.max(0, this.#taken - from)
    this.#end = kept
  }

  #bit(model: Uint16Array, at: number): number {
    const chance = model[at] ?? 0
    const bound = (this.#range >>> 11) * chance
    let bit = 0
    if (this.#code >>> 0 < bound) {
      this.#range = bound
      model[at] = chance + ((2048 - chance) >>> 5)
    } else {
      this.#range = (this.#range - bound) >>> 0
      this.#code = (this.#code - bound) >>> 0
      model[at] = chance - (chance >>> 5)
      bit = 1
    }
    this.#normalize()
    return bit
  }

  #normalize(): void {
    if (this.#range >= 0x1000000) return
    const byte = this.#input[this.#at++]
    if (byte === undefined) throw brokenLzma()
    this.#range = (this.#range << 8) >>> 0
    this.#code = ((this.#code << 8) | byte) >>> 0
  }

  #tree(model: Uint16Array, offset: number, bits: number): number {
    let node = 1
    for (let at = 0; at < bits; at++) node = (node << 1) | this.#bit(model, offset + node)
    return node - (1 << bits)
  }

  #reverseTree(model: Uint16Array, offset: number, bits: number): number {
    let node = 1
    let value = 0
    for (let at = 0; at < bits; at++) {
      const bit = this.#bit(model, offset + node)
      node = (node << 1) | bit
      value |= bit << at
    }
    return value
  }

  #direct(bits: number): number {
    let value = 0
    for (let at = 0; at < bits; at++) {
      this.#range >>>= 1
      const isBelow = this.#code >>> 0 < this.#range
      if (!isBelow) this.#code = (this.#code - this.#range) >>> 0
      value = value * 2 + (isBelow ? 0 : 1)
      this.#normalize()
    }
    return value
  }

  #symbol(): void {
    const position = this.#total & this.#pbMask
    if (this.#bit(this.#model.isMatch, (this.#state << 4) + position) === 0) return this.#literal()
    if (this.#bit(this.#model.isRep, this.#state) === 0) return this.#match(position)
    if (this.#total === 0) throw brokenLzma()
    if (this.#bit(this.#model.isRep0, this.#state) === 0) {
      if (this.#bit(this.#model.isRep0Long, (this.#state << 4) + position) === 0) {
        this.#state = this.#state < 7 ? 9 : 11
        return this.#repeat(this.#reps[0], 1)
      }
    } else this.#chooseRep()
    const length = this.#length(this.#model.repLengths, position)
    this.#state = this.#state < 7 ? 8 : 11
    this.#repeat(this.#reps[0], length)
  }

  #chooseRep(): void {
    const [first, second, third, fourth] = this.#reps
    if (this.#bit(this.#model.isRep1, this.#state) === 0) this.#reps = [second, first, third, fourth]
    else if (this.#bit(this.#model.isRep2, this.#state) === 0) this.#reps = [third, first, second, fourth]
    else this.#reps = [fourth, first, second, third]
  }

  #literal(): void {
    const before = this.#total === 0 ? 0 : (this.#history[this.#end - 1] ?? 0)
    const place = ((this.#total & this.#lpMask) << this.#lc) + (before >> (8 - this.#lc))
    const offset = 0x300 * place
    const { literals } = this.#model
    let symbol = 1
    if (this.#state >= 7) {
      let matched = this.#history[this.#end - this.#reps[0] - 1] ?? 0
      while (symbol < 0x100) {
        const wanted = (matched >> 7) & 1
        matched <<= 1
        const bit = this.#bit(literals, offset + ((1 + wanted) << 8) + symbol)
        symbol = (symbol << 1) | bit
        if (wanted !== bit) break
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.#bit(literals, offset + symbol)
    this.#history[this.#end++] = symbol & 0xff
    this.#total++
    this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6
  }

  #match(position: number): void {
    const [first, second, third] = this.#reps
    const length = this.#length(this.#model.lengths, position)
    this.#state = this.#state < 7 ? 7 : 10
    const distance = this.#distance(length)
    if (distance === 0xffffffff) {
      this.#isEnded = true
      return
    }
    this.#reps = [distance, first, second, third]
    this.#repeat(distance, length)
  }

  #length(coder: LengthCoder, position: number): number {
    if (this.#bit(coder.choices, 0) === 0) return 2 + this.#tree(coder.low, position << 3, 3)
    if (this.#bit(coder.choices, 1) === 0) return 10 + this.#tree(coder.mid, position << 3, 3)
    return 18 + this.#tree(coder.high, 0, 8)
  }

  #distance(length: number): number {
    const slot = this.#tree(this.#model.slots, Math.min(length - 2, 3) << 6, 6)
    if (slot < 4) return slot
    const bits = (slot >> 1) - 1
    const base = (2 | (slot & 1)) * 2 ** bits
    if (slot < 14) return base + this.#reverseTree(this.#model.specials, base - slot, bits)
    return base + this.#direct(bits - 4) * 16 + this.#reverseTree(this.#model.align, 0, 4)
  }

  #repeat(distance: number, length: number): void {
    if (distance >= this.#total || distance >= this.#windowSize || distance >= this.#end) throw brokenLzma()
    let from = this.#end - distance - 1
    for (let at = 0; at < length; at++) this.#history[this.#end++] = this.#history[from++] ?? 0
    this.#total += length
  }
}
