// `.Z`, as the program compress wrote it: LZW with codes of 9 to 16 bits.
import { TaskError } from '@batuta/plugin-sdk'
import type { ByteStream } from '@batuta/plugin-sdk'

const CLEAR = 256
const PIECE = 64 * 1024

export async function* lzwDecode(stream: ByteStream): AsyncGenerator<Uint8Array> {
  const head = await stream.take(3)
  if (head[0] !== 0x1f || head[1] !== 0x9d) throw new TaskError('the file is no .Z file')
  const bitsMax = (head[2] ?? 0) & 0x1f
  const table = new LzwTable(bitsMax, ((head[2] ?? 0) & 0x80) !== 0)
  for (;;) {
    // Codes come in groups of eight, and a group is as many bytes as a code has bits.
    const group = await stream.peek(table.bits)
    if (group.length === 0) break
    const used = table.readGroup(Buffer.from(group))
    await stream.skip(Math.min(used, group.length))
    if (table.size > PIECE) yield table.take()
  }
  yield table.take()
}

class LzwTable {
  readonly #bitsMax: number
  readonly #clears: boolean
  readonly #prefixes = new Uint16Array(1 << 16)
  readonly #letters = new Uint8Array(1 << 16)
  readonly #stack = new Uint8Array(1 << 16)
  #output: number[] = []
  #next: number
  #before = -1
  #first = 0
  bits = 9

  constructor(bitsMax: number, clears: boolean) {
    if (bitsMax < 9 || bitsMax > 16) throw new TaskError('the .Z file is broken')
    this.#bitsMax = bitsMax
    this.#clears = clears
    this.#next = clears ? 257 : 256
  }

  get size(): number {
    return this.#output.length
  }

  take(): Buffer {
    const taken = Buffer.from(this.#output)
    this.#output = []
    return taken
  }

  /** Returns how many bytes the group has: a change of width gives up the rest of it. */
  readGroup(group: Buffer): number {
    const { bits } = this
    for (let at = 0; at < 8; at++) {
      const from = at * bits
      if (from + bits > group.length * 8) break
      let code = 0
      for (let bit = 0; bit < bits; bit++) code |= (((group[(from + bit) >> 3] ?? 0) >> ((from + bit) & 7)) & 1) << bit
      if (code === CLEAR && this.#clears) {
        this.#next = 257
        this.#before = -1
        this.bits = 9
        return bits
      }
      this.#read(code)
      if (this.#next > (1 << this.bits) - 1 && this.bits < this.#bitsMax) {
        this.bits++
        return bits
      }
    }
    return bits
  }

  #read(code: number): void {
    if (this.#before < 0) {
      if (code > 255) throw new TaskError('the .Z file is broken')
      this.#first = code
      this.#before = code
      this.#output.push(code)
      return
    }
    let depth = 0
    let at = code
    if (code >= this.#next) {
      if (code > this.#next) throw new TaskError('the .Z file is broken')
      this.#stack[depth++] = this.#first
      at = this.#before
    }
    while (at > 255) {
      this.#stack[depth++] = this.#letters[at] ?? 0
      at = this.#prefixes[at] ?? 0
    }
    this.#first = at
    this.#output.push(at)
    while (depth > 0) this.#output.push(this.#stack[--depth] ?? 0)
    if (this.#next < 1 << this.#bitsMax) {
      this.#prefixes[this.#next] = this.#before
      this.#letters[this.#next] = this.#first
      this.#next++
    }
    this.#before = code
  }
}
