// Ids and random numbers, all drawn from the scope: the same seed gives the same ids.
import { isInteger } from '../../std/value.ts'
import type { Value } from '../../std/value.ts'
import { toHex } from '../../std/utf8.ts'
import { integerArgument, required, stringArgument } from '../arguments.ts'
import type { Args, FunctionDefinition } from '../definition.ts'
import { fail } from '../fault.ts'
import type { Frame } from '../frame.ts'
import type { Scope } from '../scope.ts'
import { typeName } from '../type-name.ts'

export const CHANCE_FUNCTIONS: readonly FunctionDefinition[] = [
  { name: 'uuid', parameters: [], needs: ['random'], call: (_args, { scope }) => uuidText(uuidBytes(scope)) },
  { name: 'id', parameters: [], needs: ['random'], call: (_args, { scope }) => toBase62(uuidBytes(scope), 0) },
  { name: 'ksuid', parameters: [], needs: ['random', 'time'], call: (_args, { scope }) => ksuid(scope) },
  { name: 'nanoId', parameters: ['length', 'alphabet'], needs: ['random'], call: nanoId },
  { name: 'randomInt', parameters: ['lower', 'upper'], needs: ['random'], call: randomInt },
]

function randomBytes(scope: Scope, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, () => Math.floor(scope.random() * 256))
}

/** Version 4. */
function uuidBytes(scope: Scope): Uint8Array {
  const bytes = randomBytes(scope, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes
}

function uuidText(bytes: Uint8Array): string {
  return toHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

function toBase62(bytes: Uint8Array, lengthMin: number): string {
  let rest = BigInt(`0x${toHex(bytes)}`)
  let text = ''
  while (rest > 0n) {
    text = BASE62.charAt(Number(rest % 62n)) + text
    rest /= 62n
  }
  return text.padStart(lengthMin, '0')
}

const KSUID_EPOCH_SECONDS = 1_400_000_000
const KSUID_LENGTH = 27

/** Seconds since May 2014 in front of 16 random bytes, so that the texts sort by time. */
function ksuid(scope: Scope): string {
  const bytes = new Uint8Array(20)
  new DataView(bytes.buffer).setUint32(0, Math.floor(scope.nowMs / 1000) - KSUID_EPOCH_SECONDS)
  bytes.set(randomBytes(scope, 16), 4)
  return toBase62(bytes, KSUID_LENGTH)
}

const NANO_ID_ALPHABET = '_-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const NANO_ID_LENGTH = 21
const NANO_ID_LENGTH_MAX = 100_000

function nanoId([length, alphabet]: Args, { scope, fuel, program }: Frame): Value {
  const count = length === undefined || length === null ? NANO_ID_LENGTH : integerArgument(length, 'length')
  // Dialect 1 gives an empty text for a length of 0.
  if (count < 0 || (count === 0 && program.dialect === 2) || count > NANO_ID_LENGTH_MAX) {
    return fail('ARGUMENT', `The argument \`length\` lies between 1 and ${NANO_ID_LENGTH_MAX}`)
  }
  const letters = alphabet === undefined || alphabet === null ? NANO_ID_ALPHABET : stringArgument(alphabet, 'alphabet')
  if (letters === '') return fail('ARGUMENT', 'The argument `alphabet` is empty')
  fuel.spend(count)
  return Array.from({ length: count }, () => letters.charAt(Math.floor(scope.random() * letters.length))).join('')
}

/** From `lower` up to, and without, `upper`; equal bounds give that number. */
function randomInt([lower, upper]: Args, { scope }: Frame): Value {
  const from = integerBound(lower, 'lower')
  const to = integerBound(upper, 'upper')
  if (to < from) return fail('ARGUMENT', 'The argument `upper` is less than `lower`')
  return from + Math.floor(scope.random() * (to - from))
}

function integerBound(value: Value | undefined, parameter: string): number {
  const given = required(value, parameter)
  return isInteger(given)
    ? Number(given)
    : fail('TYPE', `The argument \`${parameter}\` has to be an integer, not ${typeName(given)}`)
}
