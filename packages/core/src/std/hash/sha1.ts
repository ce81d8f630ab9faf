import { padMessage, wordsToBytes } from './pad.ts'

export function sha1(message: Uint8Array): Uint8Array {
  const view = padMessage(message, { blockBytes: 64, lengthBytes: 8, isLittleEndian: false })
  const state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0)
  const words = new Uint32Array(80)
  for (let block = 0; block < view.byteLength; block += 64) {
    for (let index = 0; index < 80; index++) {
      words[index] =
        index < 16
          ? view.getUint32(block + index * 4)
          : rotate(
              (words[index - 3] ?? 0) ^ (words[index - 8] ?? 0) ^ (words[index - 14] ?? 0) ^ (words[index - 16] ?? 0),
              1,
            )
    }
    mixBlock(words, state)
  }
  return wordsToBytes(state, false)
}

const CONSTANTS = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6]

function mixBlock(words: Uint32Array, state: Uint32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = state
  for (let round = 0; round < 80; round++) {
    const group = Math.floor(round / 20)
    const mixed = group === 0 ? (b & c) | (~b & d) : group === 2 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d
    const next = (rotate(a, 5) + mixed + e + (CONSTANTS[group] ?? 0) + (words[round] ?? 0)) | 0
    e = d
    d = c
    c = rotate(b, 30)
    b = a
    a = next
  }
  ;[a, b, c, d, e].forEach((value, index) => {
    state[index] = (state[index] ?? 0) + value
  })
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}
