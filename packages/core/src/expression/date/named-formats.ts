// The formats that have a name. Everything else is a pattern.
import { field, literal, optional, parsePattern } from './pattern.ts'
import type { DateStyle, Element } from './pattern.ts'

const OFFSET = field('X', 5)
const LOCAL_DATE: readonly Element[] = [field('u', 4), literal('-'), field('M', 2), literal('-'), field('d', 2)]
const LOCAL_TIME: readonly Element[] = [
  field('H', 2),
  literal(':'),
  field('m', 2),
  optional(literal(':'), field('s', 2), optional(field('.', 9))),
]
const LOCAL_DATE_TIME: readonly Element[] = [...LOCAL_DATE, literal('T'), ...LOCAL_TIME]
// The inner letter `r` is a region in brackets, and nothing for an offset.
const ZONE = field('r', 1)

const NAMED: Readonly<Record<string, readonly Element[]>> = {
  iso: parsePattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX"),
  iso_milli: parsePattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX"),
  iso_sec: parsePattern("yyyy-MM-dd'T'HH:mm:ssXXX"),
  sql: parsePattern('yyyy-MM-dd HH:mm:ss.SSSSSS'),
  sql_milli: parsePattern('yyyy-MM-dd HH:mm:ss.SSS'),
  sql_sec: parsePattern('yyyy-MM-dd HH:mm:ss'),
  iso_date_time: [...LOCAL_DATE_TIME, optional(OFFSET, ZONE)],
  iso_date: [...LOCAL_DATE, optional(OFFSET)],
  iso_time: [...LOCAL_TIME, optional(OFFSET)],
  iso_local_date: LOCAL_DATE,
  iso_local_time: LOCAL_TIME,
  iso_local_date_time: LOCAL_DATE_TIME,
  iso_offset_date: [...LOCAL_DATE, OFFSET],
  iso_offset_time: [...LOCAL_TIME, OFFSET],
  iso_offset_date_time: [...LOCAL_DATE_TIME, OFFSET],
  iso_zoned_date_time: [...LOCAL_DATE_TIME, OFFSET, ZONE],
  iso_instant: [field('I', 1)],
  iso_ordinal_date: [field('u', 4), literal('-'), field('D', 3), optional(OFFSET)],
  // The inner letters `i`, `j`, `l` count weeks by ISO, whatever the locale says.
  iso_week_date: [field('i', 4), literal('-W'), field('j', 2), literal('-'), field('l', 1), optional(OFFSET)],
  basic_iso_date: [field('u', 4), field('M', 2), field('d', 2), optional(field('X', 2))],
  rfc_1123_date_time: [field('R', 1)],
}

const STYLES: Readonly<Record<string, DateStyle>> = { full: 'full', long: 'long', medium: 'medium', short: 'short' }

/** A named format, a localized style or a pattern; a malformed pattern is a fault of kind ARGUMENT. */
export function elementsOf(format: string): readonly Element[] {
  const named = Object.hasOwn(NAMED, format) ? NAMED[format] : undefined
  if (named !== undefined) return named
  const style = Object.hasOwn(STYLES, format) ? STYLES[format] : undefined
  return style === undefined ? parsePattern(format) : [{ type: 'style', style }]
}
