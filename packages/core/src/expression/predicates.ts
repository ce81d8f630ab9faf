// The tests after `is` and `is not`.
import { decodeFirstValue } from '../std/value-json.ts'
import { BatutaError } from '../std/errors.ts'
import { isInteger, isList, isMap } from '../std/value.ts'
import type { Value } from '../std/value.ts'
import { isEmpty } from './compare.ts'
import { byName } from './definition.ts'
import type { TestDefinition } from './definition.ts'
import { fail } from './fault.ts'
import { typeName } from './type-name.ts'

const definitions: readonly TestDefinition[] = [
  { name: 'defined', parameters: [], absorbsUndefined: true, holds: input => input !== null },
  { name: 'null', parameters: [], holds: input => input === null },
  { name: 'empty', parameters: [], holds: isEmpty },
  { name: 'even', parameters: [], holds: input => isDivisibleBy2(input, 'even') },
  { name: 'odd', parameters: [], holds: input => !isDivisibleBy2(input, 'odd') },
  { name: 'iterable', parameters: [], holds: isList },
  { name: 'map', parameters: [], holds: isMap },
  { name: 'json', parameters: [], holds: isJson },
]

export const PREDICATES: ReadonlyMap<string, TestDefinition> = byName(definitions)

function isDivisibleBy2(value: Value, test: string): boolean {
  if (!isInteger(value)) return fail('TYPE', `\`is ${test}\` needs an integer, not ${typeName(value)}`)
  return typeof value === 'bigint' ? value % 2n === 0n : value % 2 === 0
}

/** A text that is one whole JSON value. */
function isJson(value: Value): boolean {
  if (typeof value !== 'string') return fail('TYPE', `\`is json\` needs a text, not ${typeName(value)}`)
  try {
    return value.slice(decodeFirstValue(value).end).trim() === ''
  } catch (error) {
    if (error instanceof BatutaError) return false
    throw error
  }
}
