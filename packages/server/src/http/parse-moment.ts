import { unprocessable } from './request-error.ts'

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?$/

/** `2031-04-05T06:07:08.009+02:00`, in UTC when it has no offset, as epoch milliseconds. */
export function parseMoment(text: string, name: string): number {
  // A plus sign that was not encoded arrives as a blank.
  const repaired = text.trim().replace(' ', '+')
  const match = MOMENT.exec(repaired)
  const ms = match === null ? Number.NaN : Date.parse(match[1] === undefined ? `${repaired}Z` : repaired)
  if (Number.isNaN(ms))
    throw unprocessable('date-invalid', `${name} is "${text}": write a date such as 2031-04-05T06:07:08Z.`)
  return ms
}
