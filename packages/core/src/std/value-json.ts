// Values as JSON text and back, without loss: integers of any width, the point of 4.0, the order of keys, nulls.
import { encodeBase64 } from './base64.ts'
import { BatutaError } from './errors.ts'
import { trust } from './trust.ts'
import { Bytes, DateTime, Decimal, Double, Float, isList, mapEntries, needsMap, toDouble, toInteger } from './value.ts'
import type { Value } from './value.ts'
import { checkDepth, decimalText, doubleText, floatText, numberText, quoteJson, VALUE_DEPTH_MAX } from './value-text.ts'

/** Compact JSON that `decodeValue` turns into the same value. Rare types lose their tag: decimals, floats, bytes, date-times, NaN. */
export function encodeValue(value: Value): string {
  partsLeft = PARTS_MAX
  if (isOrdinary(value, 0)) return JSON.stringify(value)
  partsLeft = PARTS_MAX
  return encode(value, 0)
}

/** Whether `JSON.stringify` writes it as `encodeValue` does. */
export function isPlainJson(value: Value): boolean {
  partsLeft = PARTS_MAX
  return isOrdinary(value, 0)
}

/** Values may share their parts: forty lists of two can be a million million lists when they are written out. */
const PARTS_MAX = 5_000_000

let partsLeft = 0

function countPart(): void {
  if (--partsLeft < 0) throw new BatutaError('value-too-large', `a value has more than ${PARTS_MAX} parts`)
}

/**
 * True for a value that `JSON.stringify` writes letter by letter as `encode` does, in a fifth of the time: texts, booleans, nulls, numbers in
 * their usual notation, lists and plain objects of these. Nearly every value is one.
 */
function isOrdinary(value: Value | undefined, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true
    case 'number':
      return Number.isSafeInteger(value) || isOrdinaryFraction(value)
    case 'object':
      return value === null || (depth <= VALUE_DEPTH_MAX && isOrdinaryObject(value, depth))
    default:
      return false
  }
}

/** Java's notation is that of JavaScript from 10⁻³ up to 10⁷. */
function isOrdinaryFraction(value: number): boolean {
  const size = Math.abs(value)
  return size >= 1e-3 && size < 1e7
}

