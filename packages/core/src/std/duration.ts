// ISO 8601 durations as Java reads them: `PT1H30M`, `P1DT2H`, `PT0.5S`, `PT-6H`, `-PT1M`, and the calendar forms `P1Y2M3W4D`.
// Lower case is fine. A month counts 30 days and a year 365: a timer has no calendar at hand, and nobody retries by the month.

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** No duration in a flow is longer than this many characters; longer texts are not looked at. */
const DURATION_LENGTH_MAX = 100

const NUMBER = '([+-]?\\d+)'
const PATTERN = new RegExp(
  `^([+-]?)P(?:${NUMBER}Y)?(?:${NUMBER}M)?(?:${NUMBER}W)?(?:${NUMBER}D)?` +
    `(T(?:${NUMBER}H)?(?:${NUMBER}M)?(?:([+-]?\\d+)(?:[.,](\\d{0,9}))?S)?)?$`,
  'i',
)

/** Milliseconds of an ISO 8601 duration, with a fraction when it is finer than that; undefined when the text is none. */
export function parseDuration(text: string): number | undefined {
  if (text.length > DURATION_LENGTH_MAX) return undefined
  const match = PATTERN.exec(text.trim())
  if (match === null) return undefined
  const [, sign, years, months, weeks, days, time, hours, minutes, seconds, fraction] = match
  const isEmpty = [years, months, weeks, days, hours, minutes, seconds].every(part => part === undefined)
  if (isEmpty || time?.length === 1) return undefined
  const secondsMs = Number(seconds ?? 0) * SECOND_MS + fractionMs(seconds, fraction)
  const total =
    Number(years ?? 0) * 365 * DAY_MS +
    Number(months ?? 0) * 30 * DAY_MS +
    Number(weeks ?? 0) * 7 * DAY_MS +
    Number(days ?? 0) * DAY_MS +
    Number(hours ?? 0) * HOUR_MS +
    Number(minutes ?? 0) * MINUTE_MS +
    secondsMs
  if (!Number.isFinite(total)) return undefined
  return sign === '-' && total !== 0 ? -total : total
}

/** Java's spelling of a duration: hours, minutes and seconds, no days: `PT26H`, `PT1M30.5S`, `PT0S`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return 'PT0S'
  const micros = Math.round(Math.abs(ms) * 1000)
  const hours = Math.floor(micros / (HOUR_MS * 1000))
  const minutes = Math.floor((micros % (HOUR_MS * 1000)) / (MINUTE_MS * 1000))
  const seconds = (micros % (MINUTE_MS * 1000)) / 1_000_000
  const sign = ms < 0 ? '-' : ''
  const parts = [
    hours === 0 ? '' : `${sign}${hours}H`,
    minutes === 0 ? '' : `${sign}${minutes}M`,
    seconds === 0 ? '' : `${sign}${plainNumber(seconds)}S`,
  ]
  return `PT${parts.join('')}`
}

/** `-0` seconds with a fraction are negative too, so the sign is read from the text. */
function fractionMs(seconds: string | undefined, fraction: string | undefined): number {
  if (fraction === undefined || fraction === '') return 0
  const ms = Number(`0.${fraction}`) * SECOND_MS
  return seconds?.startsWith('-') ? -ms : ms
}

function plainNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(6).replace(/0+$/, '')
}
