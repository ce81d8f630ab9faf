// A cron expression as a sentence, as exactly as the expression: `0 2 * * 1-5` is “at 02:00, Monday to Friday”. What does not fit a sentence is told
// part by part; what is no cron expression is undefined.

const NICKNAMES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
const FIELD = /^(?:\?|[0-9A-Za-z*/,\-#L]+)$/

export function cronWords(cron: string): string | undefined {
  const text = cron.trim()
  const parts = (NICKNAMES[text.toLowerCase()] ?? text).split(/\s+/)
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = parts.length === 6 ? parts.slice(1) : parts
  if (parts.length < 5 || parts.length > 6 || !parts.every(part => FIELD.test(part))) return undefined
  const seconds = parts.length === 6 ? (parts[0] ?? '0') : '0'
  const time = timeWords({ seconds, minute, hour })
  const date = dateWords({ day, month, weekday })
  if (time === undefined || date === undefined) return undefined
  const every = date === '' && time.startsWith('at ') ? `every day ${time}` : time
  return [every, date].filter(part => part !== '').join(', ')
}

interface Time {
  readonly seconds: string
  readonly minute: string
  readonly hour: string
}

function timeWords({ seconds, minute, hour }: Time): string | undefined {
  const second = seconds === '0' ? '' : `at second ${seconds} of it`
  if (isEach(seconds) && isEach(minute) && isEach(hour)) return 'every second'
  const step = stepOf(minute)
  if (isNumber(minute) && isList(hour)) {
    const times = hour
      .split(',')
      .map(each => `${pad(each)}:${pad(minute)}${isNumber(seconds) && seconds !== '0' ? `:${pad(seconds)}` : ''}`)
    return `at ${andList(times)}`
  }
  const minutes = isEach(minute)
    ? 'every minute'
    : step !== undefined
      ? `every ${step} minutes`
      : isNumber(minute) && isEach(hour)
        ? `every hour at :${pad(minute)}`
        : isNumber(minute) && stepOf(hour) !== undefined
          ? `every ${stepOf(hour) ?? ''} hours at :${pad(minute)}`
          : `at minute ${spoken(minute, String)}`
  const hours = isEach(hour) || (isNumber(minute) && stepOf(hour) !== undefined) ? '' : hourWords(hour)
  return [minutes, hours, second].filter(part => part !== '').join(', ')
}

function hourWords(hour: string): string {
  const step = stepOf(hour)
  if (step !== undefined) return `in every ${ordinal(Number(step))} hour`
  if (isNumber(hour)) return `from ${pad(hour)}:00 to ${pad(hour)}:59`
  const range = /^(\d+)-(\d+)$/.exec(hour)
  if (range) return `from ${pad(range[1] ?? '')}:00 to ${pad(range[2] ?? '')}:59`
  return `in hour ${spoken(hour, pad)}`
}

interface CronDate {
  readonly day: string
  readonly month: string
  readonly weekday: string
}

function dateWords({ day, month, weekday }: CronDate): string | undefined {
  const days = isEach(day) ? '' : dayWords(day)
  const weekdays = isEach(weekday) ? '' : weekdayWords(weekday)
  const months = isEach(month) ? '' : `in ${spoken(month, nameOfMonth)}`
  const on = days !== '' && weekdays !== '' ? `${days} and ${weekdays}` : `${days}${weekdays}`
  return [on, months].filter(part => part !== '').join(' ')
}

function dayWords(day: string): string {
  if (day.toUpperCase() === 'L') return 'on the last day of the month'
  const step = stepOf(day)
  if (step !== undefined) return `every ${step} days`
  return isNumber(day) ? `on the ${ordinal(Number(day))}` : `on day ${spoken(day, String)}`
}

function weekdayWords(weekday: string): string {
  const nth = /^(\w+)#(\d)$/.exec(weekday)
  if (nth) return `on the ${ordinal(Number(nth[2]))} ${nameOfDay(nth[1] ?? '')}`
  const last = /^(\w+)L$/i.exec(weekday)
  if (last && !isName(weekday)) return `on the last ${nameOfDay(last[1] ?? '')}`
  if (weekday.includes('-') && !weekday.includes(',')) return spoken(weekday, nameOfDay)
  return `on ${spoken(weekday, nameOfDay)}`
}

/** Lists, ranges and steps of a field: `1-5,10/2`. */
function spoken(field: string, name: (value: string) => string): string {
  const items = field.split(',').map(item => {
    const [range = '', step] = item.split('/')
    const ends = range.split('-')
    const whole =
      ends.length === 2 ? `${name(ends[0] ?? '')} to ${name(ends[1] ?? '')}` : isEach(range) ? 'any' : name(range)
    return step === undefined ? whole : `${whole} in steps of ${step}`
  })
  return andList(items)
}

function nameOfDay(value: string): string {
  const index = isNumber(value) ? Number(value) % 7 : DAYS.findIndex(day => startsLike(day, value))
  return DAYS[index] ?? value
}

function nameOfMonth(value: string): string {
  const index = isNumber(value) ? Number(value) - 1 : MONTHS.findIndex(month => startsLike(month, value))
  return MONTHS[index] ?? value
}

function isName(value: string): boolean {
  return DAYS.some(day => startsLike(day, value))
}

function startsLike(name: string, value: string): boolean {
  return value.length >= 3 && name.toLowerCase().startsWith(value.toLowerCase())
}

function stepOf(field: string): string | undefined {
  return /^(?:\*|0)\/(\d+)$/.exec(field)?.[1]
}

function isEach(field: string): boolean {
  return field === '*' || field === '?' || field === '*/1'
}

function isNumber(field: string): boolean {
  return /^\d+$/.test(field)
}

function isList(field: string): boolean {
  return /^\d+(?:,\d+)*$/.test(field)
}

function pad(value: string): string {
  return value.padStart(2, '0')
}

function andList(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`
}

function ordinal(value: number): string {
  const tens = value % 100
  const ending = tens > 10 && tens < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][value % 10] ?? 'th')
  return `${value}${ending}`
}
