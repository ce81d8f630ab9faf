// From the text that the server sends for a column to the value that flows see, and to Ion for rows that are stored. Most types go to Ion
// without a value in between.
import { Bytes, decodeValue, Decimal, toDouble, toInteger, Float } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import { encodeIon } from '@batuta/ion'
import type { Zone } from '@batuta/sql-kit'
import { readArray } from './array-text.ts'
import { readDate, readTime, readTimestamp, readTimeWithZone, zonedReader } from './date-text.ts'
import { readHstore } from './hstore-text.ts'
import { readInterval } from './interval-text.ts'

export interface ColumnCodec {
  readonly value: (text: string) => Value
  readonly ion: (text: string) => string
}

/** What the catalogue of the database says about types that are not built in. */
export interface CustomType {
  readonly name: string
  /** Of an array: the type of its items. */
  readonly itemOid?: number
}

export interface CodecOptions {
  readonly zone: Zone
  readonly customTypes: ReadonlyMap<number, CustomType>
}

/** Numbers below are fixed by PostgreSQL, those from here on are given out by each database. */
export const FIRST_CUSTOM_OID = 16384

const JSON_OID = 114
const JSONB_OID = 3802
const BIT_OID = 1560
const TIMESTAMPTZ_OID = 1184
const ARRAYS_NESTED_MAX = 4

const ITEM_OIDS: ReadonlyMap<number, number> = new Map([
  [199, JSON_OID],
  [651, 650],
  [719, 718],
  [775, 774],
  [791, 790],
  [1000, 16],
  [1001, 17],
  [1002, 18],
  [1003, 19],
  [1005, 21],
  [1007, 23],
  [1009, 25],
  [1014, 1042],
  [1015, 1043],
  [1016, 20],
  [1017, 600],
  [1021, 700],
  [1022, 701],
  [1028, 26],
  [1040, 829],
  [1041, 869],
  [1115, 1114],
  [1182, 1082],
  [1183, 1083],
  [1185, TIMESTAMPTZ_OID],
  [1187, 1186],
  [1231, 1700],
  [1270, 1266],
  [1561, BIT_OID],
  [1563, 1562],
  [2951, 2950],
  [3807, JSONB_OID],
])

export function codecOf(oid: number, modifier: number, options: CodecOptions): ColumnCodec {
  if (oid === BIT_OID && modifier === 1) return BOOLEAN_BIT
  if (oid === TIMESTAMPTZ_OID) return fromValue(zonedReader(options.zone))
  return BUILT_IN.get(oid) ?? arrayCodec(oid, options, ARRAYS_NESTED_MAX) ?? customCodec(oid, options) ?? TEXT
}

function arrayCodec(oid: number, options: CodecOptions, depth: number): ColumnCodec | undefined {
  const itemOid = ITEM_OIDS.get(oid) ?? options.customTypes.get(oid)?.itemOid
  if (itemOid === undefined || depth === 0) return undefined
  const item = codecOf(itemOid, -1, options)
  return fromValue(text => readArray(text, item.value))
}

function customCodec(oid: number, { customTypes }: CodecOptions): ColumnCodec | undefined {
  return customTypes.get(oid)?.name === 'hstore' ? fromValue(readHstore) : undefined
}

function fromValue(value: (text: string) => Value): ColumnCodec {
  return { value, ion: text => encodeIon(value(text)) }
}

const TEXT: ColumnCodec = { value: text => text, ion: text => JSON.stringify(text) }
const BOOLEAN: ColumnCodec = { value: text => text === 't', ion: text => (text === 't' ? 'true' : 'false') }
const BOOLEAN_BIT: ColumnCodec = { value: text => text === '1', ion: text => (text === '1' ? 'true' : 'false') }
const SMALL_INTEGER: ColumnCodec = { value: Number, ion: text => text }
const BIG_INTEGER: ColumnCodec = { value: text => toInteger(BigInt(text)), ion: text => text }
const NUMERIC: ColumnCodec = { value: readNumeric, ion: text => (isFinite(text) ? text : encodeIon(Number(text))) }
const DOUBLE: ColumnCodec = fromValue(text => toDouble(Number(text)))
const SINGLE: ColumnCodec = fromValue(text => new Float(Number(text)))
const JSON_TEXT: ColumnCodec = fromValue(decodeValue)

const BUILT_IN: ReadonlyMap<number, ColumnCodec> = new Map([
  [16, BOOLEAN],
  [17, fromValue(readBytes)],
  [18, TEXT],
  [19, TEXT],
  [20, BIG_INTEGER],
  [21, SMALL_INTEGER],
  [23, SMALL_INTEGER],
  [25, TEXT],
  [26, SMALL_INTEGER],
  [JSON_OID, JSON_TEXT],
  [700, SINGLE],
  [701, DOUBLE],
  [790, fromValue(readMoney)],
  [1042, TEXT],
  [1043, TEXT],
  [1082, fromValue(readDate)],
  [1083, fromValue(readTime)],
  [1114, fromValue(readTimestamp)],
  [1186, fromValue(readInterval)],
  [1266, fromValue(readTimeWithZone)],
  [1700, NUMERIC],
  [2950, TEXT],
  [JSONB_OID, JSON_TEXT],
])

function isFinite(numeric: string): boolean {
  return numeric !== 'NaN' && !numeric.endsWith('Infinity')
}

function readNumeric(text: string): Value {
  if (!isFinite(text)) return Number(text)
  const point = text.indexOf('.')
  if (point < 0) return new Decimal(BigInt(text), 0)
  return new Decimal(BigInt(text.slice(0, point) + text.slice(point + 1)), text.length - point - 1)
}

/** `-$1,234.50`; which characters stand around the digits is the server's taste. */
function readMoney(text: string): Value {
  const isNegative = text.includes('-') || text.startsWith('(')
  const match = /^(.*?)(?:[.,](\d{1,2}))?\)?$/.exec(text.replace(/[^\d.,)]/g, ''))
  const whole = (match?.[1] ?? '').replace(/\D/g, '')
  const cents = match?.[2] ?? ''
  const size = BigInt(`${whole}${cents}` || '0')
  return new Decimal(isNegative ? -size : size, cents.length)
}

function readBytes(text: string): Value {
  return new Bytes(new Uint8Array(Buffer.from(text.startsWith('\\x') ? text.slice(2) : '', 'hex')))
}
