import { padMessage, wordsToBytes } from './pad.ts'
import { rootFraction } from './primes.ts'

// 64-bit words as pairs of 32-bit halves: an order of magnitude faster than bigint.
interface Numbers {
  readonly constants: Uint32Array
  readonly start: Uint32Array
}

let known: Numbers | undefined

/** Computed with the first message. */
function numbers(): Numbers {
  known ??= {
    constants: halves(Array.from({ length: 80 }, (_, index) => rootFraction(index, 3, 64))),
    start: halves(Array.from({ length: 8 }, (_, index) => rootFraction(index, 2, 64))),
  }
  return known
}

function halves(words: readonly bigint[]): Uint32Array {
  return Uint32Array.from(words.flatMap(word => [Number(word >> 32n), Number(word & 0xffffffffn)]))
}

export function sha512(message: Uint8Array): Uint8Array {
  const view = padMessage(message, { blockBytes: 128, lengthBytes: 16, isLittleEndian: false })
  const { constants, start } = numbers()
  const state = start.slice()
  const words = new Uint32Array(160)
  for (let block = 0; block < view.byteLength; block += 128) {
    for (let index = 0; index < 32; index++) words[index] = view.getUint32(block + index * 4)
    for (let index = 32; index < 160; index += 2) extendWord(words, index)
    mixBlock(words, state, constants)
  }
  return wordsToBytes(state, false)
}

function extendWord(words: Uint32Array, index: number): void {
  const high15 = words[index - 30] ?? 0
  const low15 = words[index - 29] ?? 0
  const high2 = words[index - 4] ?? 0
  const low2 = words[index - 3] ?? 0
  const high0 = right(high15, low15, 1) ^ right(high15, low15, 8) ^ (high15 >>> 7)
  const low0 = right(low15, high15, 1) ^ right(low15, high15, 8) ^ ((low15 >>> 7) | (high15 << 25))
  const high1 = right(high2, low2, 19) ^ left(high2, low2, 3) ^ (high2 >>> 6)
  const low1 = right(low2, high2, 19) ^ left(low2, high2, 3) ^ ((low2 >>> 6) | (high2 << 26))
  const low = (words[index - 31] ?? 0) + (low0 >>> 0) + (words[index - 13] ?? 0) + (low1 >>> 0)
  const high = (words[index - 32] ?? 0) + (high0 >>> 0) + (words[index - 14] ?? 0) + (high1 >>> 0)
  words[index + 1] = low
  words[index] = high + Math.floor(low / 2 ** 32)
}

/** One half of a right rotation by less than 32 bits: the own half, then the other. */
function right(own: number, other: number, bits: number): number {
  return (own >>> bits) | (other << (32 - bits))
}

function left(own: number, other: number, bits: number): number {
  return (own << bits) | (other >>> (32 - bits))
}

function mixBlock(words: Uint32Array, state: Uint32Array, constants: Uint32Array): void {
  // a … h, high and low half each.
  const work = state.slice()
  const at = (index: number): number => work[index] ?? 0
  for (let round = 0; round < 160; round += 2) {
    const [eh, el, ah, al] = [at(8), at(9), at(0), at(1)]
    const sumHigh1 = right(eh, el, 14) ^ right(eh, el, 18) ^ left(eh, el, 23)
    const sumLow1 = right(el, eh, 14) ^ right(el, eh, 18) ^ left(el, eh, 23)
    const chosenHigh = (eh & at(10)) ^ (~eh & at(12))
    const chosenLow = (el & at(11)) ^ (~el & at(13))
    const low1 = at(15) + (sumLow1 >>> 0) + (chosenLow >>> 0) + (constants[round + 1] ?? 0) + (words[round + 1] ?? 0)
    const high1 =
      at(14) +
      (sumHigh1 >>> 0) +
      (chosenHigh >>> 0) +
      (constants[round] ?? 0) +
      (words[round] ?? 0) +
      Math.floor(low1 / 2 ** 32)
    const sumHigh0 = right(ah, al, 28) ^ left(ah, al, 30) ^ left(ah, al, 25)
    const sumLow0 = right(al, ah, 28) ^ left(al, ah, 30) ^ left(al, ah, 25)
    const majorityHigh = (ah & at(2)) ^ (ah & at(4)) ^ (at(2) & at(4))
    const majorityLow = (al & at(3)) ^ (al & at(5)) ^ (at(3) & at(5))
    const low2 = (sumLow0 >>> 0) + (majorityLow >>> 0)
    const high2 = (sumHigh0 >>> 0) + (majorityHigh >>> 0) + Math.floor(low2 / 2 ** 32)
    const nextLowE = at(7) + (low1 >>> 0)
    const nextHighE = at(6) + (high1 >>> 0) + Math.floor(nextLowE / 2 ** 32)
    const nextLowA = (low1 >>> 0) + (low2 >>> 0)
    const nextHighA = (high1 >>> 0) + (high2 >>> 0) + Math.floor(nextLowA / 2 ** 32)
    work.copyWithin(2, 0, 14)
    work[8] = nextHighE
    work[9] = nextLowE
    work[0] = nextHighA
    work[1] = nextLowA
  }
  addState(state, work)
}

function addState(state: Uint32Array, work: Uint32Array): void {
  for (let index = 0; index < 16; index += 2) {
    const low = (state[index + 1] ?? 0) + (work[index + 1] ?? 0)
    state[index] = (state[index] ?? 0) + (work[index] ?? 0) + Math.floor(low / 2 ** 32)
    state[index + 1] = low
  }
}
