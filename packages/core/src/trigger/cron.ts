// Cron expressions, compiled once into tables: for each field "the next value from here". Five fields, or six with the seconds first;
// names, lists, ranges, steps, nicknames, and Quartz's `L`, `L-3`, `LW`, `15W`, `5L`, `5#2`, `?`. When both day fields are restricted,
// either one matches, as in every Unix. `cron-date.ts` walks the tables.

export interface Cron {
  readonly source: string
  readonly seconds: CronField
  readonly minutes: CronField
  readonly hours: CronField
  /** Bit m for month m, 1 to 12. */
  readonly months: number
  readonly days: CronDays
  /** The hour is `*`, with or without a step: such a cron follows elapsed time when clocks change, any other one its wall time. */
  readonly isElapsed: boolean
}

/** The values of a field as a look-up: at index n the first value ≥ n and the last value ≤ n, or −1. */
export interface CronField {
  readonly next: Int8Array
  readonly previous: Int8Array
}

export interface CronDays {
  /** Bit d for day d of the month. */
  readonly ofMonth: number
  /** Days counted from the last one: 0 for `L`, 3 for `L-3`. */
  readonly fromLast: readonly number[]
  /** `15W`: the weekday nearest to the 15th; 0 stands for `LW`, the last weekday. */
  readonly nearestWeekdays: readonly number[]
  /** Bit w for weekday w, Sunday is 0. */
  readonly ofWeek: number
  /** `5L`: bit w for the last weekday w of the month. */
  readonly lastOfWeek: number
  /** `5#2`: the second Friday. */
  readonly nthOfWeek: readonly { readonly weekday: number; readonly nth: number }[]
  readonly isMonthDayRestricted: boolean
  readonly isWeekdayRestricted: boolean
}

export type CronParse =
  { readonly type: 'cron'; readonly cron: Cron } | { readonly type: 'problem'; readonly problem: string }

const CRON_LENGTH_MAX = 256
const NICKNAMES: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
])

/** Compiles a cron expression of five fields, or of six when it begins with seconds. */
export function parseCron(source: string, options: { readonly withSeconds?: boolean } = {}): CronParse {
  try {
    return { type: 'cron', cron: compile(source, options.withSeconds ?? false) }
  } catch (error) {
    if (error instanceof CronProblem) return { type: 'problem', problem: error.message }
    throw error
  }
}

/** Leaves the parser on the first problem; never seen outside of this file. */
class CronProblem extends Error {}

function compile(source: string, withSeconds: boolean): Cron {
  if (source.length > CRON_LENGTH_MAX)
    throw new CronProblem(`a cron expression has at most ${CRON_LENGTH_MAX} characters`)
  const fields = splitFields(source, withSeconds)
  const [seconds = '0', minutes = '*', hours = '*', monthDays = '*', months = '*', weekdays = '*'] = fields
  return {
    source,
    seconds: fieldOf(parseList(seconds, SECOND)),
    minutes: fieldOf(parseList(minutes, MINUTE)),
    hours: fieldOf(parseList(hours, HOUR)),
    months: maskOf(parseList(months, MONTH)),
    days: parseDays(monthDays, weekdays),
    isElapsed: hours.startsWith('*') || hours === '0-23',
  }
}

/** Always six texts, seconds first. */
function splitFields(source: string, withSeconds: boolean): readonly string[] {
  const text = source.trim()
  if (text.startsWith('@')) {
    const fields = NICKNAMES.get(text.toLowerCase())
    if (fields === undefined)
      throw new CronProblem(`unknown nickname "${text}", known are ${[...NICKNAMES.keys()].join(', ')}`)
    return ['0', ...fields.split(' ')]
  }
  const fields = text.split(/\s+/)
  const expected = withSeconds ? 6 : 5
  if (fields.length === expected) return withSeconds ? fields : ['0', ...fields]
  const hint = !withSeconds && fields.length === 6 ? ' (set withSeconds: true to begin with seconds)' : ''
  throw new CronProblem(`"${source}" has ${text === '' ? 0 : fields.length} fields instead of ${expected}${hint}`)
}

interface Range {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly names: readonly string[]
}

