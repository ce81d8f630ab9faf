import { isNumber, toDouble } from '../../std/value.ts'
import type { Value } from '../../std/value.ts'
import { toNumber } from '../arithmetic.ts'
import { brokenDown, formatTime, parseTime, toSeconds } from './dates-jq.ts'
import { onArgument, onInput } from './define-native.ts'
import type { NativeEntry } from './define-native.ts'
import { describe, raise } from './jq-error.ts'
import type { Env } from './run-time-jq.ts'

const ISO = '%Y-%m-%dT%H:%M:%SZ'

export const DATE_NATIVES: readonly NativeEntry[] = [
  onInput('now', (_input, { run }) => toDouble(run.nowMs / 1000)),
  onInput('gmtime', brokenDown),
  onInput('localtime', brokenDown),
  onInput('mktime', toSeconds),
  onArgument('strftime', (input, format) => formatTime(input, format)),
  onArgument('strflocaltime', (input, format) => formatTime(input, format)),
  onArgument('strptime', (input, format, { run }) => parseTime(input, format, run.fuel)),
  onInput('todate', input => formatTime(secondsOf(input), ISO)),
  onInput('todateiso8601', input => formatTime(secondsOf(input), ISO)),
  onInput('date', input => formatTime(secondsOf(input), ISO)),
  onInput('fromdate', fromDate),
  onInput('fromdateiso8601', fromDate),
]

function secondsOf(input: Value): Value {
  return isNumber(input) ? Math.floor(toNumber(input)) : raise(`${describe(input)} is not a number of seconds`)
}

function fromDate(input: Value, { run }: Env): Value {
  return toSeconds(parseTime(input, ISO, run.fuel))
}
