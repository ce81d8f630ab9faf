// The three texts of a value. *Print* is what `{{ … }}` shows, *plain* is what joins to other text (Java's notation for lists and
// maps), *JSON* is for structures. Mixing them up is the classic mistake of whoever ports this language.
import { encodeBase64 } from './base64.ts'
import { BatutaError } from './errors.ts'
import { MapEntry } from './map-entry.ts'
import { Bytes, DateTime, Decimal, Double, Float, isList, isScalarObject, mapEntries } from './value.ts'
import type { Value, ValueMap } from './value.ts'

/** Deeper values are refused, lest a template's own nesting exhausts the stack. */
export const VALUE_DEPTH_MAX = 1000
/** No text of a value is longer; whoever has less room says so. */
export const VALUE_TEXT_MAX = 32 * 1024 * 1024

export function printValue(value: Value, lengthMax = VALUE_TEXT_MAX): string {
  if (typeof value === 'string') return value
  if (value === null) return ''
  if (value instanceof Bytes) return quoteJson(encodeBase64(value.bytes))
  const isStructure = typeof value === 'object' && !isScalarObject(value) && !(value instanceof MapEntry)
  return isStructure ? jsonText(value, lengthMax) : plainText(value, lengthMax)
}

export function plainText(value: Value, lengthMax = VALUE_TEXT_MAX): string {
  return plain(value, 0, lengthMax)
}

/** Compact JSON; entries of maps whose value is null are left out at every depth. */
export function jsonText(value: Value, lengthMax = VALUE_TEXT_MAX): string {
  return json(value, 0, lengthMax)
}

function plain(value: Value, depth: number, max: number): string {
  if (typeof value === 'string') return value
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number' || typeof value === 'bigint') return numberText(value)
  checkDepth(depth)
  if (isList(value))
    return `[${joinParts(value, { separator: ', ', lengthMax: max }, item => plain(item, depth + 1, max))}]`
  if (value instanceof Double) return doubleText(value.value)
  if (value instanceof Float) return floatText(value.value)
  if (value instanceof Decimal) return decimalText(value)
  if (value instanceof Bytes) return encodeBase64(value.bytes)
  if (value instanceof DateTime) return value.text
  if (value instanceof MapEntry) return `${value.key}=${plain(value.value, depth + 1, max)}`
  return `{${joinParts(mapEntries(value), { separator: ', ', lengthMax: max }, ([key, item]) => `${key}=${plain(item, depth + 1, max)}`)}}`
}

/** Joins texts of elements, and gives up on a value that shares its parts so often that its text would not fit. */
function joinParts<T>(items: Iterable<T>, { separator, lengthMax }: JoinOptions, textOf: (item: T) => string): string {
  const parts: string[] = []
  let length = 0
  for (const item of items) {
    const part = textOf(item)
    length += part.length + separator.length
    if (length > lengthMax) {
      throw new BatutaError('value-too-large', `the text of a value is longer than ${lengthMax} characters`)
    }
    parts.push(part)
  }
  return parts.join(separator)
}

interface JoinOptions {
  readonly separator: string
  readonly lengthMax: number
}

function json(value: Value, depth: number, max: number): string {
  if (typeof value === 'string') return quoteJson(value)
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number' || typeof value === 'bigint') return jsonNumber(numberText(value))
  checkDepth(depth)
  if (isList(value))
    return `[${joinParts(value, { separator: ',', lengthMax: max }, item => json(item, depth + 1, max))}]`
  if (value instanceof Double) return jsonNumber(doubleText(value.value))
  if (value instanceof Float) return jsonNumber(floatText(value.value))
  if (value instanceof Decimal) return decimalText(value)
  if (value instanceof Bytes) return quoteJson(encodeBase64(value.bytes))
  if (value instanceof DateTime) return quoteJson(value.text)
  return jsonMap(value, depth, max)
}

function jsonMap(map: ValueMap, depth: number, max: number): string {
  if (map instanceof MapEntry) return `{${quoteJson(map.key)}:${json(map.value, depth + 1, max)}}`
  const kept = Array.from(mapEntries(map)).filter(([, item]) => item !== null)
  return `{${joinParts(kept, { separator: ',', lengthMax: max }, ([key, item]) => `${quoteJson(key)}:${json(item, depth + 1, max)}`)}}`
}

export function checkDepth(depth: number): void {
  if (depth > VALUE_DEPTH_MAX) {
    throw new BatutaError('value-too-deep', `a value is nested deeper than ${VALUE_DEPTH_MAX} levels`)
  }
}

function jsonNumber(text: string): string {
  return text === 'NaN' || text.endsWith('Infinity') ? `"${text}"` : text
}

/** Java's text of an integer or a double with a fraction. */
export function numberText(value: number | bigint): string {
  if (typeof value === 'bigint') return value.toString()
  return Number.isInteger(value) ? integerText(value) : doubleText(value)
}

function integerText(value: number): string {
  return Number.isSafeInteger(value) ? (value === 0 ? '0' : String(value)) : BigInt(value).toString()
}

/** Java's notation of a double: at least one digit after the point, exponents from 10⁷ and below 10⁻³. */
export function doubleText(value: number): string {
  if (Object.is(value, -0)) return '-0.0'
  return javaNotation(value, String(value), value.toExponential())
}

export function floatText(value: number): string {
  if (!Number.isFinite(value) || value === 0) return doubleText(value)
  for (let digits = 1; digits < 9; digits++) {
    const shortest = Number(value.toPrecision(digits))
    if (Math.fround(shortest) === value) return doubleText(shortest)
  }
  return doubleText(Number(value.toPrecision(9)))
}

function javaNotation(value: number, decimal: string, exponential: string): string {
  const size = Math.abs(value)
  if (!Number.isFinite(value)) return decimal
  if (size === 0 || (size >= 1e-3 && size < 1e7)) return decimal.includes('.') ? decimal : `${decimal}.0`
  const [mantissa = '', exponent = ''] = exponential.split('e')
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${exponent.replace('+', '')}`
}

export function decimalText({ unscaled, scale }: Decimal): string {
  const sign = unscaled < 0n ? '-' : ''
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString()
  if (scale <= 0) return sign + digits + (unscaled === 0n ? '' : '0'.repeat(-scale))
  const padded = digits.padStart(scale + 1, '0')
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`
}

const NEEDS_ESCAPE = /["\\\u0000-\u001f]/
const TO_ESCAPE = /["\\\u0000-\u001f]/g

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
}

export function quoteJson(text: string): string {
  if (!NEEDS_ESCAPE.test(text)) return `"${text}"`
  return `"${text.replace(TO_ESCAPE, escapeCharacter)}"`
}

function escapeCharacter(character: string): string {
  const short = SHORT_ESCAPES[character]
  return short ?? `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
}
