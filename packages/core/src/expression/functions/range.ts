import { isInteger, isNumber } from '../../std/value.ts'
import type { Value } from '../../std/value.ts'
import { toNumber } from '../arithmetic.ts'
import type { Args, FunctionDefinition } from '../definition.ts'
import { fail } from '../fault.ts'
import type { Fuel } from '../fuel.ts'
import { typeName } from '../type-name.ts'

const RANGE_MAX = 1_000_000

export const RANGE_FUNCTIONS: readonly FunctionDefinition[] = [
  {
    name: 'range',
    parameters: ['start', 'end', 'increment'],
    call: ([start, end, increment]: Args, { fuel }) => makeRange(start ?? null, end ?? null, increment ?? 1, fuel),
  },
]

/** Both ends included; numbers are cut to integers, two single characters count by code unit. */
export function makeRange(start: Value, end: Value, increment: Value, fuel: Fuel): readonly Value[] {
  if (!isNumber(increment)) return fail('ARGUMENT', `The increment of a range is a number, not ${typeName(increment)}`)
  const step = Math.trunc(toNumber(increment))
  if (step === 0) return fail('ARGUMENT', 'The increment of a range cannot be 0')
  if (isNumber(start) && isNumber(end)) return count(truncate(start), truncate(end), step, fuel)
  if (isCharacter(start) && isCharacter(end)) {
    const codes = count(start.charCodeAt(0), end.charCodeAt(0), step, fuel)
    return codes.map(code => String.fromCharCode(code))
  }
  return fail('ARGUMENT', 'A range needs two numbers or two single characters as its ends')
}

function truncate(value: Value): number {
  if (isInteger(value)) return Number(value)
  return isNumber(value) ? Math.trunc(toNumber(value)) : Number.NaN
}

function isCharacter(value: Value): value is string {
  return typeof value === 'string' && value.length === 1
}

function count(start: number, end: number, step: number, fuel: Fuel): readonly number[] {
  const length = Math.floor((end - start) / step) + 1
  if (!(length > 0)) return []
  if (length > RANGE_MAX) return fail('LIMIT', `A range of ${length} elements; at most ${RANGE_MAX} are allowed`)
  fuel.spend(length)
  return Array.from({ length }, (_, index) => start + index * step)
}
