// Every value comes as text; what it means is said by the type of its column.
import { Bytes, plainText } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import { DateTime } from '@batuta/plugin-sdk'
import { momentAt, readDate, readDecimal, readDouble, readInteger, readJson } from '@batuta/sql-kit'
import type { Zone } from '@batuta/sql-kit'
import type { SnowflakeColumn } from './snowflake-client.ts'

const DAY_MS = 86_400_000

export function snowflakeReader({ type, scale }: SnowflakeColumn, zone: Zone): (json: Value) => Value {
  const read = readerOf(type.toLowerCase(), scale, zone)
  return json => (json === null ? null : read(plainText(json)))
}

function readerOf(type: string, scale: number, zone: Zone): (text: string) => Value {
  switch (type) {
    case 'fixed':
      return scale === 0 ? readInteger : readDecimal
    case 'real':
      return readDouble
    case 'boolean':
      return text => text === '1' || text.toLowerCase() === 'true'
    case 'date':
      return text => readDate(new Date(Number(text) * DAY_MS).toISOString().slice(0, 10))
    case 'time':
      return text => new DateTime('local-time', clock(text).slice(11))
    case 'timestamp_ntz':
      return text => new DateTime('local-date-time', clock(text))
    case 'timestamp_ltz':
    case 'timestamp_tz':
      // The second number of the latter is its offset: the moment is the same.
      return text => moment(text.split(' ')[0] ?? '', zone)
    case 'variant':
    case 'object':
    case 'array':
      return readLoosely
    case 'binary':
      return text => new Bytes(new Uint8Array(Buffer.from(text, 'hex')))
    default:
      return text => text
  }
}

/** Half-structured values may hold `undefined` and other things that JSON does not know. */
function readLoosely(text: string): Value {
  try {
    return readJson(text)
  } catch {
    // It is shown as the server writes it.
    return text
  }
}

interface Seconds {
  readonly ms: number
  readonly fraction: string
}

/** Seconds since 1970 with up to nine digits behind the point. */
function secondsOf(text: string): Seconds {
  const [whole = '0', digits = ''] = text.split('.')
  const isBefore = text.startsWith('-') && /[1-9]/.test(digits)
  const nanos = BigInt(digits.padEnd(9, '0').slice(0, 9))
  const rest = isBefore ? 1_000_000_000n - nanos : nanos
  const trimmed = String(rest).padStart(9, '0').replace(/0+$/, '')
  return { ms: (Number(whole) - (isBefore ? 1 : 0)) * 1000, fraction: trimmed === '' ? '' : `.${trimmed}` }
}

function clock(text: string): string {
  const { ms, fraction } = secondsOf(text)
  return `${new Date(ms).toISOString().slice(0, 19)}${fraction}`
}

function moment(text: string, zone: Zone): Value {
  const { ms, fraction } = secondsOf(text)
  return momentAt(ms, zone, fraction)
}
