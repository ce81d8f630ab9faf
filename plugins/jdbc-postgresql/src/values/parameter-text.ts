// From a value of a flow to the text of a parameter, given the type that the server wants there.
import {
  Bytes,
  DateTime,
  encodeValue,
  isList,
  isMap,
  isNumber,
  mapEntries,
  plainText,
  toPlain,
} from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import { zoneOffsetMs } from '@batuta/sql-kit'
import type { Zone } from '@batuta/sql-kit'
import { writeArray } from './array-text.ts'

const JSON_OIDS: ReadonlySet<number> = new Set([114, 3802])
const INTEGER_OIDS: ReadonlySet<number> = new Set([20, 21, 23, 26])
const TIMESTAMP_OID = 1114

export interface ParameterTarget {
  /** The type that the server wants; 0 when it is not known. */
  readonly oid: number
  readonly zone: Zone
  readonly typeName?: string
}

export function parameterText(value: Value, target: ParameterTarget): string | null {
  if (JSON_OIDS.has(target.oid) && isStructure(value)) return value === null ? null : encodeValue(value)
  if (value === null) return null
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  if (value instanceof DateTime) return dateTimeText(value, target)
  if (value instanceof Bytes) return `\\x${Buffer.from(value.bytes).toString('hex')}`
  if (isNumber(value)) return numberText(value, target.oid)
  if (isList(value)) return writeArray(value.map(item => itemText(item, target)))
  if (isMap(value) && target.typeName === 'hstore') return hstoreText(value)
  return encodeValue(value)
}

/** For a JSON parameter these are JSON; texts are taken as JSON text already. */
function isStructure(value: Value): boolean {
  return typeof value !== 'string'
}

function itemText(item: Value, target: ParameterTarget): string | null | readonly unknown[] {
  if (isList(item)) return item.map(inner => itemText(inner, target))
  return parameterText(item, { ...target, oid: 0 })
}

/** 4.0 is an integer to whoever wants one. */
function numberText(value: Value, oid: number): string {
  const plain = toPlain(value)
  if (INTEGER_OIDS.has(oid) && typeof plain === 'number' && Number.isInteger(plain)) return String(plain)
  return plainText(value)
}

const MOMENT = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?(?:Z|([+-])(\d\d):(\d\d))/

/** A moment that goes where no zone is kept becomes the local time in the task's zone. */
function dateTimeText({ type, text }: DateTime, { oid, zone }: ParameterTarget): string {
  const bare = text.replace(/\[.*\]$/, '')
  if (oid !== TIMESTAMP_OID || (type !== 'instant' && type !== 'zoned')) return bare
  const match = MOMENT.exec(bare)
  if (match === null) return bare
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map(part => Number(part ?? 0))
  const offsetMs = (Number(match[9] ?? 0) * 60 + Number(match[10] ?? 0)) * (match[8] === '-' ? -60_000 : 60_000)
  const instantMs = Date.UTC(year, month - 1, day, hour, minute, second) - offsetMs
  const local = new Date(instantMs + zoneOffsetMs(zone, instantMs)).toISOString().slice(0, 19)
  return `${local}${match[7] ?? ''}`
}

function hstoreText(map: Value): string {
  const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`
  const pairs: string[] = []
  if (isMap(map)) {
    for (const [key, item] of mapEntries(map))
      pairs.push(`${quote(key)}=>${item === null ? 'NULL' : quote(plainText(item))}`)
  }
  return pairs.join(',')
}
