// One value of binary Ion: a byte with type and length, then as many bytes as it says.
import { Bytes, DateTime, Decimal, mapFrom, toDouble, toInteger } from '@batuta/core'
import type { Value } from '@batuta/core'
import { ByteCursor } from './byte-cursor.ts'
import { DEPTH_MAX } from './encode-ion.ts'
import { understandAnnotations } from './ion-annotation.ts'
import { IonError } from './ion-error.ts'
import { IonSymbols, SYMBOL_TABLE } from './ion-symbols.ts'
import type { IonOptions } from './ion-text-reader.ts'

export const VERSION_MARKER = 0xe0
const VERSION_MARKER_BYTES = 4
const LENGTH_FOLLOWS = 14
const IS_NULL = 15
const STRUCT = 13
const BOOLEAN = 1

export interface Header {
  readonly type: number
  readonly low: number
  readonly length: number
}

/** Reads type and length, and leaves the cursor at the first byte of the contents. */
export function readHeader(cursor: ByteCursor): Header {
  const byte = cursor.byte()
  if (byte === VERSION_MARKER) return { type: 14, low: 0, length: VERSION_MARKER_BYTES - 1 }
  const type = byte >> 4
  const low = byte & 15
  if (low === IS_NULL || type === BOOLEAN) return { type, low, length: 0 }
  const hasLength = low === LENGTH_FOLLOWS || (type === STRUCT && low === 1)
  return { type, low, length: hasLength ? cursor.varUInt() : low }
}

export class IonBinaryReader {
  readonly #symbols = new IonSymbols()
  readonly #annotate: (annotations: readonly string[], value: Value) => Value

  constructor(options: IonOptions = {}) {
    this.#annotate = options.annotate ?? understandAnnotations
  }

  /** The value at the cursor; undefined for what is none: version markers, padding and tables of symbols. */
  readTop(cursor: ByteCursor): Value | undefined {
    if (cursor.bytes[cursor.at] === VERSION_MARKER) {
      cursor.take(VERSION_MARKER_BYTES)
      this.#symbols.reset()
      return undefined
    }
    return this.#read(cursor, 0)
  }

  /** Undefined for padding, and for a table of symbols at the top. */
  #read(cursor: ByteCursor, depth: number): Value | undefined {
    if (depth > DEPTH_MAX) throw new IonError(`a value is nested deeper than ${DEPTH_MAX} levels`)
    const header = readHeader(cursor)
    const { type, low, length } = header
    if (low === IS_NULL) return null
    if (type === BOOLEAN) return low === 1
    const body = new ByteCursor(cursor.take(length))
    switch (type) {
      case 0:
        return undefined
      case 2:
      case 3:
        return readInteger(body, type === 3)
      case 4:
        return readFloat(body)
      case 5:
        return readDecimal(body)
      case 6:
        return readTimestamp(body)
      case 7:
        return this.#symbols.text(Number(body.uInt(length)))
      case 8:
        return body.bytes.toString('utf8')
      case 9:
      case 10:
        return new Bytes(new Uint8Array(body.bytes))
      case 11:
      case 12:
        return this.#readList(body, depth)
      case STRUCT:
        return this.#readStruct(body, depth)
      case 14:
        return this.#readAnnotated(body, depth)
      default:
        throw new IonError('not Ion: a value of an unknown type')
    }
  }

  #readList(body: ByteCursor, depth: number): Value {
    const items: Value[] = []
    while (body.at < body.bytes.length) {
      const item = this.#read(body, depth + 1)
      if (item !== undefined) items.push(item)
    }
    return items
  }

  #readStruct(body: ByteCursor, depth: number): Value {
    const entries: [string, Value][] = []
    while (body.at < body.bytes.length) {
      const key = this.#symbols.text(body.varUInt())
      const value = this.#read(body, depth + 1)
      if (value !== undefined) entries.push([key, value])
    }
    return mapFrom(entries)
  }

  #readAnnotated(body: ByteCursor, depth: number): Value | undefined {
    const end = body.varUInt() + body.at
    const annotations: string[] = []
    while (body.at < end) annotations.push(this.#symbols.text(body.varUInt()))
    const value = this.#read(body, depth + 1)
    if (value === undefined) return undefined
    if (depth === 0 && annotations[0] === SYMBOL_TABLE) {
      this.#symbols.define(value)
      return undefined
    }
    return this.#annotate(annotations, value)
  }
}

function readInteger(body: ByteCursor, isNegative: boolean): Value {
  const size = body.uInt(body.bytes.length)
  if (typeof size === 'number') return isNegative ? -size : size
  return toInteger(isNegative ? -size : size)
}

function readFloat(body: ByteCursor): Value {
  const { bytes } = body
  if (bytes.length === 0) return toDouble(0)
  if (bytes.length === 4) return toDouble(bytes.readFloatBE())
  if (bytes.length === 8) return toDouble(bytes.readDoubleBE())
  throw new IonError('not Ion: a float has 4 or 8 bytes')
}

const SCALE_MAX = 100_000

function readDecimal(body: ByteCursor): Value {
  if (body.bytes.length === 0) return new Decimal(0n, 0)
  const scale = -body.varInt()
  if (Math.abs(scale) > SCALE_MAX) throw new IonError('a decimal has an exponent that is too large')
  return new Decimal(body.int(body.bytes.length - body.at), scale + 0)
}

const MINUTE_MS = 60_000

function readTimestamp(body: ByteCursor): Value {
  const offset = body.varInt()
  const next = (fallback: number): number => (body.at < body.bytes.length ? body.varUInt() : fallback)
  const [year, month, day] = [next(1), next(1), next(1)]
  const isDay = body.at >= body.bytes.length
  const date = new Date(Date.UTC(2000, month - 1, day, next(0), next(0), next(0)))
  date.setUTCFullYear(year + (date.getUTCFullYear() - 2000))
  if (isDay) return new DateTime('local-date', date.toISOString().slice(0, 10))
  const fraction = readFraction(body)
  const local = new Date(date.getTime() + offset * MINUTE_MS).toISOString().slice(0, 19)
  if (offset === 0) return new DateTime('instant', `${local}${fraction}Z`)
  const size = Math.abs(offset)
  const pad = (part: number): string => String(part).padStart(2, '0')
  const offsetText = `${offset < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`
  return new DateTime('zoned', `${local}${fraction}${offsetText}`)
}

function readFraction(body: ByteCursor): string {
  if (body.at >= body.bytes.length) return ''
  const digits = -body.varInt()
  const size = body.int(body.bytes.length - body.at)
  return digits <= 0 || digits > 18 ? '' : `.${size.toString().padStart(digits, '0')}`
}
