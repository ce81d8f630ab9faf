// What filters and functions demand of their arguments, worded the same everywhere.
import { isInteger, isList, isMap, isNumber } from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'
import { plainText } from '../std/value-text.ts'
import { toNumber } from './arithmetic.ts'
import { fail } from './fault.ts'
import { typeName } from './type-name.ts'

type Given = Value | undefined

/** Given and not null. */
export function required(value: Given, parameter: string): Exclude<Value, null> {
  if (value === undefined || value === null) return fail('ARGUMENT', `The argument \`${parameter}\` is missing`)
  return value
}

/** The text of whatever was given. */
export function textArgument(value: Given, parameter: string): string {
  return plainText(required(value, parameter))
}

/** A text and nothing else. */
export function stringArgument(value: Given, parameter: string): string {
  const given = required(value, parameter)
  return typeof given === 'string'
    ? given
    : fail('ARGUMENT', `The argument \`${parameter}\` has to be a text, not ${typeName(given)}`)
}

export function optionalString(value: Given, parameter: string): string | undefined {
  return value === undefined || value === null ? undefined : stringArgument(value, parameter)
}

/** An integer, or a number cut to one. */
export function integerArgument(value: Given, parameter: string): number {
  const given = required(value, parameter)
  if (isInteger(given)) return Number(given)
  if (isNumber(given)) return Math.trunc(toNumber(given))
  return fail('ARGUMENT', `The argument \`${parameter}\` has to be a number, not ${typeName(given)}`)
}

export function stringInput(value: Value, filter: string): string {
  return typeof value === 'string' ? value : fail('TYPE', `\`${filter}\` works on texts, not on ${typeName(value)}`)
}

export function listInput(value: Value, filter: string): readonly Value[] {
  return isList(value) ? value : fail('TYPE', `\`${filter}\` works on lists, not on ${typeName(value)}`)
}

export function mapInput(value: Value, filter: string): ValueMap {
  return isMap(value) ? value : fail('TYPE', `\`${filter}\` works on maps, not on ${typeName(value)}`)
}
