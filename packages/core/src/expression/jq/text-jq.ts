// Values as text: `tojson`, `tostring` and the formats behind `@`.
import { decodeBase64, encodeBase64 } from '../../std/base64.ts'
import { BatutaError } from '../../std/errors.ts'
import { decodeUtf8, encodeUtf8 } from '../../std/utf8.ts'
import { isList, isMap, isNumber, mapEntries } from '../../std/value.ts'
import type { Value } from '../../std/value.ts'
import { decodeValue } from '../../std/value-json.ts'
import { checkDepth, plainText, quoteJson } from '../../std/value-text.ts'
import { toNumber } from '../arithmetic.ts'
import type { Fuel } from '../fuel.ts'
import { describe, raise } from './jq-error.ts'

/** JSON with nulls; a double that is whole has no point. */
export function toJson(value: Value, fuel: Fuel): string {
  const text = writeJson(value, 0, fuel)
  fuel.checkText(text.length)
  return text
}

function writeJson(value: Value, depth: number, fuel: Fuel): string {
  if (typeof value === 'string') return quoteJson(value)
  if (isNumber(value)) return numberText(value)
  fuel.spend(1)
  checkDepth(depth)
  if (isList(value)) return `[${value.map(item => writeJson(item, depth + 1, fuel)).join(',')}]`
  if (!isMap(value)) return String(value)
  const entries = Array.from(
    mapEntries(value),
    ([key, item]) => `${quoteJson(key)}:${writeJson(item, depth + 1, fuel)}`,
  )
  return `{${entries.join(',')}}`
}

function numberText(value: Value): string {
  const double = isNumber(value) ? toNumber(value) : 0
  if (typeof value === 'bigint') return value.toString()
  if (Number.isNaN(double)) return 'null'
  if (!Number.isFinite(double)) return double > 0 ? '1.7976931348623157E308' : '-1.7976931348623157E308'
  return Number.isSafeInteger(double) ? String(double + 0) : plainText(value)
}

export function toText(value: Value, fuel: Fuel): string {
  return typeof value === 'string' ? value : toJson(value, fuel)
}

export function fromJson(text: string): Value {
  try {
    return text.trim() === '' ? null : decodeValue(text)
  } catch (error) {
    if (error instanceof BatutaError) return raise(`${error.message} (while parsing '${text.slice(0, 40)}')`)
    throw error
  }
}

export function formatValue(name: string, value: Value, fuel: Fuel): string {
  switch (name) {
    case '@text':
      return toText(value, fuel)
    case '@json':
      return toJson(value, fuel)
    case '@csv':
      return formatRow(value, 'csv', fuel)
    case '@tsv':
      return formatRow(value, 'tsv', fuel)
    case '@html':
      return toText(value, fuel).replace(/[<>&'"]/g, character => HTML[character] ?? character)
    case '@uri':
      return encodeUri(toText(value, fuel))
    case '@sh':
      return (isList(value) ? value : [value]).map(item => formatShell(item, fuel)).join(' ')
    case '@base64':
      return encodeBase64(encodeUtf8(toText(value, fuel)))
    case '@base64d':
      return decodeText(toText(value, fuel))
    default:
      return raise(`${name.slice(1)} is not a valid format`)
  }
}

export const FORMATS: readonly string[] = [
  '@text',
  '@json',
  '@csv',
  '@tsv',
  '@html',
  '@uri',
  '@sh',
  '@base64',
  '@base64d',
]

const HTML: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  "'": '&apos;',
  '"': '&quot;',
}

function encodeUri(text: string): string {
  let result = ''
  for (const byte of encodeUtf8(text)) {
    const character = String.fromCharCode(byte)
    result += /[A-Za-z0-9\-_.~]/.test(character)
      ? character
      : `%${(byte < 16 ? '0' : '') + byte.toString(16).toUpperCase()}`
  }
  return result
}

function formatRow(value: Value, format: 'csv' | 'tsv', fuel: Fuel): string {
  if (!isList(value)) return raise(`${describe(value)} cannot be ${format}-formatted, only an array can be`)
  return value.map(item => formatCell(item, format, fuel)).join(format === 'csv' ? ',' : '\t')
}

const TSV: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\' }

function formatCell(item: Value, format: 'csv' | 'tsv', fuel: Fuel): string {
  if (item === null) return ''
  if (typeof item === 'boolean' || isNumber(item)) return toJson(item, fuel)
  if (typeof item !== 'string') return raise(`${describe(item)} is not valid in a ${format} row`)
  return format === 'csv'
    ? `"${item.replaceAll('"', '""')}"`
    : item.replace(/[\t\n\r\\]/g, character => TSV[character] ?? character)
}

function formatShell(item: Value, fuel: Fuel): string {
  if (isList(item) || isMap(item)) return raise(`${describe(item)} can not be escaped for shell`)
  return typeof item === 'string' ? `'${item.replaceAll("'", "'\\''")}'` : toJson(item, fuel)
}

function decodeText(text: string): string {
  const bytes = decodeBase64(text.replace(/=+$/, ''))
  return bytes === undefined ? raise(`${describe(text)} is not valid base64 data`) : decodeUtf8(bytes)
}
