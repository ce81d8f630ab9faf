// Milliseconds of an ISO 8601 duration as Java reads them; undefined when the text is none.
const PART = '([+-]?\\d+(?:[.,]\\d{0,9})?)'
const PATTERN = new RegExp(
  `^([+-]?)P(?:${PART}Y)?(?:${PART}M)?(?:${PART}W)?(?:${PART}D)?(?:T(?:${PART}H)?(?:${PART}M)?(?:${PART}S)?)?$`,
  'i',
)
const SECOND_MS = 1000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const UNITS_MS: readonly number[] = [365 * DAY_MS, 30 * DAY_MS, 7 * DAY_MS, DAY_MS, HOUR_MS, 60 * SECOND_MS, SECOND_MS]
const LENGTH_MAX = 100

export function parseDuration(text: string): number | undefined {
  const match = text.length > LENGTH_MAX ? null : PATTERN.exec(text)
  if (match === null || /[PT]$/i.test(text)) return undefined
  const parts = match.slice(2).map(part => Number((part ?? '0').replace(',', '.')))
  const total = parts.reduce((sum, part, at) => sum + part * (UNITS_MS[at] ?? 0), 0)
  if (!Number.isFinite(total)) return undefined
  return match[1] === '-' ? -total : total
}
