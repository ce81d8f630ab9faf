// From the bytes of a column to a value. Types by the number that the protocol gives them.
import type { FieldPacket } from 'mysql2'
import { Bytes, DateTime, Float } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import {
  momentAt,
  readDate,
  readDecimal,
  readDouble,
  readInteger,
  readJson,
  readTime,
  readTimestamp,
  zoneOffsetMs,
} from '@batuta/sql-kit'
import type { Zone } from '@batuta/sql-kit'

export interface MysqlReading {
  readonly hasTinyBooleans: boolean
  /** Whose clocks the server shows. */
  readonly serverZone: Zone | undefined
  /** Whose clocks the task wants. */
  readonly zone: Zone
}

export type ReadColumn = (bytes: Buffer) => Value

const BINARY_CHARSET = 63

export function columnReader(field: FieldPacket, reading: MysqlReading): ReadColumn {
  switch (field.columnType) {
    case 0:
    case 246:
      return bytes => readDecimal(latin1(bytes))
    case 1:
      if (field.columnLength === 1 && reading.hasTinyBooleans) return bytes => latin1(bytes) !== '0'
      return bytes => readInteger(latin1(bytes))
    case 2:
    case 3:
    case 8:
    case 9:
    case 13:
      return bytes => readInteger(latin1(bytes))
    case 4:
      return bytes => new Float(Number(latin1(bytes)))
    case 5:
      return bytes => readDouble(latin1(bytes))
    case 7:
      return bytes => readServerTime(latin1(bytes), reading)
    case 10:
    case 14:
      return bytes => readDate(latin1(bytes))
    case 11:
      return bytes => readTime(latin1(bytes))
    case 12:
      return bytes => readTimestamp(latin1(bytes))
    case 16:
      return field.columnLength === 1 ? bytes => bytes[0] === 1 : toBytes
    case 245:
      return bytes => readJson(bytes.toString('utf8'))
    default:
      return field.characterSet === BINARY_CHARSET ? toBytes : bytes => bytes.toString('utf8')
  }
}

function toBytes(bytes: Buffer): Value {
  return new Bytes(new Uint8Array(bytes))
}

/** A moment, which the server shows as the clocks of the session do. */
function readServerTime(text: string, { serverZone, zone }: MysqlReading): Value {
  const local = readTimestamp(text)
  if (serverZone === undefined || !(local instanceof DateTime)) return local
  const localMs = Date.parse(`${local.text.slice(0, 19)}Z`)
  const guess = localMs - zoneOffsetMs(serverZone, localMs)
  return momentAt(localMs - zoneOffsetMs(serverZone, guess), zone, local.text.slice(19))
}

function latin1(bytes: Buffer): string {
  return bytes.toString('latin1')
}
