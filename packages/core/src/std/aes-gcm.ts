// AES in Galois counter mode, for `encrypt` and `decrypt` in expressions. Core has no platform to borrow a cipher from; the texts are
// short, so clearness goes before speed here.

const TAG_BYTES = 16
const BLOCK_BYTES = 16

const { SUBSTITUTION, ROUND_CONSTANTS } = makeTables()

/** Ciphertext followed by the tag. The key has 16, 24 or 32 bytes, the nonce 12. */
export function encryptAesGcm(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array): Uint8Array {
  const cipher = new AesGcm(key, nonce)
  const result = new Uint8Array(plain.length + TAG_BYTES)
  const encrypted = cipher.applyStream(plain)
  result.set(encrypted)
  result.set(cipher.tagOf(encrypted), plain.length)
  return result
}

/** Undefined when the tag does not fit: another key, or a changed text. */
export function decryptAesGcm(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  if (sealed.length < TAG_BYTES) return undefined
  const cipher = new AesGcm(key, nonce)
  const encrypted = sealed.subarray(0, sealed.length - TAG_BYTES)
  const tag = cipher.tagOf(encrypted)
  // Compared as a whole, so that the time does not tell how much of it fits.
  const difference = tag.reduce((sum, byte, index) => sum | (byte ^ (sealed[encrypted.length + index] ?? 0)), 0)
  return difference === 0 ? cipher.applyStream(encrypted) : undefined
}

function makeTables(): { readonly SUBSTITUTION: Uint8Array; readonly ROUND_CONSTANTS: Uint8Array } {
  const substitution = new Uint8Array(256)
  let p = 1
  let q = 1
  do {
    p = p ^ ((p << 1) & 0xff) ^ (p & 0x80 ? 0x1b : 0)
    q ^= (q << 1) & 0xff
    q ^= (q << 2) & 0xff
    q ^= (q << 4) & 0xff
    if (q & 0x80) q ^= 0x09
    const rotate = (bits: number): number => ((q << bits) | (q >> (8 - bits))) & 0xff
    substitution[p] = q ^ rotate(1) ^ rotate(2) ^ rotate(3) ^ rotate(4) ^ 0x63
  } while (p !== 1)
  substitution[0] = 0x63
  const constants = new Uint8Array(15)
  for (let index = 1, value = 1; index < 15; index++, value = double(value)) constants[index] = value
  return { SUBSTITUTION: substitution, ROUND_CONSTANTS: constants }
}

function double(value: number): number {
  return ((value << 1) & 0xff) ^ (value & 0x80 ? 0x1b : 0)
}

class AesGcm {
  readonly #schedule: Uint8Array
  readonly #rounds: number
  readonly #nonce: Uint8Array
  readonly #hashKey: bigint

  constructor(key: Uint8Array, nonce: Uint8Array) {
    this.#rounds = key.length / 4 + 6
    this.#schedule = expandKey(key, this.#rounds)
    this.#nonce = nonce
    this.#hashKey = toBig(this.#encryptBlock(new Uint8Array(BLOCK_BYTES)))
  }

  #counterBlock(counter: number): Uint8Array {
    const block = new Uint8Array(BLOCK_BYTES)
    block.set(this.#nonce)
    new DataView(block.buffer).setUint32(12, counter)
    return block
  }

  applyStream(bytes: Uint8Array): Uint8Array {
    const result = new Uint8Array(bytes.length)
    for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
      const stream = this.#encryptBlock(this.#counterBlock(2 + at / BLOCK_BYTES))
      for (let index = at; index < Math.min(at + BLOCK_BYTES, bytes.length); index++) {
        result[index] = (bytes[index] ?? 0) ^ (stream[index - at] ?? 0)
      }
    }
    return result
  }

  tagOf(encrypted: Uint8Array): Uint8Array {
    let hash = 0n
    for (let at = 0; at < encrypted.length; at += BLOCK_BYTES) {
      const block = new Uint8Array(BLOCK_BYTES)
      block.set(encrypted.subarray(at, at + BLOCK_BYTES))
      hash = multiply(hash ^ toBig(block), this.#hashKey)
    }
    hash = multiply(hash ^ BigInt(encrypted.length * 8), this.#hashKey)
    const mask = toBig(this.#encryptBlock(this.#counterBlock(1)))
    return fromBig(hash ^ mask)
  }

  #encryptBlock(block: Uint8Array): Uint8Array {
    const state = block.slice()
    this.#addRoundKey(state, 0)
    for (let round = 1; round <= this.#rounds; round++) {
      substituteAndShift(state)
      if (round < this.#rounds) mixColumns(state)
      this.#addRoundKey(state, round)
    }
    return state
  }

  #addRoundKey(state: Uint8Array, round: number): void {
    for (let index = 0; index < BLOCK_BYTES; index++) {
      state[index] = (state[index] ?? 0) ^ (this.#schedule[round * BLOCK_BYTES + index] ?? 0)
    }
  }
}

function expandKey(key: Uint8Array, rounds: number): Uint8Array {
  const schedule = new Uint8Array(BLOCK_BYTES * (rounds + 1))
  schedule.set(key)
  for (let at = key.length; at < schedule.length; at += 4) {
    let word = Array.from(schedule.subarray(at - 4, at))
    const place = at % key.length
    if (place === 0) {
      const [a = 0, b = 0, c = 0, d = 0] = word
      word = [b, c, d, a].map(byte => SUBSTITUTION[byte] ?? 0)
      word[0] = (word[0] ?? 0) ^ (ROUND_CONSTANTS[at / key.length] ?? 0)
    } else if (key.length > 24 && place === 16) word = word.map(byte => SUBSTITUTION[byte] ?? 0)
    word.forEach((byte, index) => {
      schedule[at + index] = byte ^ (schedule[at + index - key.length] ?? 0)
    })
  }
  return schedule
}

function substituteAndShift(state: Uint8Array): void {
  const before = state.slice()
  for (let column = 0; column < 4; column++) {
    for (let row = 0; row < 4; row++) {
      state[column * 4 + row] = SUBSTITUTION[before[((column + row) % 4) * 4 + row] ?? 0] ?? 0
    }
  }
}

function mixColumns(state: Uint8Array): void {
  for (let at = 0; at < BLOCK_BYTES; at += 4) {
    const [a = 0, b = 0, c = 0, d = 0] = state.subarray(at, at + 4)
    const all = a ^ b ^ c ^ d
    state[at] = a ^ all ^ double(a ^ b)
    state[at + 1] = b ^ all ^ double(b ^ c)
    state[at + 2] = c ^ all ^ double(c ^ d)
    state[at + 3] = d ^ all ^ double(d ^ a)
  }
}

const REDUCTION = 0xe1n << 120n

/** In the field of GCM, whose lowest power is the highest bit. */
function multiply(left: bigint, right: bigint): bigint {
  let product = 0n
  let factor = right
  for (let bit = 127n; bit >= 0n; bit--) {
    if ((left >> bit) & 1n) product ^= factor
    factor = factor & 1n ? (factor >> 1n) ^ REDUCTION : factor >> 1n
  }
  return product
}

function toBig(block: Uint8Array): bigint {
  return block.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
}

function fromBig(value: bigint): Uint8Array {
  return Uint8Array.from({ length: BLOCK_BYTES }, (_, index) => Number((value >> BigInt(8 * (15 - index))) & 0xffn))
}
