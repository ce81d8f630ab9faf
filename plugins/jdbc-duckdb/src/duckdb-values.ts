// From the values of the client to those of flows, by what they are made of: its classes are not at hand here.
import { Bytes, DateTime, Decimal, mapFrom, toDouble, toInteger } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import { momentAt, readDate, readJson, readTime, readTimestamp } from '@batuta/sql-kit'
import type { Zone } from '@batuta/sql-kit'

export interface DuckdbColumn {
  readonly isJson: boolean
  /** A whole double is a double all the same, and a whole integer none. */
  readonly isDouble: boolean
}

export function readDuckdb(value: unknown, zone: Zone, column?: DuckdbColumn): Value {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return column?.isJson === true ? readJson(value) : value
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return column?.isDouble === true ? toDouble(value) : value
  if (typeof value === 'bigint') return toInteger(value)
  if (Array.isArray(value)) return value.map(item => readDuckdb(item, zone))
  if (value instanceof Uint8Array) return new Bytes(new Uint8Array(value))
  return typeof value === 'object' ? readObject(value, zone) : null
}

function readObject(value: object, zone: Zone): Value {
  const field = (name: string): unknown => Reflect.get(value, name)
  const text = (): string => String(value)
  switch (value.constructor.name) {
    case 'DuckDBDateValue':
      return readDate(text())
    case 'DuckDBTimeValue':
    case 'DuckDBTimeNSValue':
      return readTime(text())
    case 'DuckDBTimestampTZValue':
      return readMoment(field('micros'), zone) ?? text()
    case 'DuckDBDecimalValue':
      return new Decimal(BigInt(String(field('value'))), Number(field('scale')))
    case 'DuckDBIntervalValue':
      return intervalText(Number(field('months')), Number(field('days')), BigInt(String(field('micros'))))
    case 'DuckDBBlobValue':
      return readDuckdb(field('bytes'), zone)
    case 'DuckDBListValue':
    case 'DuckDBArrayValue':
      return readDuckdb(field('items'), zone)
    case 'DuckDBStructValue':
      return mapFrom(
        Object.entries(Object(field('entries'))).map(([key, item]) => [key, readDuckdb(item, zone)] as const),
      )
    case 'DuckDBMapValue':
      return readMap(field('entries'), zone)
    case 'DuckDBUnionValue':
    case 'DuckDBVariantValue':
      return readDuckdb(field('value'), zone)
    default:
      return value.constructor.name.startsWith('DuckDBTimestamp') ? readTimestamp(text()) : text()
  }
}

const MICROS = 1_000_000n

/** Undefined for the infinities. */
function readMoment(micros: unknown, zone: Zone): Value | undefined {
  if (typeof micros !== 'bigint' || micros >= 2n ** 62n || micros <= -(2n ** 62n)) return undefined
  const rest = ((micros % MICROS) + MICROS) % MICROS
  const moment = momentAt(Number((micros - rest) / 1000n), zone, rest === 0n ? '' : `.${String(rest).padStart(6, '0')}`)
  return moment instanceof DateTime ? moment : undefined
}

function readMap(entries: unknown, zone: Zone): Value {
  if (!Array.isArray(entries)) return null
  return mapFrom(
    entries.map((entry: unknown) => {
      const { key, value }: { key?: unknown; value?: unknown } = Object(entry)
      return [String(key), readDuckdb(value, zone)] as const
    }),
  )
}

/** As ISO 8601 has it. */
function intervalText(months: number, days: number, micros: bigint): string {
  const years = Math.trunc(months / 12)
  const dates = [part(years, 'Y'), part(months % 12, 'M'), part(days, 'D')].join('')
  const seconds = micros / MICROS
  const rest = micros % MICROS
  const sign = micros < 0n ? '-' : ''
  const size = (number: bigint): bigint => (number < 0n ? -number : number)
  const fraction = rest === 0n ? '' : `.${String(size(rest)).padStart(6, '0').replace(/0+$/, '')}`
  const [hours, minutes, last] = [size(seconds) / 3600n, (size(seconds) / 60n) % 60n, size(seconds) % 60n]
  const time = [
    hours === 0n ? '' : `${sign}${hours}H`,
    minutes === 0n ? '' : `${sign}${minutes}M`,
    last === 0n && fraction === '' ? '' : `${sign}${last}${fraction}S`,
  ].join('')
  if (dates === '' && time === '') return 'PT0S'
  return `P${dates}${time === '' ? '' : `T${time}`}`
}

function part(number: number, letter: string): string {
  return number === 0 ? '' : `${number}${letter}`
}
