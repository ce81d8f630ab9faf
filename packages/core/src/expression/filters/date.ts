import { isInteger, isNumber, toInteger } from '../../std/value.ts'
import type { Value } from '../../std/value.ts'
import { optionalString, required, stringArgument } from '../arguments.ts'
import { toNumber } from '../arithmetic.ts'
import { formatDate } from '../date/format-date.ts'
import { toZoned } from '../date/instant.ts'
import type { Instant, ZonedTime } from '../date/instant.ts'
import { parseLocale } from '../date/names.ts'
import { elementsOf } from '../date/named-formats.ts'
import type { Element } from '../date/pattern.ts'
import { readDate } from '../date/read-date.ts'
import { checkUnit, shiftDate } from '../date/shift-date.ts'
import { parseZone } from '../date/zone.ts'
import type { Zone } from '../date/zone.ts'
import type { Args, FilterDefinition } from '../definition.ts'
import { fail } from '../fault.ts'
import type { Frame } from '../frame.ts'
import { typeName } from '../type-name.ts'

export const DATE_FILTERS: readonly FilterDefinition[] = [
  {
    name: 'date',
    parameters: ['format', 'timeZone', 'existingFormat', 'locale'],
    checkArguments: checkFormatting,
    apply: (input, args, frame) => (input === null ? null : formatInput(input, args, frame)),
  },
  {
    name: 'dateAdd',
    parameters: ['amount', 'unit', 'format', 'timeZone', 'existingFormat', 'locale'],
    checkArguments: ([, unit, ...formatting]) => {
      if (typeof unit === 'string') checkUnit(unit)
      checkFormatting(formatting)
    },
    apply: (input, args, frame) => (input === null ? null : addToDate(input, args, frame)),
  },
  timestampFilter('timestamp', ({ seconds }) => seconds),
  timestampFilter('timestampMilli', instant => toInteger(nanosOf(instant) / 1_000_000n)),
  timestampFilter('timestampMicro', instant => String(nanosOf(instant) / 1000n)),
  timestampFilter('timestampNano', instant => String(nanosOf(instant))),
]

/** Patterns, zones and locales that are written into the flow can be judged when it is saved. */
export function checkFormatting([format, timeZone, existingFormat, locale]: Args): void {
  for (const pattern of [format, existingFormat]) {
    if (typeof pattern === 'string') checkPattern(elementsOf(pattern), pattern)
  }
  if (typeof timeZone === 'string') parseZone(timeZone)
  if (typeof locale === 'string') parseLocale(locale)
}

/** `YYYY` is the year of the week: right on 360 days and wrong around New Year. */
function checkPattern(elements: readonly Element[], pattern: string): void {
  const letters = new Set(elements.flatMap(element => (element.type === 'field' ? [element.letter] : [])))
  if (letters.has('Y') && !letters.has('w')) {
    fail('ARGUMENT', `The pattern \`${pattern}\` shows the year of the week; for the year of the date write \`yyyy\``)
  }
}

/** Also what `now` does with the present moment. */
export function formatInput(input: Value, args: Args, frame: Frame): string {
  const [format, timeZone, existingFormat, locale] = args
  const { zone, instant } = read(input, timeZone, existingFormat, frame)
  return print(toZoned(instant, zone), format, locale, frame)
}

function read(
  input: Value,
  timeZone: Value | undefined,
  existingFormat: Value | undefined,
  { scope }: Frame,
): { readonly zone: Zone; readonly instant: Instant } {
  const zone = parseZone(optionalString(timeZone, 'timeZone') ?? scope.zone)
  const form = optionalString(existingFormat, 'existingFormat')
  return { zone, instant: readDate(input, { zone, existingFormat: form, locale: scope.locale }) }
}

const DEFAULT_FORMAT = 'iso'

function print(time: ZonedTime, format: Value | undefined, locale: Value | undefined, { scope }: Frame): string {
  const language = optionalString(locale, 'locale')
  const wanted = optionalString(format, 'format') ?? DEFAULT_FORMAT
  return formatDate(time, wanted, language === undefined ? scope.locale : parseLocale(language))
}

function addToDate(input: Value, args: Args, frame: Frame): string {
  const [amount, unit, format, timeZone, existingFormat, locale] = args
  const count = amountOf(required(amount, 'amount'))
  const wanted = stringArgument(unit, 'unit')
  const { zone, instant } = read(input, timeZone, existingFormat, frame)
  return print(toZoned(shiftDate(instant, count, wanted, zone), zone), format, locale, frame)
}

/** Integers of any width, numbers cut to integers, and texts that spell one. */
function amountOf(amount: Value): number | bigint {
  if (isInteger(amount)) return amount
  if (isNumber(amount)) return Math.trunc(toNumber(amount))
  if (typeof amount === 'string' && /^[+-]?\d+$/.test(amount)) return toInteger(BigInt(amount.replace('+', '')))
  return fail('ARGUMENT', `The argument \`amount\` has to be an integer, not ${typeName(amount)}`)
}

function timestampFilter(name: string, toResult: (instant: Instant) => Value): FilterDefinition {
  return {
    name,
    parameters: ['timeZone', 'existingFormat'],
    apply: (input, [timeZone, existingFormat], frame) =>
      input === null ? null : toResult(read(input, timeZone, existingFormat, frame).instant),
  }
}

function nanosOf({ seconds, nanos }: Instant): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(nanos)
}
