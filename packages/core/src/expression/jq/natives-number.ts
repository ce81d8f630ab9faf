// Mathematics. What these functions give stays a double, `2.0` for instance, as it does in the engine that flows were written for.
import { isInteger, isNumber, toDouble } from '../../std/value.ts'
import type { Value } from '../../std/value.ts'
import { toNumber } from '../arithmetic.ts'
import { narrow } from './arithmetic-jq.ts'
import { onInput, onTwoArguments } from './define-native.ts'
import type { NativeEntry } from './define-native.ts'
import { describe, raise } from './jq-error.ts'

const SIMPLE: Readonly<Record<string, (value: number) => number>> = {
  floor: Math.floor,
  ceil: Math.ceil,
  round: value => (value >= 0 ? Math.floor(value + 0.5) : -Math.floor(-value + 0.5)),
  trunc: Math.trunc,
  rint: value => (Math.abs(value % 1) === 0.5 ? 2 * Math.round(value / 2) : Math.round(value)),
  nearbyint: value => (Math.abs(value % 1) === 0.5 ? 2 * Math.round(value / 2) : Math.round(value)),
  fabs: Math.abs,
  sqrt: Math.sqrt,
  cbrt: Math.cbrt,
  exp: Math.exp,
  exp2: value => 2 ** value,
  exp10: value => 10 ** value,
  expm1: Math.expm1,
  log: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
}

export const NUMBER_NATIVES: readonly NativeEntry[] = [
  ...Object.entries(SIMPLE).map(([name, compute]) => onInput(name, input => toDouble(compute(numberOf(input))))),
  onInput('abs', input => (isInteger(input) ? (input < 0 ? -input : input) : narrow(Math.abs(numberOf(input))))),
  onInput('infinite', () => Infinity),
  onInput('nan', () => Number.NaN),
  onInput('isinfinite', input => Math.abs(numberOf(input)) === Infinity),
  onInput('isnan', input => Number.isNaN(numberOf(input))),
  onInput(
    'isnormal',
    input => Number.isFinite(numberOf(input)) && Math.abs(numberOf(input)) >= 2.2250738585072014e-308,
  ),
  onTwoArguments('pow', (_input, base, exponent) => narrow(numberOf(base) ** numberOf(exponent))),
  onTwoArguments('atan2', (_input, y, x) => toDouble(Math.atan2(numberOf(y), numberOf(x)))),
  onTwoArguments('fmin', (_input, left, right) => narrow(Math.min(numberOf(left), numberOf(right)))),
  onTwoArguments('fmax', (_input, left, right) => narrow(Math.max(numberOf(left), numberOf(right)))),
  onTwoArguments('fmod', (_input, left, right) => narrow(numberOf(left) % numberOf(right))),
]

function numberOf(value: Value): number {
  return isNumber(value) ? toNumber(value) : raise(`${describe(value)} number required`)
}
