import { padMessage, wordsToBytes } from './pad.ts'

const SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]
const CONSTANTS = Uint32Array.from({ length: 64 }, (_, index) => Math.floor(Math.abs(Math.sin(index + 1)) * 2 ** 32))

export function md5(message: Uint8Array): Uint8Array {
  const view = padMessage(message, { blockBytes: 64, lengthBytes: 8, isLittleEndian: true })
  const state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476)
  for (let block = 0; block < view.byteLength; block += 64) mixBlock(view, block, state)
  return wordsToBytes(state, true)
}

function mixBlock(view: DataView, block: number, state: Uint32Array): void {
  let [a = 0, b = 0, c = 0, d = 0] = state
  for (let round = 0; round < 64; round++) {
    const group = round >> 4
    let mixed: number
    let word: number
    if (group === 0) [mixed, word] = [(b & c) | (~b & d), round]
    else if (group === 1) [mixed, word] = [(d & b) | (~d & c), (5 * round + 1) % 16]
    else if (group === 2) [mixed, word] = [b ^ c ^ d, (3 * round + 5) % 16]
    else [mixed, word] = [c ^ (b | ~d), (7 * round) % 16]
    const sum = (a + mixed + (CONSTANTS[round] ?? 0) + view.getUint32(block + word * 4, true)) | 0
    const shift = SHIFTS[group * 4 + (round % 4)] ?? 0
    a = d
    d = c
    c = b
    b = (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0
  }
  ;[a, b, c, d].forEach((value, index) => {
    state[index] = (state[index] ?? 0) + value
  })
}
