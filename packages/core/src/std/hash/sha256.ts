import { padMessage, wordsToBytes } from './pad.ts'
import { rootFraction } from './primes.ts'

interface Numbers {
  readonly constants: Uint32Array
  readonly start: Uint32Array
}

let known: Numbers | undefined

/** Computed with the first message. */
function numbers(): Numbers {
  known ??= {
    constants: Uint32Array.from({ length: 64 }, (_, index) => Number(rootFraction(index, 3, 32))),
    start: Uint32Array.from({ length: 8 }, (_, index) => Number(rootFraction(index, 2, 32))),
  }
  return known
}

export function sha256(message: Uint8Array): Uint8Array {
  const view = padMessage(message, { blockBytes: 64, lengthBytes: 8, isLittleEndian: false })
  const { constants, start } = numbers()
  const state = start.slice()
  const words = new Uint32Array(64)
  for (let block = 0; block < view.byteLength; block += 64) {
    for (let index = 0; index < 16; index++) words[index] = view.getUint32(block + index * 4)
    for (let index = 16; index < 64; index++) {
      const before15 = words[index - 15] ?? 0
      const before2 = words[index - 2] ?? 0
      const small0 = rotate(before15, 7) ^ rotate(before15, 18) ^ (before15 >>> 3)
      const small1 = rotate(before2, 17) ^ rotate(before2, 19) ^ (before2 >>> 10)
      words[index] = (words[index - 16] ?? 0) + small0 + (words[index - 7] ?? 0) + small1
    }
    mixBlock(words, state, constants)
  }
  return wordsToBytes(state, false)
}

function mixBlock(words: Uint32Array, state: Uint32Array, constants: Uint32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
  for (let round = 0; round < 64; round++) {
    const big1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const chosen = (e & f) ^ (~e & g)
    const first = (h + big1 + chosen + (constants[round] ?? 0) + (words[round] ?? 0)) | 0
    const big0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const second = (big0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + first) | 0
    d = c
    c = b
    b = a
    a = (first + second) | 0
  }
  ;[a, b, c, d, e, f, g, h].forEach((value, index) => {
    state[index] = (state[index] ?? 0) + value
  })
}

function rotate(value: number, bits: number): number {
  return (value >>> bits) | (value << (32 - bits))
}
