// The arguments of a question, by name: what is missing or of another kind is refused with its name.
import {
  BatutaError,
  isInteger,
  isList,
  isMap,
  isTruthyText,
  mapGet,
  printValue,
  type Value,
  type ValueMap,
} from '@batuta/core'

export function textOf(args: ValueMap, name: string): string {
  const text = optionalText(args, name)
  if (text === undefined) throw new BatutaError('question-malformed', `The argument "${name}" is missing.`)
  return text
}

export function optionalText(args: ValueMap, name: string): string | undefined {
  const value = valueOf(args, name)
  return value === null ? undefined : printValue(value)
}

/** Null when it is absent. */
export function valueOf(args: ValueMap, name: string): Value {
  return mapGet(args, name) ?? null
}

export function flagOf(args: ValueMap, name: string, otherwise: boolean): boolean {
  const text = optionalText(args, name)
  return text === undefined ? otherwise : isTruthyText(text)
}

export function optionalInteger(args: ValueMap, name: string): number | undefined {
  const value = valueOf(args, name)
  return isInteger(value) ? Number(value) : undefined
}

export function optionalTexts(args: ValueMap, name: string): readonly string[] | undefined {
  const value = valueOf(args, name)
  return isList(value) ? value.map(printValue) : undefined
}

export function mapOf(args: ValueMap, name: string): ValueMap {
  const value = valueOf(args, name)
  return isMap(value) ? value : {}
}
