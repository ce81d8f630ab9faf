// Moments as the binary formats keep them: so many days, or units of a second, since 1970. Counted in nanoseconds and in integers without
// bound, so that nothing is rounded.
import { DateTime, TaskError } from '@batuta/plugin-sdk'
import { offsetOfMoment } from './moment.ts'
import type { Moment } from './moment.ts'
import type { Zone } from './zone.ts'

export const NANOS_A_DAY = 86_400_000_000_000n
const NANOS_A_MS = 1_000_000n

/** Nanoseconds since 1970 on a clock that shows the fields, wherever it hangs. Undefined when the moment has no date. */
export function localNanos(moment: Moment): bigint | undefined {
  const { year, month, day, hour = 0, minute = 0, second = 0, nanos = 0 } = moment
  if (year === undefined || month === undefined || day === undefined) return undefined
  const date = new Date(Date.UTC(2000, month - 1, day, hour, minute, second))
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day)
    throw new TaskError(`there is no day ${year}-${month}-${day}`)
  return BigInt(date.getTime()) * NANOS_A_MS + BigInt(nanos)
}

/** Nanoseconds since 1970 in UTC; without an offset of its own the moment is one of the zone. */
export function instantNanos(moment: Moment, zone: Zone): bigint | undefined {
  const local = localNanos(moment)
  if (local === undefined) return undefined
  return local - BigInt(moment.offsetMs ?? offsetOfMoment(moment, zone)) * NANOS_A_MS
}

/** Since midnight. */
export function dayNanos({ hour, minute = 0, second = 0, nanos = 0 }: Moment): bigint | undefined {
  return hour === undefined ? undefined : BigInt(hour * 3600 + minute * 60 + second) * 1_000_000_000n + BigInt(nanos)
}

export function instantOf(nanos: bigint): DateTime {
  return new DateTime('instant', `${localText(nanos)}Z`)
}

export function localDateTimeOf(nanos: bigint): DateTime {
  return new DateTime('local-date-time', localText(nanos))
}

export function localDateOf(days: bigint): DateTime {
  return new DateTime('local-date', localText(days * NANOS_A_DAY).replace(/T.*$/, ''))
}

export function localTimeOf(nanos: bigint): DateTime {
  return new DateTime('local-time', localText(floorMod(nanos, NANOS_A_DAY)).replace(/^.*T/, ''))
}

const MS_MAX = 8_640_000_000_000_000n

function localText(nanos: bigint): string {
  const fraction = floorMod(nanos, 1_000_000_000n)
  const ms = (nanos - fraction) / NANOS_A_MS
  if (ms > MS_MAX || ms < -MS_MAX) throw new TaskError(`a moment ${nanos} ns from 1970 is beyond what dates can say`)
  const text = new Date(Number(ms)).toISOString().replace(/\.\d+Z$/, '')
  if (fraction === 0n) return text
  const digits = String(fraction).padStart(9, '0')
  return `${text}.${digits.endsWith('000000') ? digits.slice(0, 3) : digits.endsWith('000') ? digits.slice(0, 6) : digits}`
}

export function floorMod(value: bigint, by: bigint): bigint {
  const rest = value % by
  return rest < 0n ? rest + by : rest
}

export function floorDiv(value: bigint, by: bigint): bigint {
  return (value - floorMod(value, by)) / by
}
