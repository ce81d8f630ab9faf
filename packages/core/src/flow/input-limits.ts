// The validators of inputs, on parsed values. Bounds are inclusive, although the messages say "more than" and "after".
import { parseDuration } from '../std/duration.ts'
import { compareInstants, parseIsoDate, parseIsoInstant, parseIsoTime } from '../std/iso-time.ts'
import { isList, isMap, isNumber, mapGet } from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'
import { plainText, printValue } from '../std/value-text.ts'
import type { Input } from './flow.ts'
import { parsePattern } from './input-pattern.ts'

/** What a value breaks of its input's rules; `choices` are the rendered values of a SELECT. */
export function limitProblems(input: Input, value: Value, choices: readonly Value[] | undefined): readonly string[] {
  const { properties } = input
  switch (input.type) {
    case 'STRING':
    case 'SECRET':
      return patternProblems(properties, printValue(value))
    case 'INT':
    case 'FLOAT':
      return boundProblems(properties, ['min', 'max'], compareNumbers(value))
    case 'DURATION':
      return boundProblems(properties, ['min', 'max'], compareDurations(value))
    case 'DATE':
      return boundProblems(properties, ['after', 'before'], compareBy(parseIsoDate, value))
    case 'TIME':
      return boundProblems(properties, ['after', 'before'], compareBy(parseIsoTime, value))
    case 'DATETIME':
      return boundProblems(properties, ['after', 'before'], compareMoments(value))
    case 'ENUM':
    case 'SELECT':
      return choiceProblems(properties, [value], choices)
    case 'MULTISELECT':
      return choiceProblems(properties, isList(value) ? value : [value], choices)
    case 'FILE':
      return extensionProblems(properties, printValue(value))
    case 'ARRAY':
    case 'BOOL':
    case 'BOOLEAN':
    case 'EMAIL':
    case 'FORM':
    case 'ION':
    case 'JSON':
    case 'OBJECT':
    case 'TABLE':
    case 'URI':
    case 'YAML':
      return []
  }
}

function patternProblems(properties: ValueMap, text: string): readonly string[] {
  const source = mapGet(properties, 'validator')
  if (typeof source !== 'string') return []
  const parsed = parsePattern(source)
  if (parsed.type === 'problem') return [`the pattern \`${source}\` cannot be used: ${parsed.problem}`]
  return parsed.pattern.matches(text) ? [] : [`it must match the pattern \`${source}\``]
}

/** Negative when the value lies before the bound; undefined when the bound cannot be compared. */
type Compare = (bound: Value) => number | undefined

function boundProblems(
  properties: ValueMap,
  [low, high]: readonly [string, string],
  compare: Compare,
): readonly string[] {
  const words = low === 'min' ? ['more than', 'less than'] : ['after', 'before']
  const lower = mapGet(properties, low) ?? null
  const upper = mapGet(properties, high) ?? null
  return [
    ...(lower !== null && (compare(lower) ?? 0) < 0 ? [`it must be ${words[0]} \`${printValue(lower)}\``] : []),
    ...(upper !== null && (compare(upper) ?? 0) > 0 ? [`it must be ${words[1]} \`${printValue(upper)}\``] : []),
  ]
}

function compareNumbers(value: Value): Compare {
  return bound => Number(plainText(value)) - Number(plainText(bound))
}

function compareDurations(value: Value): Compare {
  return bound => {
    const ms = isNumber(bound) ? Number(plainText(bound)) * 1000 : parseDuration(plainText(bound))
    return ms === undefined ? undefined : Number(plainText(value)) * 1000 - ms
  }
}

function compareBy(parse: (text: string) => number | undefined, value: Value): Compare {
  return bound => {
    const limit = parse(plainText(bound))
    const own = parse(plainText(value))
    return limit === undefined || own === undefined ? undefined : own - limit
  }
}

function compareMoments(value: Value): Compare {
  return bound => {
    const limit = parseIsoInstant(plainText(bound))
    const own = parseIsoInstant(plainText(value))
    return limit === undefined || own === undefined ? undefined : compareInstants(own, limit)
  }
}

function choiceProblems(
  properties: ValueMap,
  values: readonly Value[],
  choices: readonly Value[] | undefined,
): readonly string[] {
  if (choices === undefined || mapGet(properties, 'allowCustomValue') === true) return []
  const texts = choices.map(choiceText)
  const isListed = values.every(value => texts.includes(printValue(value)))
  return isListed ? [] : [`it must match the values \`[${texts.join(', ')}]\``]
}

/** A choice is a text, or a `{label, value}` of which the value counts. */
export function choiceText(choice: Value): string {
  return printValue(isMap(choice) ? (mapGet(choice, 'value') ?? null) : choice)
}

function extensionProblems(properties: ValueMap, uri: string): readonly string[] {
  const allowed = mapGet(properties, 'allowedFileExtensions') ?? mapGet(properties, 'accept')
  if (allowed === undefined || !isList(allowed) || allowed.length === 0) return []
  const extensions = allowed.map(item => printValue(item).toLowerCase())
  const name = uri.slice(uri.lastIndexOf('/') + 1).toLowerCase()
  const isAllowed = extensions.some(extension => name.endsWith(extension))
  return isAllowed ? [] : [`it must be a file with one of the extensions \`[${extensions.join(', ')}]\``]
}
