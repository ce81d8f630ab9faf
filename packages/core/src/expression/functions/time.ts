import { DateTime } from '../../std/value.ts'
import type { Value } from '../../std/value.ts'
import { required, textArgument } from '../arguments.ts'
import { dayOfWeek, monthLength } from '../date/calendar.ts'
import { isHoliday } from '../date/holidays.ts'
import {
  compareInstants,
  dateTimeToInstant,
  instantFromMs,
  instantText,
  parseIsoInstant,
  toZoned,
} from '../date/instant.ts'
import type { Instant, ZonedTime } from '../date/instant.ts'
import { UTC } from '../date/zone.ts'
import type { Args, FunctionDefinition } from '../definition.ts'
import { fail } from '../fault.ts'
import { checkFormatting, formatInput } from '../filters/date.ts'
import { typeName } from '../type-name.ts'

export const TIME_FUNCTIONS: readonly FunctionDefinition[] = [
  {
    name: 'now',
    parameters: ['format', 'timeZone', 'existingFormat', 'locale'],
    needs: ['time'],
    checkArguments: checkFormatting,
    call: (args, frame) => {
      const present = new DateTime('instant', instantText(instantFromMs(frame.scope.nowMs)))
      return formatInput(present, args, frame)
    },
  },
  { name: 'dayOfWeek', parameters: ['date'], call: ([date]) => DAYS[dayOfWeek(localDay(date).epochDay) - 1] ?? null },
  { name: 'dayOfMonth', parameters: ['date'], call: ([date]) => localDay(date).day },
  { name: 'monthOfYear', parameters: ['date'], call: ([date]) => localDay(date).month },
  { name: 'hourOfDay', parameters: ['date'], call: ([date]) => localDay(date).hour },
  { name: 'isWeekend', parameters: ['date'], call: ([date]) => dayOfWeek(localDay(date).epochDay) > 5 },
  { name: 'isLastWorkingDay', parameters: ['date', 'workingDays'], call: isLastWorkingDay },
  { name: 'isDayWeekInMonth', parameters: ['date', 'dayOfWeek', 'position'], call: isDayWeekInMonth },
  {
    name: 'isPublicHoliday',
    parameters: ['date', 'countryCode', 'subDivision'],
    call: ([date, country, subDivision]) =>
      isHoliday(
        localDay(date),
        textArgument(country, 'countryCode'),
        subDivision === undefined || subDivision === null ? undefined : textArgument(subDivision, 'subDivision'),
      ),
  },
  { name: 'isDateBetween', parameters: ['date', 'after', 'before'], call: isDateBetween },
]

const DAYS: readonly string[] = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY']
const POSITIONS: readonly string[] = ['FIRST', 'SECOND', 'THIRD', 'FOURTH', 'LAST']

/** The date and time as they are written, whatever the offset behind them says. */
function localDay(date: Value | undefined): ZonedTime {
  const given = required(date, 'date')
  const text = given instanceof DateTime ? given.text : given
  if (typeof text !== 'string') return fail('VALUE', `A date is a text, not ${typeName(given)}`)
  const local = text.replace(/(?:Z|[+-]\d{1,2}(?::?\d{2}){1,2}|[+-]\d{2})(?:\[[^\]]*\])?$/i, '')
  // A bare date ends in what looks like an offset.
  const instant = (parseIsoInstant(text, UTC) && parseIsoInstant(local, UTC)) ?? parseIsoInstant(text, UTC)
  return instant === undefined ? fail('VALUE', `"${text.slice(0, 60)}" is not an ISO date`) : toZoned(instant, UTC)
}

function dayNumber(name: string, parameter: string): number {
  const index = DAYS.indexOf(name.trim().toUpperCase())
  return index < 0 ? fail('ARGUMENT', `The argument \`${parameter}\` names no day of the week: \`${name}\``) : index + 1
}

/** Whether no working day of the month comes after this one. */
function isLastWorkingDay([date, workingDays]: Args): Value {
  const { year, month, day, epochDay } = localDay(date)
  const names =
    workingDays === undefined || workingDays === null
      ? DAYS.slice(0, 5)
      : textArgument(workingDays, 'workingDays').split(',')
  const working = new Set(names.map(name => dayNumber(name, 'workingDays')))
  if (!working.has(dayOfWeek(epochDay))) return false
  for (let later = day + 1; later <= monthLength(year, month); later++) {
    if (working.has(dayOfWeek(epochDay + later - day))) return false
  }
  return true
}

function isDayWeekInMonth([date, name, position]: Args): Value {
  const { year, month, day, epochDay } = localDay(date)
  const wanted = dayNumber(textArgument(name, 'dayOfWeek'), 'dayOfWeek')
  const place = textArgument(position, 'position').trim().toUpperCase()
  const index = POSITIONS.indexOf(place)
  if (index < 0)
    return fail('ARGUMENT', `The argument \`position\` is one of ${POSITIONS.join(', ')}, not \`${place}\``)
  if (dayOfWeek(epochDay) !== wanted) return false
  return place === 'LAST' ? day + 7 > monthLength(year, month) : Math.floor((day - 1) / 7) === index
}

/** Strictly between, as moments; a date without an offset is no moment. */
function isDateBetween([date, after, before]: Args): Value {
  const moment = momentOf(date, 'date')
  return (
    compareInstants(moment, momentOf(after, 'after')) > 0 && compareInstants(moment, momentOf(before, 'before')) < 0
  )
}

function momentOf(value: Value | undefined, parameter: string): Instant {
  const given = required(value, parameter)
  const hasOffset = typeof given === 'string' && /T.*(?:Z|[+-]\d{1,2}(?::?\d{2}){0,2})(?:\[[^\]]*\])?$/i.test(given)
  const instant =
    given instanceof DateTime ? dateTimeToInstant(given, UTC) : hasOffset ? parseIsoInstant(given, UTC) : undefined
  return instant ?? fail('VALUE', `The argument \`${parameter}\` is not a date with an offset`)
}
