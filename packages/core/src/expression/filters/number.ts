import { Decimal, Double, Float, isNumber, toDouble } from '../../std/value.ts'
import type { Value } from '../../std/value.ts'
import { optionalString, stringInput } from '../arguments.ts'
import { toNumber } from '../arithmetic.ts'
import type { FilterDefinition } from '../definition.ts'
import { fail } from '../fault.ts'
import { formatDecimal } from '../text/decimal-format.ts'
import { parseDecimalPattern } from '../text/decimal-pattern.ts'
import { readJavaNumber } from '../text/java-number.ts'
import { typeName } from '../type-name.ts'

export const NUMBER_FILTERS: readonly FilterDefinition[] = [
  { name: 'abs', parameters: [], apply: absolute },
  {
    name: 'number',
    parameters: ['type'],
    apply: (input, [type]) =>
      input === null ? null : readJavaNumber(stringInput(input, 'number'), optionalString(type, 'type')),
  },
  {
    name: 'numberFormat',
    parameters: ['format'],
    checkArguments: ([format]) => {
      if (typeof format === 'string') parseDecimalPattern(format)
    },
    apply: (input, [format], { scope }) => {
      if (input === null) return null
      if (!isNumber(input)) return fail('TYPE', `\`numberFormat\` works on numbers, not on ${typeName(input)}`)
      return formatDecimal(input, optionalString(format, 'format'), scope.locale)
    },
  },
]

function absolute(input: Value): Value {
  if (!isNumber(input)) return fail('TYPE', `\`abs\` works on numbers, not on ${typeName(input)}`)
  if (typeof input === 'bigint') return input < 0n ? -input : input
  if (input instanceof Decimal) return new Decimal(input.unscaled < 0n ? -input.unscaled : input.unscaled, input.scale)
  const size = Math.abs(toNumber(input))
  if (input instanceof Float) return new Float(size)
  return input instanceof Double ? toDouble(size) : size
}
