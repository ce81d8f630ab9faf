// Values as Ion text: JSON with names instead of quoted keys, and exponents in doubles.
import { encodeBase64 } from '../../std/base64.ts'
import { Bytes, DateTime, Decimal, Double, Float, isInteger, isList, mapEntries } from '../../std/value.ts'
import type { Value } from '../../std/value.ts'
import type { Fuel } from '../fuel.ts'
import { checkDepth, decimalText, numberText } from '../../std/value-text.ts'

export function writeIon(value: Value, fuel: Fuel): string {
  return write(value, 0, fuel)
}

function write(value: Value, depth: number, fuel: Fuel): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return quote(value, '"')
  if (isInteger(value)) return numberText(value)
  if (typeof value === 'number') return writeFloat(value)
  checkDepth(depth)
  fuel.spend(1)
  if (value instanceof Double || value instanceof Float) return writeFloat(value.value)
  if (value instanceof Decimal) return writeDecimal(value)
  if (value instanceof Bytes) return `{{${encodeBase64(value.bytes)}}}`
  if (value instanceof DateTime) return value.type === 'instant' ? value.text : quote(value.text, '"')
  if (isList(value)) return `[${value.map(item => write(item, depth + 1, fuel)).join(',')}]`
  const fields = Array.from(mapEntries(value), ([key, item]) => `${writeName(key)}:${write(item, depth + 1, fuel)}`)
  return `{${fields.join(',')}}`
}

function writeFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? '+inf' : '-inf'
  if (Object.is(value, -0)) return '-0e0'
  return value.toExponential().replace('e+', 'e')
}

/** A whole decimal needs its point, or it would be read as an integer. */
function writeDecimal(value: Decimal): string {
  const text = decimalText(value)
  return text.includes('.') ? text : `${text}.`
}

const NAME = /^[A-Za-z_$][A-Za-z0-9_$]*$/
const KEYWORDS: ReadonlySet<string> = new Set(['null', 'true', 'false', 'nan'])

function writeName(key: string): string {
  return NAME.test(key) && !KEYWORDS.has(key) ? key : quote(key, "'")
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' }

function quote(text: string, mark: '"' | "'"): string {
  const escaped = text.replace(/[\x00-\x1f\\"']/g, character => {
    if (character === '"' || character === "'") return character === mark ? `\\${character}` : character
    return ESCAPES[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
  return mark + escaped + mark
}
