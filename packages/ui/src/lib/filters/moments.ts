// Moments and lengths as people type them: `-24h`, `today`, `monday`, `2026-11-20`, `5m`, `PT5M`.

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}
const LENGTH = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+$/
const ISO = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']

/** `5m`, `1h30m`, `PT5M` → milliseconds. */
export function parseLengthMs(text: string): number | undefined {
  const iso = ISO.exec(text.toUpperCase())
  if (iso && text.length > 2) {
    const [w = 0, d = 0, h = 0, m = 0, s = 0] = iso.slice(1).map(part => Number(part ?? 0))
    return w * 604_800_000 + d * 86_400_000 + h * 3_600_000 + m * 60_000 + s * 1_000
  }
  if (!LENGTH.test(text)) return undefined
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)].reduce(
    (sum, [, amount, unit = '']) => sum + Number(amount) * (UNITS_MS[unit] ?? 0),
    0,
  )
}

/** Milliseconds → `PT1H30M`. */
export function isoLengthOf(ms: number): string {
  const [hours, minutes, seconds] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, (ms % 60_000) / 1_000]
  const time = [
    [hours, 'H'],
    [minutes, 'M'],
    [seconds, 'S'],
  ].flatMap(([amount, unit]) => (amount === 0 ? [] : [`${amount}${unit}`]))
  return time.length === 0 ? 'PT0S' : `PT${time.join('')}`
}

/** Milliseconds → `1h30m`, the way one types it. */
export function shortLengthOf(ms: number): string {
  const parts: string[] = []
  let left = ms
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
    ['ms', 1],
  ] as const) {
    const amount = Math.floor(left / size)
    if (amount > 0) parts.push(`${amount}${unit}`)
    left -= amount * size
  }
  return parts.length === 0 ? '0s' : parts.join('')
}

/** A moment as it was typed → epoch milliseconds, by the clock and the calendar of this browser. */
export function parseMomentMs(text: string, nowMs: number): number | undefined {
  const word = text.trim().toLowerCase()
  if (word === 'now') return nowMs
  if (word === 'today') return startOfDay(nowMs, 0)
  if (word === 'yesterday') return startOfDay(nowMs, -1)
  if (word === 'tomorrow') return startOfDay(nowMs, 1)
  const weekday = WEEKDAYS.indexOf(word)
  if (weekday >= 0) return startOfDay(nowMs, -((new Date(nowMs).getDay() - weekday + 7) % 7))
  const sign = /^([+-])(.+)$/.exec(word)
  const length = sign && parseLengthMs(sign[2] ?? '')
  if (sign && length !== null && length !== undefined) return sign[1] === '-' ? nowMs - length : nowMs + length
  if (/^\d{4}-\d{2}-\d{2}$/.test(word)) return new Date(`${word}T00:00:00`).getTime()
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? undefined : ms
}

function startOfDay(nowMs: number, days: number): number {
  const date = new Date(nowMs)
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime()
}
