import { isMap, mapEntries } from '../../std/value.ts'
import type { Value, ValueMap } from '../../std/value.ts'
import { plainText } from '../../std/value-text.ts'
import { integerArgument, required, stringArgument, stringInput, textArgument } from '../arguments.ts'
import { isTrue } from '../compare.ts'
import type { Args, FilterDefinition } from '../definition.ts'
import { fail } from '../fault.ts'
import type { Fuel } from '../fuel.ts'
import { checkRegex, extractGroup, javaReplaceAll, javaSplit, matchesAnywhere } from '../text/java-regex.ts'
import { mapTexts } from './text.ts'
import { typeName } from '../type-name.ts'

export const REGEX_FILTERS: readonly FilterDefinition[] = [
  {
    name: 'replace',
    parameters: ['replace_pairs', 'regexp'],
    apply: (input, [pairs, regexp], { fuel }) => (input === null ? null : replace(input, pairs, regexp, fuel)),
  },
  {
    name: 'regexMatch',
    parameters: ['regex'],
    checkArguments: checkFirst,
    apply: (input, [regex], { fuel }) =>
      input !== null && matchesAnywhere(plainText(input), textArgument(regex, 'regex'), fuel),
  },
  {
    name: 'regexReplace',
    parameters: ['regex', 'replacement'],
    checkArguments: checkFirst,
    apply: (input, [regex, replacement], { fuel }) => {
      if (input === null) return null
      const wanted = textArgument(regex, 'regex')
      return javaReplaceAll(plainText(input), wanted, textArgument(replacement, 'replacement'), fuel)
    },
  },
  {
    name: 'regexExtract',
    parameters: ['regex', 'group'],
    checkArguments: checkFirst,
    apply: (input, [regex, group], { fuel }) => {
      if (input === null) return null
      const wanted = textArgument(regex, 'regex')
      return extractGroup(plainText(input), wanted, group === undefined ? 0 : integerArgument(group, 'group'), fuel)
    },
  },
  {
    name: 'split',
    parameters: ['delimiter', 'limit'],
    checkArguments: checkFirst,
    apply: (input, [delimiter, limit], { fuel }) => {
      if (input === null) return null
      const count = limit === undefined || limit === null ? 0 : integerArgument(limit, 'limit')
      const regex = stringArgument(delimiter, 'delimiter')
      return javaSplit(stringInput(input, 'split'), regex, count, fuel)
    },
  },
]

function checkFirst([regex]: Args): void {
  if (typeof regex === 'string') checkRegex(regex)
}

/** The pairs one after another, each on what the one before it left. */
function replace(input: Value, pairs: Value | undefined, regexp: Value | undefined, fuel: Fuel): Value {
  const given = required(pairs, 'replace_pairs')
  if (!isMap(given)) return fail('ARGUMENT', `The argument \`replace_pairs\` is a map, not ${typeName(given)}`)
  const isRegex = regexp !== undefined && regexp !== null && isTrue(regexp)
  return mapTexts(input, text => replaceAll(text, given, isRegex, fuel), fuel)
}

function replaceAll(text: string, pairs: ValueMap, isRegex: boolean, fuel: Fuel): string {
  let result = text
  for (const [from, to] of mapEntries(pairs)) {
    fuel.spend(1 + (result.length >> 6))
    result = isRegex
      ? javaReplaceAll(result, from, plainText(to), fuel)
      : replaceLiteral(result, from, plainText(to), fuel)
  }
  return result
}

function replaceLiteral(text: string, from: string, to: string, fuel: Fuel): string {
  const parts = text.split(from)
  fuel.checkText(text.length + parts.length * to.length)
  return parts.join(to)
}