function isOrdinaryObject(value: object & Value, depth: number): boolean {
  countPart()
  if (isList(value)) {
    for (const item of value) if (!isOrdinary(item, depth + 1)) return false
    return true
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return false
  const fields = value as Readonly<Record<string, Value>>
  for (const key in fields) if (!isOrdinary(fields[key], depth + 1)) return false
  return true
}

function encode(value: Value, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? encodeNumber(value) : `"${value}"`
  if (typeof value === 'bigint') return value.toString()
  checkDepth(depth)
  countPart()
  if (isList(value)) return encodeList(value, depth)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return encodePlain(trust<PlainMap>(value), depth)
  if (value instanceof Double) return doubleText(value.value)
  if (value instanceof Float) return Number.isFinite(value.value) ? floatText(value.value) : `"${value.value}"`
  if (value instanceof Decimal) return decimalText(value)
  if (value instanceof Bytes) return quoteJson(encodeBase64(value.bytes))
  if (value instanceof DateTime) return quoteJson(value.text)
  return `{${Array.from(mapEntries(value), ([key, item]) => `${JSON.stringify(key)}:${encode(item, depth + 1)}`).join(',')}}`
}

type PlainMap = Readonly<Record<string, Value>>

// These two are most of what a server under load encodes: no pairs, no joins.
function encodePlain(value: PlainMap, depth: number): string {
  let text = ''
  for (const key of Object.keys(value)) {
    const item = value[key]
    text += `${text === '' ? '{' : ','}${JSON.stringify(key)}:${encode(item === undefined ? null : item, depth + 1)}`
  }
  return text === '' ? '{}' : `${text}}`
}

function encodeList(list: readonly Value[], depth: number): string {
  let text = ''
  for (const item of list) text += `${text === '' ? '[' : ','}${encode(item, depth + 1)}`
  return text === '' ? '[]' : `${text}]`
}

function encodeNumber(value: number): string {
  return Number.isSafeInteger(value) ? (value === 0 ? '0' : String(value)) : numberText(value)
}

// What `JSON.parse` would not keep: integral doubles, exponents, wide integers, integer-like keys. A hit inside a string only costs
// the slower parser.
const NEEDS_CARE = /(?:^|[[,:\s])-?(?:\d{16}|\d+(?:\.0|(?:\.\d+)?[eE]))|"\d+"\s*:|"__proto__"|\\u/

/** Reads what `encodeValue` wrote, or any other JSON text. */
export function decodeValue(text: string): Value {
  if (NEEDS_CARE.test(text)) return decodeWhole(text)
  try {
    return JSON.parse(text) as Value
  } catch {
    // Our own parser words the complaint, with the position.
    return decodeWhole(text)
  }
}

function decodeWhole(text: string): Value {
  const reader = new JsonReader(text)
  const value = reader.readValue(0)
  reader.skipSpace()
  if (reader.at < text.length) throw reader.malformed('unexpected text after the value')
  return value
}

/** Reads the first value of a text and leaves what follows it alone. */
export function decodeFirstValue(text: string): { readonly value: Value; readonly end: number } {
  const reader = new JsonReader(text)
  const value = reader.readValue(0)
  return { value, end: reader.at }
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const NUMBER_END = /[^-+.\w]|$/g
const CONTROL = /[\u0000-\u001f]/

const UNESCAPED: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

class JsonReader {
  readonly #text: string
  at = 0

  constructor(text: string) {
    this.#text = text
  }

  malformed(reason: string): BatutaError {
    const near = this.#text.slice(this.at, this.at + 20)
    const place = near === '' ? 'at the end' : `at offset ${this.at} near \`${near}\``
    return new BatutaError('value-malformed', `not a JSON value: ${reason} ${place}`)
  }

  skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.at)
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return
      this.at++
    }
  }

  readValue(depth: number): Value {
    if (depth > VALUE_DEPTH_MAX) throw this.malformed('nested too deep')
    this.skipSpace()
    switch (this.#text[this.at]) {
      case '{':
        return this.#readMap(depth)
      case '[':
        return this.#readList(depth)
      case '"':
        return this.#readString()
      case 't':
        return this.#readWord('true', true)
      case 'f':
        return this.#readWord('false', false)
      case 'n':
        return this.#readWord('null', null)
      default:
        return this.#readNumber()
    }
  }

  #readWord<T extends Value>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.at)) throw this.malformed('unexpected word')
    if (/[\w$]/.test(this.#text.charAt(this.at + word.length))) throw this.malformed('unexpected word')
    this.at += word.length
    return value
  }

  #readNumber(): Value {
    NUMBER_END.lastIndex = this.at
    const end = NUMBER_END.exec(this.#text)?.index ?? this.#text.length
    const text = this.#text.slice(this.at, end)
    if (!NUMBER.test(text)) throw this.malformed(text === '' ? 'expected a value' : 'malformed number')
    this.at = end
    if (/[.eE]/.test(text)) return toDouble(Number(text))
    return text.length < 16 ? Number(text) + 0 : toInteger(BigInt(text))
  }

  #readString(): string {
    const close = this.#text.indexOf('"', this.at + 1)
    const text = this.#text.slice(this.at + 1, close)
    if (close < 0) throw this.malformed('unclosed string')
    if (text.includes('\\')) return this.#readEscaped()
    if (CONTROL.test(text)) throw this.malformed('control character in a string')
    this.at = close + 1
    return text
  }

  #readEscaped(): string {
    let value = ''
    this.at++
    for (;;) {
      const next = this.#text.charAt(this.at)
      if (next === '"') {
        this.at++
        return value
      }
      if (next === '\\') {
        value += this.#readEscape()
        continue
      }
      if (next === '' || CONTROL.test(next)) {
        throw this.malformed(next === '' ? 'unclosed string' : 'control character in a string')
      }
      value += next
      this.at++
    }
  }

  #readEscape(): string {
    const letter = this.#text.charAt(this.at + 1)
    if (letter === 'u') {
      const digits = this.#text.slice(this.at + 2, this.at + 6)
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.malformed('malformed \\u escape')
      this.at += 6
      return String.fromCharCode(Number.parseInt(digits, 16))
    }
    const character = Object.hasOwn(UNESCAPED, letter) ? UNESCAPED[letter] : undefined
    if (character === undefined) throw this.malformed('unknown escape')
    this.at += 2
    return character
  }

  #readList(depth: number): Value {
    const items: Value[] = []
    this.at++
    this.skipSpace()
    if (this.#takes(']')) return items
    for (;;) {
      items.push(this.readValue(depth + 1))
      this.skipSpace()
      if (this.#takes(']')) return items
      if (!this.#takes(',')) throw this.malformed('expected `,` or `]`')
    }
  }

  #readMap(depth: number): Value {
    const plain: Record<string, Value> = {}
    let keyed: Map<string, Value> | undefined
    this.at++
    this.skipSpace()
    if (this.#takes('}')) return plain
    for (;;) {
      const key = this.#readKey()
      const value = this.readValue(depth + 1)
      if (keyed === undefined && needsMap(key)) keyed = new Map(Object.entries(plain))
      if (keyed === undefined) plain[key] = value
      else keyed.set(key, value)
      this.skipSpace()
      if (this.#takes('}')) return keyed ?? plain
      if (!this.#takes(',')) throw this.malformed('expected `,` or `}`')
    }
  }

  #readKey(): string {
    this.skipSpace()
    if (this.#text[this.at] !== '"') throw this.malformed('expected a quoted key')
    const key = this.#readString()
    this.skipSpace()
    if (!this.#takes(':')) throw this.malformed('expected `:`')
    return key
  }

  #takes(character: string): boolean {
    if (this.#text[this.at] !== character) return false
    this.at++
    return true
  }
}
