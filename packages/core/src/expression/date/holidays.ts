// Public holidays by rule: `12-25` is a fixed day, `E+1` counts from Easter Sunday, `O` from the Orthodox one, `3MON-01` is the third
// Monday of January, `-1MON-05` the last one of May. `!` moves a holiday of a weekend to the Monday after it, `~` to the nearest
// weekday. National days only, unless a subdivision is asked for.
import { fail } from '../fault.ts'
import { dayOfWeek, daysFromCivil, monthLength } from './calendar.ts'
import type { ZonedTime } from './instant.ts'

const WESTERN = '01-01 E+1 12-25'

const COUNTRIES: Readonly<Record<string, string>> = {
  AT: `${WESTERN} 01-06 05-01 E+39 E+50 E+60 08-15 10-26 11-01 12-08 12-26`,
  AU: '01-01! 01-26! E-2 E-1 E+1 04-25 12-25! 12-26!',
  BE: `${WESTERN} 05-01 E+39 E+50 07-21 08-15 11-01 11-11`,
  BR: '01-01 E-47 E-2 04-21 05-01 E+60 09-07 10-12 11-02 11-15 11-20 12-25',
  CA: '01-01! E-2 07-01! 1MON-09 12-25!',
  CH: '01-01 E+39 08-01 12-25',
  CZ: `${WESTERN} E-2 05-01 05-08 07-05 07-06 09-28 10-28 11-17 12-24 12-26`,
  DE: `${WESTERN} E-2 05-01 E+39 E+50 10-03 12-26`,
  DK: `${WESTERN} E-3 E-2 E+39 E+50 12-26`,
  ES: '01-01 01-06 E-2 05-01 08-15 10-12 11-01 12-06 12-08 12-25',
  FI: `${WESTERN} 01-06 E-2 05-01 E+39 12-06 12-26`,
  FR: `${WESTERN} 05-01 05-08 E+39 E+50 07-14 08-15 11-01 11-11`,
  GB: '01-01! E-2 1MON-05 -1MON-05 12-25! 12-26!',
  GR: '01-01 01-06 O-48 03-25 O-2 O+1 05-01 O+50 08-15 10-28 12-25 12-26',
  HU: `${WESTERN} 03-15 E-2 05-01 E+50 08-20 10-23 11-01 12-26`,
  IE: '01-01! 03-17! E+1 1MON-05 1MON-06 1MON-08 -1MON-10 12-25! 12-26!',
  IT: `${WESTERN} 01-06 04-25 05-01 06-02 08-15 11-01 12-08 12-26`,
  LU: `${WESTERN} 05-01 05-09 E+39 E+50 06-23 08-15 11-01 12-26`,
  MX: '01-01 1MON-02 3MON-03 05-01 09-16 3MON-11 12-25',
  NL: `${WESTERN} 04-27 E+39 E+50 12-26`,
  NO: `${WESTERN} E-3 E-2 05-01 05-17 E+39 E+50 12-26`,
  NZ: '01-01! 01-02! 02-06! E-2 E+1 04-25! 1MON-06 4MON-10 12-25! 12-26!',
  PL: `${WESTERN} 01-06 05-01 05-03 E+49 E+60 08-15 11-01 11-11 12-26`,
  PT: '01-01 E-2 04-25 05-01 E+60 06-10 08-15 10-05 11-01 12-01 12-08 12-25',
  SE: `${WESTERN} 01-06 E-2 05-01 E+39 06-06 12-26`,
  SK: `${WESTERN} 01-06 E-2 05-01 05-08 07-05 08-29 09-15 11-01 11-17 12-24 12-26`,
  US: '01-01~ 3MON-01 3MON-02 -1MON-05 06-19~ 07-04~ 1MON-09 2MON-10 11-11~ 4THU-11 12-25~',
  ZA: '01-01! 03-21! E-2 E+1 04-27! 05-01! 06-16! 08-09! 09-24! 12-16! 12-25! 12-26!',
}

