// The buckets of a chart: spans of equal length that begin where people expect it: days at midnight of their zone.
import { findZone, parseDuration, zoneOffsetMs, type Zone } from '@batuta/core'
import { unprocessable } from './request-error.ts'

export interface Bucket {
  readonly startMs: number
  readonly endMs: number
}

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const WIDTHS: readonly number[] = [
  SECOND,
  5 * SECOND,
  10 * SECOND,
  30 * SECOND,
  MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  7 * DAY,
  30 * DAY,
]
const BUCKETS_WANTED = 80
const BUCKETS_MAX = 1_000

export interface BucketWish {
  readonly fromMs: number
  readonly toMs: number
  /** ISO 8601. */
  readonly bucket?: string
  readonly zone?: string
}

/** In order and without gaps; the first may begin before the range, the last may end behind it. */
export function bucketsOf({ fromMs, toMs, bucket, zone }: BucketWish): readonly Bucket[] {
  if (toMs <= fromMs) throw unprocessable('date-invalid', 'The range of time is empty: it ends before it begins.')
  const widthMs = bucket === undefined ? widthFor(toMs - fromMs) : widthOf(bucket)
  if ((toMs - fromMs) / widthMs > BUCKETS_MAX)
    throw unprocessable(
      'bucket-invalid',
      `That would be more than ${BUCKETS_MAX} buckets: ask for longer ones, or for less time.`,
    )
  const place = getZone(zone)
  const buckets: Bucket[] = []
  for (let startMs = floorTo(fromMs, widthMs, place); startMs < toMs;) {
    const endMs = nextOf(startMs, widthMs, place)
    buckets.push({ startMs, endMs })
    startMs = endMs
  }
  return buckets
}

export function getZone(id = 'UTC'): Zone {
  const zone = findZone(id)
  if (!zone)
    throw unprocessable('zone-invalid', `There is no time zone "${id.slice(0, 100)}": write one such as Europe/Madrid.`)
  return zone
}

/** Counts by this span add up to those of the buckets. */
export function slotOf(buckets: readonly Bucket[]): number {
  const steps = buckets.flatMap(({ startMs, endMs }) => [startMs, endMs])
  return [15 * MINUTE, MINUTE].find(width => steps.every(ms => ms % width === 0)) ?? SECOND
}

/** The bucket that the moment lies in. */
export function bucketAt(buckets: readonly Bucket[], atMs: number): number | undefined {
  let low = 0
  let high = buckets.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const bucket = buckets[middle]
    if (!bucket) return undefined
    if (atMs < bucket.startMs) high = middle - 1
    else if (atMs >= bucket.endMs) low = middle + 1
    else return middle
  }
  return undefined
}

function widthFor(rangeMs: number): number {
  return WIDTHS.find(width => rangeMs / width <= BUCKETS_WANTED) ?? Math.ceil(rangeMs / BUCKETS_WANTED / DAY) * DAY
}

function widthOf(bucket: string): number {
  const ms = parseDuration(bucket)
  if (ms === undefined || ms < SECOND)
    throw unprocessable(
      'bucket-invalid',
      `bucket is "${bucket}": write an ISO 8601 duration of at least a second, such as PT15M or P1D.`,
    )
  return Math.round(ms / SECOND) * SECOND
}

function floorTo(atMs: number, widthMs: number, zone: Zone): number {
  const offset = zoneOffsetMs(zone, atMs)
  return instantOf(Math.floor((atMs + offset) / widthMs) * widthMs, offset, widthMs, zone)
}

/** Days are as long as the clocks of the zone make them. */
function nextOf(startMs: number, widthMs: number, zone: Zone): number {
  if (widthMs < DAY) return startMs + widthMs
  return floorTo(startMs + widthMs + widthMs / 2, widthMs, zone)
}

function instantOf(localMs: number, offset: number, widthMs: number, zone: Zone): number {
  const atMs = localMs - offset
  return widthMs < DAY ? atMs : localMs - zoneOffsetMs(zone, atMs)
}
