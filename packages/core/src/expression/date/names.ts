// Names of months, days, eras, quarters and zones in the language of a locale, from the platform's own tables.
import { remember } from '../../std/remember.ts'
import { fail } from '../fault.ts'
import type { WeekRule } from './calendar.ts'
import type { ZonedTime } from './instant.ts'
import { abbreviationOf } from './zone-names.ts'

export type Width = 'short' | 'long' | 'narrow'

/** `en`, `de_DE`, `pt-BR`: the spelling of `Intl`, or a fault of kind ARGUMENT. */
export function parseLocale(text: string): string {
  const match = /^([a-z]{2,3})(?:[_-]([A-Z]{2}|\d{3})?)?(?:[_-](\w+))?$/.exec(text)
  if (match === null) return fail('ARGUMENT', `\`${text}\` is not a locale such as \`en\` or \`de_DE\``)
  return match[2] === undefined ? (match[1] ?? text) : `${match[1]}-${match[2]}`
}

const formatter: (key: string) => Intl.DateTimeFormat = remember(300, key => {
  const [locale = 'en', options = '{}'] = key.split('\n')
  const parsed: Intl.DateTimeFormatOptions = JSON.parse(options)
  return new Intl.DateTimeFormat(locale, { timeZone: 'UTC', calendar: 'gregory', numberingSystem: 'latn', ...parsed })
})

export function formatterFor(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return formatter(`${locale}\n${JSON.stringify(options)}`)
}

function partOf(locale: string, options: Intl.DateTimeFormatOptions, type: string, ms: number): string {
  const parts = formatterFor(locale, options).formatToParts(ms)
  return parts.find(part => part.type === type)?.value ?? ''
}

const MONTH_MS = (month: number): number => Date.UTC(2024, month - 1, 15)
/** 1 is Monday; the first of January 2024 was one. */
const WEEKDAY_MS = (weekday: number): number => Date.UTC(2024, 0, weekday)

/** `isAlone`: as it stands without a day beside it, which makes a difference in Slavic languages. */
export function monthName(month: number, width: Width, isAlone: boolean, locale: string): string {
  const options: Intl.DateTimeFormatOptions = isAlone ? { month: width } : { month: width, day: 'numeric' }
  const name = partOf(locale, options, 'month', MONTH_MS(month))
  // Some languages write a number and a word, which are two parts.
  return /^\d+$/.test(name) ? formatterFor(locale, { month: width }).format(MONTH_MS(month)) : name
}

export function weekdayName(weekday: number, width: Width, locale: string): string {
  return partOf(locale, { weekday: width }, 'weekday', WEEKDAY_MS(weekday))
}

export function eraName(year: number, width: Width, locale: string): string {
  return partOf(locale, { era: width, year: 'numeric' }, 'era', Date.UTC(year > 0 ? 2024 : -10, 5, 1))
}

export function halfDayName(hour: number, locale: string): string {
  const options: Intl.DateTimeFormatOptions = { hour: 'numeric', hourCycle: 'h12' }
  return partOf(locale, options, 'dayPeriod', Date.UTC(2024, 0, 1, hour)).replace(/\u202f/g, ' ')
}

export function dayPeriodName(hour: number, width: Width, locale: string): string {
  const options: Intl.DateTimeFormatOptions = { hour: 'numeric', hourCycle: 'h12', dayPeriod: width }
  return partOf(locale, options, 'dayPeriod', Date.UTC(2024, 0, 1, hour))
}

interface QuarterNames {
  readonly short: string
  readonly long: (quarter: number) => string
}

const ENGLISH_QUARTERS: QuarterNames = {
  short: 'Q',
  long: quarter => `${['1st', '2nd', '3rd', '4th'][quarter - 1] ?? ''} quarter`,
}