const SECOND: Range = { name: 'second', min: 0, max: 59, names: [] }
const MINUTE: Range = { name: 'minute', min: 0, max: 59, names: [] }
const HOUR: Range = { name: 'hour', min: 0, max: 23, names: [] }
const MONTH_DAY: Range = { name: 'day of month', min: 1, max: 31, names: [] }
const MONTH_NAMES = ['', 'JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const MONTH: Range = { name: 'month', min: 1, max: 12, names: MONTH_NAMES }
const WEEKDAY: Range = {
  name: 'day of week',
  min: 0,
  max: 7,
  names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'],
}

function parseList(text: string, range: Range): ReadonlySet<number> {
  const values = new Set<number>()
  for (const part of text.split(',')) addPart(values, part, range)
  return values
}

/** One of `*`, `?`, `5`, `5-9`, each with an optional `/step`. */
function addPart(values: Set<number>, part: string, range: Range): void {
  const match = /^(?:([*?])|([^-/]+)(?:-([^-/]+))?)(?:\/(\d+))?$/.exec(part)
  if (match === null) throw new CronProblem(`"${part}" is not valid for the ${range.name}`)
  const [, star, first, last, step] = match
  const from = star === undefined ? parseNumber(first ?? '', range) : range.min
  let to = star === undefined ? lastOf(from, last, step, range) : range.max
  // SAT-SUN: as the end of a range Sunday is the seventh day.
  if (range === WEEKDAY && to === 0 && from > 0 && last !== '0') to = 7
  if (to < from) throw new CronProblem(`the range "${part}" of the ${range.name} ends before it begins`)
  const stride = step === undefined ? 1 : Number(step)
  if (stride < 1 || stride > range.max + 1)
    throw new CronProblem(`the step of "${part}" is not between 1 and ${range.max}`)
  for (let value = from; value <= to; value += stride) values.add(range === WEEKDAY ? value % 7 : value)
}

function lastOf(from: number, last: string | undefined, step: string | undefined, range: Range): number {
  if (last !== undefined) return parseNumber(last, range)
  return step === undefined ? from : range.max
}

function parseNumber(text: string, range: Range): number {
  const named = range.names.indexOf(text.toUpperCase())
  if (named >= 0 && text !== '') return named
  const value = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN
  if (value >= range.min && value <= range.max) return value
  const names = range.names.length === 0 ? '' : ' or a name of three letters'
  throw new CronProblem(`"${text}" is not a ${range.name}, which is ${range.min} to ${range.max}${names}`)
}

function parseDays(monthDays: string, weekdays: string): CronDays {
  const plainMonthDays = new Set<number>()
  const fromLast: number[] = []
  const nearestWeekdays: number[] = []
  for (const part of monthDays.toUpperCase().split(',')) {
    const last = /^L(?:-(\d{1,2}))?$/.exec(part)
    const nearest = /^(L|\d{1,2})W$/.exec(part)
    if (last !== null) fromLast.push(offsetFromLast(last[1]))
    else if (nearest !== null) nearestWeekdays.push(nearest[1] === 'L' ? 0 : parseNumber(nearest[1] ?? '', MONTH_DAY))
    else addPart(plainMonthDays, part, MONTH_DAY)
  }
  return {
    ofMonth: maskOf(plainMonthDays),
    fromLast,
    nearestWeekdays,
    ...parseWeekdays(weekdays),
    isMonthDayRestricted: monthDays !== '*' && monthDays !== '?',
    isWeekdayRestricted: weekdays !== '*' && weekdays !== '?',
  }
}

function offsetFromLast(text: string | undefined): number {
  const offset = Number(text ?? 0)
  if (offset > 30) throw new CronProblem(`"L-${text}" is before the first day of any month`)
  return offset
}

function parseWeekdays(weekdays: string): Pick<CronDays, 'ofWeek' | 'lastOfWeek' | 'nthOfWeek'> {
  const plain = new Set<number>()
  const last = new Set<number>()
  const nthOfWeek: { weekday: number; nth: number }[] = []
  for (const part of weekdays.toUpperCase().split(',')) {
    const special = /^([A-Z]{3}|\d)(?:(#?L)|#([1-5]))$/.exec(part)
    if (special === null) {
      addPart(plain, part, WEEKDAY)
      continue
    }
    const weekday = parseNumber(special[1] ?? '', WEEKDAY) % 7
    if (special[2] === undefined) nthOfWeek.push({ weekday, nth: Number(special[3]) })
    else last.add(weekday)
  }
  return { ofWeek: maskOf(plain), lastOfWeek: maskOf(last), nthOfWeek }
}

function maskOf(values: ReadonlySet<number>): number {
  let mask = 0
  for (const value of values) mask |= 1 << value
  return mask
}

function fieldOf(values: ReadonlySet<number>): CronField {
  const size = 60
  const next = new Int8Array(size).fill(-1)
  const previous = new Int8Array(size).fill(-1)
  for (let value = size - 1, found = -1; value >= 0; value--) {
    if (values.has(value)) found = value
    next[value] = found
  }
  for (let value = 0, found = -1; value < size; value++) {
    if (values.has(value)) found = value
    previous[value] = found
  }
  return { next, previous }
}
