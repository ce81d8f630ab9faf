// Time zones by the rules that `Intl` knows: no table of our own, and the same in a browser.
import { remember } from '../../std/remember.ts'
import { Fault } from '../fault.ts'

export interface Zone {
  /** As Java prints it: `Europe/Paris`, `Z`, `+02:00`, `UTC+03:00`. */
  readonly id: string
  /** Set for a zone that never changes its offset. */
  readonly fixedOffset: number | undefined
  /** Seconds east of Greenwich at a moment given in epoch seconds. */
  offsetAt(seconds: number): number
}

const OFFSET = /^([+-])(\d{1,2})(?::?(\d{2})(?::?(\d{2}))?)?$/
const PREFIXED_OFFSET = /^(UTC|GMT|UT)([+-].+)$/
const HOURS_MAX = 18

export const UTC: Zone = fixedZone('UTC', 0)

/** Region ids, `UTC`, `GMT`, `Z`, `+02:00`, `UTC+3`; anything else is a fault of kind ARGUMENT. */
export const parseZone: (text: string) => Zone = remember(200, text => {
  if (text === 'Z' || text === 'z') return fixedZone('Z', 0)
  if (text === 'UTC' || text === 'GMT' || text === 'UT') return fixedZone(text, 0)
  const offset = parseOffset(text)
  if (offset !== undefined) return fixedZone(offset === 0 ? 'Z' : offsetId(offset), offset)
  const prefixed = PREFIXED_OFFSET.exec(text)
  const suffix = prefixed?.[2] === undefined ? undefined : parseOffset(prefixed[2])
  if (suffix !== undefined) return fixedZone(`${prefixed?.[1] ?? ''}${suffix === 0 ? '' : offsetId(suffix)}`, suffix)
  return regionZone(text)
})

export function fixedZone(id: string, offset: number): Zone {
  return { id, fixedOffset: offset, offsetAt: () => offset }
}

/** Seconds, or undefined when the text is no offset between −18 and +18 hours. */
export function parseOffset(text: string): number | undefined {
  const match = OFFSET.exec(text)
  if (match === null) return undefined
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = match
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  if (Number(minutes) > 59 || Number(seconds) > 59 || size > HOURS_MAX * 3600) return undefined
  return sign === '-' ? 0 - size : size
}

export function offsetId(offset: number): string {
  if (offset === 0) return 'Z'
  const size = Math.abs(offset)
  const seconds = size % 60 === 0 ? '' : `:${pad2(size % 60)}`
  return `${offset < 0 ? '-' : '+'}${pad2(Math.floor(size / 3600))}:${pad2(Math.floor(size / 60) % 60)}${seconds}`
}

export function pad2(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}

/** Ids that Java refuses although `Intl` takes them. */
const REFUSED: ReadonlySet<string> = new Set(['EST', 'MST', 'HST'])

function regionZone(text: string): Zone {
  if (REFUSED.has(text) || !/^[A-Za-z][A-Za-z0-9~/._+-]+$/.test(text)) throw unknownZone(text)
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: text, timeZoneName: 'longOffset' })
  } catch (cause) {
    throw new Fault('ARGUMENT', `There is no time zone \`${text}\``, { cause })
  }
  // Ids are case-sensitive in Java, and `Intl` answers with its own spelling or another name of the same zone.
  const resolved = format.resolvedOptions().timeZone
  if (resolved !== text && resolved.toLowerCase() === text.toLowerCase()) throw unknownZone(text)
  return { id: text, fixedOffset: undefined, offsetAt: rememberOffsets(format) }
}

function unknownZone(text: string): Fault {
  return new Fault('ARGUMENT', `There is no time zone \`${text}\``)
}

const QUARTER_HOUR = 900
const OFFSETS_REMEMBERED_MAX = 2000

/** Rules change on quarters of an hour at the finest since 1972; older offsets are asked for exactly. */
function rememberOffsets(format: Intl.DateTimeFormat): (seconds: number) => number {
  const offsets = new Map<number, number>()
  return seconds => {
    const slot = seconds < 0 ? seconds : seconds - (seconds % QUARTER_HOUR)
    const known = offsets.get(slot)
    if (known !== undefined) return known
    if (offsets.size >= OFFSETS_REMEMBERED_MAX) offsets.clear()
    const offset = readOffset(format, slot)
    offsets.set(slot, offset)
    return offset
  }
}

const MILLIS_MAX = 8.64e15

function readOffset(format: Intl.DateTimeFormat, seconds: number): number {
  const millis = Math.max(-MILLIS_MAX, Math.min(MILLIS_MAX, seconds * 1000))
  const name = format.formatToParts(millis).find(part => part.type === 'timeZoneName')?.value ?? 'GMT'
  return parseOffset(name.replace('GMT', '').replace('\u2212', '-')) ?? 0
}

/** The moment of a local time: a gap moves it forward, an overlap takes the offset from before the change. */
export function localToSeconds(localSeconds: number, zone: Zone): number {
  if (zone.fixedOffset !== undefined) return localSeconds - zone.fixedOffset
  const before = zone.offsetAt(localSeconds - 86_400)
  const after = zone.offsetAt(localSeconds + 86_400)
  if (before === after) return refine(localSeconds, before, zone)
  const early = localSeconds - before
  if (zone.offsetAt(early) === before) return early
  const late = localSeconds - after
  return zone.offsetAt(late) === after ? late : early
}

/** Guards against a zone that changed and changed back within the two days looked at. */
function refine(localSeconds: number, offset: number, zone: Zone): number {
  const seconds = localSeconds - offset
  const actual = zone.offsetAt(seconds)
  return actual === offset ? seconds : localSeconds - actual
}
