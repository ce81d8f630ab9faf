// From the JSON of a column to a value, by the type that Trino names: `array(row(a bigint, b decimal(9, 2)))`.
import { Bytes, decodeValue, Float, isList, isMap, mapEntries, mapFrom, plainText } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import {
  readDate,
  readDecimal,
  readDouble,
  readMoment,
  readTime,
  readTimestamp,
  zoneOffsetMs,
  findZone,
  momentAt,
} from '@batuta/sql-kit'
import type { Zone } from '@batuta/sql-kit'

export type ReadJson = (json: Value) => Value

const DEPTH_MAX = 32

export function trinoReader(type: string, zone: Zone, depth = 0): ReadJson {
  const read = depth > DEPTH_MAX ? same : readerOf(type.trim(), zone, depth)
  return json => (json === null ? null : read(json))
}

function readerOf(type: string, zone: Zone, depth: number): ReadJson {
  const name =
    /^[a-z ]+/i
      .exec(type.replace(/\(\d+(?:, ?\d+)?\)/g, ''))?.[0]
      .trim()
      .toLowerCase() ?? ''
  const inner = type.slice(type.indexOf('(') + 1, -1)
  const nested = (text: string): ReadJson => trinoReader(text, zone, depth + 1)
  switch (name) {
    case 'array':
      return listReader(nested(inner))
    case 'map':
      return mapReader(nested(splitTypes(inner)[1] ?? 'varchar'))
    case 'row':
      return rowReader(splitTypes(inner), nested)
    case 'timestamp with time zone':
      return text(json => readZoned(json, zone))
    default:
      return READERS.get(name) ?? same
  }
}

const same: ReadJson = json => json

function text(read: (text: string) => Value): ReadJson {
  return json => read(plainText(json))
}

const READERS: ReadonlyMap<string, ReadJson> = new Map([
  ['decimal', text(readDecimal)],
  ['double', text(readDouble)],
  ['real', text(json => new Float(Number(json)))],
  ['date', text(readDate)],
  ['time', text(readTime)],
  ['timestamp', text(readTimestamp)],
  ['varbinary', text(json => new Bytes(new Uint8Array(Buffer.from(json, 'base64'))))],
  ['json', text(decodeValue)],
])

/** `2024-01-02 03:04:05.600 Europe/Paris`, or with an offset. */
function readZoned(json: string, zone: Zone): Value {
  const [, local = '', fraction = '', name = ''] = /^(\S+ \d\d:\d\d:\d\d)(\.\d+)? (\S+)$/.exec(json) ?? []
  const written = /^[+-]/.test(name) || name === 'UTC' ? undefined : findZone(name)
  if (written === undefined) return readMoment(json, zone)
  const localMs = Date.parse(`${local.replace(' ', 'T')}Z`)
  const guess = localMs - zoneOffsetMs(written, localMs)
  return momentAt(localMs - zoneOffsetMs(written, guess), zone, fraction)
}

function listReader(item: ReadJson): ReadJson {
  return json => (isList(json) ? json.map(item) : json)
}

function mapReader(item: ReadJson): ReadJson {
  return json =>
    isMap(json) ? mapFrom([...mapEntries(json)].map(([key, value]) => [key, item(value)] as const)) : json
}

/** With names it is a map, without it is a list. */
function rowReader(parts: readonly string[], nested: (type: string) => ReadJson): ReadJson {
  const fields = parts.map(part => /^(?:"((?:[^"]|"")*)"|([A-Za-z_]\w*)) (?!with\b|precision\b)(.+)$/s.exec(part))
  const readers = parts.map((part, at) => nested(fields[at]?.[3] ?? part))
  const names = fields.map(field => field?.[1] ?? field?.[2])
  return json => {
    if (!isList(json)) return json
    const values = json.map((value, at) => readers[at]?.(value) ?? null)
    if (names.some(name => name === undefined)) return values
    return mapFrom(values.map((value, at) => [names[at] ?? '', value] as const))
  }
}

function splitTypes(types: string): readonly string[] {
  const parts: string[] = []
  let depth = 0
  let part = ''
  for (const character of types) {
    if (character === '(') depth++
    if (character === ')') depth--
    if (character === ',' && depth === 0) {
      parts.push(part.trim())
      part = ''
    } else part += character
  }
  return part.trim() === '' ? parts : [...parts, part.trim()]
}