const SUBDIVISIONS: Readonly<Record<string, string>> = {
  'DE-BW': '01-06 E+60 11-01',
  'DE-BY': '01-06 E+60 08-15 11-01',
  'DE-BE': '03-08',
  'DE-BB': 'E+0 E+49 10-31',
  'DE-HB': '10-31',
  'DE-HE': 'E+60',
  'DE-HH': '10-31',
  'DE-MV': '03-08 10-31',
  'DE-NI': '10-31',
  'DE-NW': 'E+60 11-01',
  'DE-RP': 'E+60 11-01',
  'DE-SL': 'E+60 08-15 11-01',
  'DE-SN': '10-31',
  'DE-ST': '01-06 10-31',
  'DE-SH': '10-31',
  'DE-TH': '09-20 10-31',
  'GB-ENG': 'E+1 -1MON-08',
  'GB-WLS': 'E+1 -1MON-08',
  'GB-NIR': '03-17! E+1 07-12! -1MON-08',
  'GB-SCT': '01-02! 1MON-08 11-30!',
  'FR-57': 'E-2 12-26',
  'FR-67': 'E-2 12-26',
  'FR-68': 'E-2 12-26',
}

export function isHoliday(date: ZonedTime, countryCode: string, subDivision: string | undefined): boolean {
  const country = countryCode.trim().toUpperCase()
  const rules = Object.hasOwn(COUNTRIES, country) ? COUNTRIES[country] : undefined
  if (rules === undefined)
    return fail('ARGUMENT', `There is no calendar of public holidays for the country \`${countryCode}\``)
  const part = `${country}-${(subDivision ?? '').trim().toUpperCase().replace(`${country}-`, '')}`
  const more = Object.hasOwn(SUBDIVISIONS, part) ? (SUBDIVISIONS[part] ?? '') : ''
  const days = `${rules} ${more}`
    .trim()
    .split(' ')
    .map(rule => dayOfRule(rule, date.year))
  return days.includes(date.epochDay)
}

const WEEKDAYS: readonly string[] = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN']

function dayOfRule(rule: string, year: number): number {
  const fixed = /^(\d\d)-(\d\d)([!~]?)$/.exec(rule)
  if (fixed !== null) return moved(daysFromCivil(year, Number(fixed[1]), Number(fixed[2])), fixed[3] ?? '')
  const easter = /^([EO])([+-]\d+)$/.exec(rule)
  if (easter !== null) return (easter[1] === 'E' ? easterSunday(year) : orthodoxEaster(year)) + Number(easter[2])
  const [, count = '1', weekday = 'MON', month = '1'] = /^(-?\d)([A-Z]{3})-(\d\d)$/.exec(rule) ?? []
  return nthWeekday(year, Number(month), WEEKDAYS.indexOf(weekday) + 1, Number(count))
}

function moved(day: number, mark: string): number {
  const weekday = dayOfWeek(day)
  if (mark === '!' && weekday > 5) return day + (8 - weekday)
  if (mark === '~' && weekday === 6) return day - 1
  return mark === '~' && weekday === 7 ? day + 1 : day
}

function nthWeekday(year: number, month: number, weekday: number, count: number): number {
  if (count > 0) {
    const first = daysFromCivil(year, month, 1)
    return first + ((weekday - dayOfWeek(first) + 7) % 7) + (count - 1) * 7
  }
  const last = daysFromCivil(year, month, monthLength(year, month))
  return last - ((dayOfWeek(last) - weekday + 7) % 7)
}

/** The Gregorian computus of Meeus, Jones and Butcher. */
function easterSunday(year: number): number {
  const golden = year % 19
  const century = Math.floor(year / 100)
  const ofCentury = year % 100
  const correction = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3)
  const epact = (19 * golden + century - Math.floor(century / 4) - correction + 15) % 30
  const weekday = (32 + 2 * (century % 4) + 2 * Math.floor(ofCentury / 4) - epact - (ofCentury % 4)) % 7
  const shift = Math.floor((golden + 11 * epact + 22 * weekday) / 451)
  const total = epact + weekday - 7 * shift + 114
  return daysFromCivil(year, Math.floor(total / 31), (total % 31) + 1)
}

/** The Julian computus, in days of the Gregorian calendar. */
function orthodoxEaster(year: number): number {
  const epact = (19 * (year % 19) + 15) % 30
  const weekday = (2 * (year % 4) + 4 * (year % 7) - epact + 34) % 7
  const total = epact + weekday + 114
  const shift = Math.floor(year / 100) - Math.floor(year / 400) - 2
  return daysFromCivil(year, Math.floor(total / 31), (total % 31) + 1) + shift
}
