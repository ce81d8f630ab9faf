// Ids: 22 characters of base 62 in ASCII order: 8 of time (milliseconds), 2 of shard, 12 of chance. They sort by birth.

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const BASE = 62
const TIME_LENGTH = 8
const SHARD_LENGTH = 2
const CHANCE_LENGTH = 12

export const ID_LENGTH: number = TIME_LENGTH + SHARD_LENGTH + CHANCE_LENGTH
export const SHARDS = 256

/** `random` gives numbers in [0, 1). */
export function newId({
  nowMs,
  shard,
  random,
}: {
  readonly nowMs: number
  readonly shard: number
  readonly random: () => number
}): string {
  let id = timeDigits(nowMs) + digitsOf(shard, SHARD_LENGTH)
  for (let index = 0; index < CHANCE_LENGTH; index++) id += DIGITS.charAt(Math.floor(random() * BASE))
  return id
}

let lastMs = Number.NaN
let lastDigits = ''

/** Under load many ids are made within a millisecond. */
function timeDigits(ms: number): string {
  if (ms === lastMs) return lastDigits
  lastMs = ms
  lastDigits = digitsOf(ms, TIME_LENGTH)
  return lastDigits
}

/** Below every id that is born at that moment or later, above all others. */
export function idFloorOf(ms: number): string {
  return digitsOf(Math.max(0, ms), TIME_LENGTH)
}

export function createdMsOf(id: string): number {
  return numberOf(id.slice(0, TIME_LENGTH))
}

export function shardOf(id: string): number {
  return numberOf(id.slice(TIME_LENGTH, TIME_LENGTH + SHARD_LENGTH)) % SHARDS
}

export function isId(text: string): boolean {
  return text.length === ID_LENGTH && [...text].every(char => DIGITS.includes(char))
}

const CHANCES = BigInt(BASE) ** BigInt(CHANCE_LENGTH)

/** The id that lies `by` further within the same millisecond and shard; ids of chance do not meet it. */
export function moveId(id: string, by: number): string {
  const from = id.length - CHANCE_LENGTH
  let rest = (bigOf(id.slice(from)) + BigInt(by)) % CHANCES
  let moved = ''
  for (; moved.length < CHANCE_LENGTH; rest /= BigInt(BASE)) moved = DIGITS.charAt(Number(rest % BigInt(BASE))) + moved
  return id.slice(0, from) + moved
}

/** By how much `moveId` moved the one id to the other; undefined when it cannot have. */
export function distanceOfIds(id: string, moved: string): number | undefined {
  const from = id.length - CHANCE_LENGTH
  if (moved.length !== id.length || moved.slice(0, from) !== id.slice(0, from)) return undefined
  const distance = (bigOf(moved.slice(from)) - bigOf(id.slice(from)) + CHANCES) % CHANCES
  return distance <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(distance) : undefined
}

function bigOf(text: string): bigint {
  let value = 0n
  for (const char of text) value = value * BigInt(BASE) + BigInt(Math.max(0, DIGITS.indexOf(char)))
  return value
}

function digitsOf(value: number, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest = Math.floor(rest / BASE)) text = DIGITS.charAt(rest % BASE) + text
  return text
}

function numberOf(text: string): number {
  let value = 0
  for (const char of text) value = value * BASE + Math.max(0, DIGITS.indexOf(char))
  return value
}
