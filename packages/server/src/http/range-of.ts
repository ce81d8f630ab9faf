// How far back a list looks: a length of time before now.
import { parseDuration } from '@batuta/core'
import { unprocessable } from './request-error.ts'

/** Ten thousand years: what is longer leads to no date. */
const RANGE_MAX_MS = 10_000 * 366 * 24 * 60 * 60 * 1_000

/** @throws {RequestError} 422 for what is no length of time. */
export function rangeOf(value: string): number {
  const ms = parseDuration(value)
  if (ms !== undefined && Math.abs(ms) <= RANGE_MAX_MS) return ms
  throw unprocessable('date-invalid', `timeRange is "${value}": write an ISO 8601 duration such as PT24H.`)
}