/** `Intl` knows no quarters. */
const QUARTERS: Readonly<Record<string, QuarterNames>> = {
  en: ENGLISH_QUARTERS,
  de: { short: 'Q', long: quarter => `${quarter}. Quartal` },
  fr: { short: 'T', long: quarter => `${quarter}${quarter === 1 ? 'er' : 'e'} trimestre` },
  es: { short: 'T', long: quarter => `${quarter}.${quarter === 1 || quarter === 3 ? 'er' : 'º'} trimestre` },
  it: { short: 'T', long: quarter => `${quarter}º trimestre` },
  pt: { short: 'T', long: quarter => `${quarter}º trimestre` },
  nl: { short: 'K', long: quarter => `${quarter}e kwartaal` },
  id: { short: 'K', long: quarter => `Kuartal ke-${quarter}` },
}

export function quarterName(quarter: number, width: Width, locale: string): string {
  if (width === 'narrow') return String(quarter)
  const language = locale.split('-')[0] ?? 'en'
  const names = (Object.hasOwn(QUARTERS, language) ? QUARTERS[language] : undefined) ?? ENGLISH_QUARTERS
  return width === 'long' ? names.long(quarter) : `${names.short}${quarter}`
}

type ZoneNameStyle = NonNullable<Intl.DateTimeFormatOptions['timeZoneName']>

export function zoneName(
  time: ZonedTime,
  style: 'short' | 'long' | 'shortGeneric' | 'longGeneric',
  locale: string,
): string {
  const { zone, instant } = time
  if (zone.fixedOffset !== undefined && zone.id !== 'UTC' && zone.id !== 'GMT') return zone.id
  if (zone.id === 'UTC' || zone.id === 'GMT') {
    if (style === 'short' || style === 'shortGeneric') return zone.id
    return zone.id === 'GMT' ? 'Greenwich Mean Time' : zonePart('UTC', 'long', locale, 0)
  }
  const ms = instant.seconds * 1000
  const name = zonePart(zone.id, style, locale, ms)
  if (style !== 'short' || !/\d/.test(name)) return name
  const english = zonePart(zone.id, 'long', 'en-US', ms)
  return abbreviationOf(english) ?? name
}

function zonePart(timeZone: string, timeZoneName: ZoneNameStyle, locale: string, ms: number): string {
  return partOf(locale, { timeZone, timeZoneName }, 'timeZoneName', ms)
}

const SUNDAY_REGIONS =
  'US CA MX BR CO PE VE JP KR TW HK MO IN PK BD NP TH PH ID IL ZA SA SG KE ET ZW BZ DO GT HN JM NI PA PR SV'
const SATURDAY_REGIONS = 'AE AF BH DJ DZ EG IQ IR JO KW LY OM QA SD SY'
const FOUR_DAY_REGIONS =
  'AD AN AT AX BE BG CH CZ DE DK ES FI FJ FO FR GB GF GG GI GP GR HU IE IM IS IT JE LI LT LU MC MQ NL NO PL PT RE RU SE SJ SK SM VA EE'

/** Languages without a region count weeks as Java does for their likeliest country. */
const LIKELY_REGIONS: Readonly<Record<string, string>> = {
  en: 'US',
  ja: 'JP',
  ko: 'KR',
  pt: 'BR',
  zh: 'CN',
  hi: 'IN',
  id: 'ID',
  da: 'DK',
  sv: 'SE',
  cs: 'CZ',
  el: 'GR',
  et: 'EE',
  nb: 'NO',
  he: 'IL',
  ar: 'EG',
}

export function weekRule(locale: string): WeekRule {
  const [language = 'en', given] = locale.split('-')
  const region = given ?? LIKELY_REGIONS[language] ?? language.toUpperCase()
  const isIn = (regions: string): boolean => regions.split(' ').includes(region)
  const firstDay = isIn(SUNDAY_REGIONS) ? 7 : isIn(SATURDAY_REGIONS) ? 6 : 1
  return { firstDay, minimalDays: isIn(FOUR_DAY_REGIONS) ? 4 : 1 }
}
