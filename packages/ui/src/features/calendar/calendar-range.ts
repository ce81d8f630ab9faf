// Which days a view shows, by the calendar of this browser. Weeks begin on Monday.

export type CalendarView = 'month' | 'week' | 'day'

export interface CalendarRange {
  readonly fromMs: number
  readonly toMs: number
  /** The days, each by the moment at which it begins. */
  readonly days: readonly number[]
}

/** `2026-11-22`, by the clock of this browser. */
export function dateOf(ms: number): string {
  const date = new Date(ms)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** The beginning of a day; of today where the text is no date. */
export function parseDay(text: string | undefined, nowMs: number): number {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text ?? '')
  const [year, month, day] = (parts ?? []).slice(1).map(Number)
  if (year !== undefined && month !== undefined && day !== undefined) return new Date(year, month - 1, day).getTime()
  const now = new Date(nowMs)
  return new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime()
}

export function rangeOf(view: CalendarView, atMs: number): CalendarRange {
  const at = new Date(atMs)
  if (view === 'day') return daysFrom(atMs, 1)
  const first = view === 'week' ? at : new Date(at.getFullYear(), at.getMonth(), 1)
  const monday = addDays(first.getTime(), -((first.getDay() + 6) % 7))
  if (view === 'week') return daysFrom(monday, 7)
  const last = new Date(at.getFullYear(), at.getMonth() + 1, 0).getTime()
  const weeks = Math.ceil((Math.round((last - monday) / DAY_MS) + 1) / 7)
  return daysFrom(monday, weeks * 7)
}

/** One view further, or back. */
export function moveBy(view: CalendarView, atMs: number, step: 1 | -1): number {
  if (view === 'day') return addDays(atMs, step)
  if (view === 'week') return addDays(atMs, 7 * step)
  const at = new Date(atMs)
  return new Date(at.getFullYear(), at.getMonth() + step, 1).getTime()
}

const DAY_MS = 86_400_000

function daysFrom(fromMs: number, count: number): CalendarRange {
  const days = Array.from({ length: count }, (_, index) => addDays(fromMs, index))
  return { fromMs, toMs: addDays(fromMs, count), days }
}

/** Days are not all of the same length. */
function addDays(ms: number, count: number): number {
  const date = new Date(ms)
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + count, date.getHours()).getTime()
}
