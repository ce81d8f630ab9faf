// Values as Ion text on one line. Ion contains JSON, and whatever JSON can say is said in JSON here, so that most files of rows can be
// read by any JSON tool, line by line. Only what JSON cannot tell apart is written as Ion does: moments, local dates and times (as
// texts with an annotation), bytes, and numbers that are none. Decimals are `1.10`, doubles `1.1e0`: both are JSON, and the two
// stay apart.
import { Bytes, DateTime, Decimal, Double, encodeBase64, Float, isList, mapEntries, plainText } from '@batuta/core'
import type { DateTimeType, Value } from '@batuta/core'
import { IonError } from './ion-error.ts'

export const DEPTH_MAX = 1000

export function encodeIon(value: Value): string {
  return encode(value, 0)
}

function encode(value: Value, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return Number.isSafeInteger(value) ? integerText(value) : doubleText(value)
  if (typeof value === 'bigint') return value.toString()
  if (isList(value)) return `[${value.map(item => encode(item, deeper(depth))).join(',')}]`
  if (value instanceof Decimal) return plainText(value)
  if (value instanceof DateTime) return dateTimeText(value)
  if (value instanceof Double) return doubleText(value.value)
  if (value instanceof Float) return floatText(value)
  if (value instanceof Bytes) return `{{${encodeBase64(value.bytes)}}}`
  const parts: string[] = []
  for (const [key, item] of mapEntries(value)) parts.push(`${JSON.stringify(key)}:${encode(item, deeper(depth))}`)
  return `{${parts.join(',')}}`
}

function deeper(depth: number): number {
  if (depth >= DEPTH_MAX) throw new IonError(`a value is nested deeper than ${DEPTH_MAX} levels`)
  return depth + 1
}

function integerText(value: number): string {
  return value === 0 ? '0' : String(value)
}

function doubleText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? '+inf' : '-inf'
  const text = Object.is(value, -0) ? '-0' : String(value)
  return text.includes('e') ? text : `${text}e0`
}

/** The shortest digits that name the 32-bit number. */
function floatText(value: Float): string {
  if (!Number.isFinite(value.value)) return doubleText(value.value)
  const text = plainText(value).replace('E', 'e')
  return text.includes('e') ? text : `${text}e0`
}

const ANNOTATIONS: Readonly<Record<DateTimeType, string>> = {
  instant: 'Instant',
  zoned: 'ZonedDateTime',
  'local-date-time': 'LocalDateTime',
  'local-date': 'LocalDate',
  'local-time': 'LocalTime',
}

/** Ion's own grammar of a moment: years 0001–9999, offsets in whole minutes. */
const TIMESTAMP = /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/

function dateTimeText({ type, text }: DateTime): string {
  if (type === 'instant' || type === 'zoned') {
    const bare = text.endsWith(']') ? text.slice(0, text.indexOf('[')) : text
    if (TIMESTAMP.test(bare)) return bare
  }
  return `${ANNOTATIONS[type]}::${JSON.stringify(text)}`
}
