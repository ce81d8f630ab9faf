// The types of values in the key-value store. A value is kept with its type: what is read is what was written, and the three readers – the function
// kv(), the task Get and the API – each spell it their own way, as recorded on Kestra.
import {
  BatutaError,
  DateTime,
  Fuel,
  decodeValue,
  encodeValue,
  formatDuration,
  formatIsoInstant,
  isNumber,
  parseDuration,
  parseIsoDate,
  parseIsoInstant,
  printValue,
  readIon,
  type Dialect,
  type Value,
} from '@batuta/core'
import type { KeyRow } from '../storage/store.ts'

export const KEY_TYPES = ['STRING', 'NUMBER', 'BOOLEAN', 'DATETIME', 'DATE', 'DURATION', 'JSON'] as const
export type KeyType = (typeof KEY_TYPES)[number]

export interface TypedValue {
  readonly type: KeyType
  readonly value: Value
}

export function keyTypeOf(name: string): KeyType {
  const type = KEY_TYPES.find(known => known === name.toUpperCase())
  if (type !== undefined) return type
  throw new BatutaError(
    'key-value-invalid',
    `There is no type "${name}" of keys: it is one of ${KEY_TYPES.join(', ')}.`,
  )
}

/** A value as a task gives it; without a type what it is decides, and a text that is a duration is one. */
export function typedValue(value: Value, type: KeyType | undefined, dialect: Dialect): TypedValue {
  if (type === undefined) return inferred(value)
  const text = printValue(value)
  switch (type) {
    case 'STRING':
      return { type, value: text }
    case 'NUMBER':
      return { type, value: isNumber(value) ? value : numberOf(text) }
    case 'BOOLEAN':
      return { type, value: text.trim().toLowerCase() === 'true' }
    case 'DATETIME':
      return { type, value: instantText(text, type) }
    case 'DATE':
      // 1.x reads moments only, recorded: a plain date fails there.
      return { type, value: dialect === 1 ? instantText(text, type) : dateText(text) }
    case 'DURATION':
      return { type, value: durationText(text) }
    case 'JSON':
      return { type, value: typeof value === 'string' ? jsonOf(value) : value }
  }
}

/** What a text of the API means: Ion, of which JSON is a part, so that bare dates are dates. */
export function ionValue(text: string): TypedValue {
  const bare = text.trim()
  if (parseIsoDate(bare) !== undefined) return { type: 'DATE', value: bare }
  if (parseIsoInstant(bare) !== undefined) return { type: 'DATETIME', value: instantText(bare, 'DATETIME') }
  if (PLAIN_WORDS.test(bare) && !ION_WORDS.has(bare)) return inferred(bare)
  const [value, ...more] = ionRows(text)
  if (value === undefined || more.length > 0)
    throw invalid('The value must be one value of JSON or Ion: put a text into quotation marks.')
  return inferred(value)
}

/** `to-delete` is no Ion; what it means is plain. */
const PLAIN_WORDS = /^[A-Za-z_][\w-]*(?:[ .:/@-]+[\w-]+)*$/
const ION_WORDS: ReadonlySet<string> = new Set(['true', 'false', 'null', 'nan'])

function ionRows(text: string): readonly Value[] {
  try {
    return readIon(text, new Fuel())
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new BatutaError('key-value-invalid', `The value is no JSON or Ion: ${reason}`, { cause })
  }
}

/** What kv() gives. */
export function valueOfKey({ value }: Pick<KeyRow, 'value'>): Value {
  return decodeValue(value)
}

/** As one types it for its type: a text bare, anything else as JSON. */
export function textOfKey(row: Pick<KeyRow, 'value'>): string {
  const value = decodeValue(row.value)
  return typeof value === 'string' ? value : row.value
}

/** What the task Get gives: a duration in seconds, and in 2.0 a moment with six digits of a second. */
export function outputOfKey(row: Pick<KeyRow, 'value' | 'type'>, dialect: Dialect): Value {
  const value = decodeValue(row.value)
  if (typeof value !== 'string') return value
  if (row.type === 'DURATION') return (parseDuration(value) ?? 0) / MS_PER_SECOND
  const instant = row.type === 'DATETIME' && dialect === 2 ? parseIsoInstant(value) : undefined
  return instant ? formatIsoInstant(instant, MICRO_DIGITS) : value
}

export function storedText({ value }: TypedValue): string {
  const text = encodeValue(value)
  if (text.length > VALUE_CHARS_MAX)
    throw invalid(
      `The value has ${text.length} characters, at most ${VALUE_CHARS_MAX} are kept: store it as a file and keep its URI.`,
    )
  return text
}

const MS_PER_SECOND = 1000
const MICRO_DIGITS = 6
const VALUE_CHARS_MAX = 4 * 2 ** 20
/** Whole numbers of days, hours, minutes and seconds: what is taken for a duration without being called one. */
const DURATION = /^P(?=[^T]|T.)(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?$/

function inferred(value: Value): TypedValue {
  if (typeof value === 'string')
    return DURATION.test(value) ? { type: 'DURATION', value: durationText(value) } : { type: 'STRING', value }
  if (typeof value === 'boolean') return { type: 'BOOLEAN', value }
  if (value instanceof DateTime) return { type: value.type === 'local-date' ? 'DATE' : 'DATETIME', value: value.text }
  return isNumber(value) ? { type: 'NUMBER', value } : { type: 'JSON', value }
}

function numberOf(text: string): Value {
  const value = parsed(text.trim())
  if (value !== undefined && isNumber(value)) return value
  throw invalid(`"${shortened(text)}" is no NUMBER.`)
}

function instantText(text: string, type: KeyType): string {
  const instant = parseIsoInstant(text.trim())
  if (instant) return formatIsoInstant(instant)
  throw invalid(`"${shortened(text)}" is no ${type} that can be stored: write a moment such as 2031-05-06T07:08:09Z.`)
}

function dateText(text: string): string {
  if (parseIsoDate(text) !== undefined) return text.trim()
  throw invalid(`"${shortened(text)}" is no DATE: write one such as 2031-05-06.`)
}

function durationText(text: string): string {
  const durationMs = parseDuration(text)
  if (durationMs !== undefined) return formatDuration(durationMs)
  throw invalid(`"${shortened(text)}" is no DURATION: write one such as PT1H30M.`)
}

function jsonOf(text: string): Value {
  const value = parsed(text)
  if (value !== undefined) return value
  throw invalid(`"${shortened(text)}" is no JSON.`)
}

function parsed(text: string): Value | undefined {
  try {
    return decodeValue(text)
  } catch {
    return undefined // The caller says what was expected.
  }
}

function shortened(text: string): string {
  return text.slice(0, 100)
}

function invalid(message: string): BatutaError {
  return new BatutaError('key-value-invalid', message)
}
