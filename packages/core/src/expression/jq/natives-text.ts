// Texts, and regular expressions over them.
import { isInteger, isList, isMap, isNumber, mapEntries } from '../../std/value.ts'
import type { Value } from '../../std/value.ts'
import { plainText } from '../../std/value-text.ts'
import { toNumber } from '../arithmetic.ts'
import type { Fuel } from '../fuel.ts'
import type { RegexMatch } from '../text/java-regex.ts'
import { trimText } from '../text/java-text.ts'
import { narrow, splitText } from './arithmetic-jq.ts'
import { computed } from './compile-jq.ts'
import { onArgument, onFilters, onInput, onTwoArguments } from './define-native.ts'
import type { NativeEntry } from './define-native.ts'
import { describe, jqType, raise } from './jq-error.ts'
import { matchesOf, matchToValue, namedCaptures } from './match-jq.ts'
import type { Filter } from './run-time-jq.ts'
import { fromJson, toJson, toText } from './text-jq.ts'

export const TEXT_NATIVES: readonly NativeEntry[] = [
  onInput('type', jqType),
  onInput('tostring', (input, { run }) => toText(input, run.fuel)),
  onInput('tojson', (input, { run }) => toJson(input, run.fuel)),
  onInput('fromjson', input => fromJson(stringOf(input, 'parsed as JSON'))),
  onInput('tonumber', toNumberValue),
  onInput('ascii_downcase', input => stringOf(input, 'exploded').replace(/[A-Z]/g, letter => letter.toLowerCase())),
  onInput('ascii_upcase', input => stringOf(input, 'exploded').replace(/[a-z]/g, letter => letter.toUpperCase())),
  onInput('explode', input => Array.from(stringOf(input, 'exploded'), character => character.codePointAt(0) ?? 0)),
  onInput('implode', implode),
  onInput('ascii', input => (isInteger(input) ? String.fromCharCode(Number(input)) : raise('ascii needs a number'))),
  onInput('trim', input => trimText(stringOf(input, 'trimmed'))),
  onInput('ltrim', input => stringOf(input, 'trimmed').trimStart()),
  onInput('rtrim', input => stringOf(input, 'trimmed').trimEnd()),
  onArgument('startswith', (input, text) => {
    const [whole, part] = pairOf(input, text, 'startswith')
    return whole.startsWith(part)
  }),
  onArgument('endswith', (input, text) => {
    const [whole, part] = pairOf(input, text, 'endswith')
    return whole.endsWith(part)
  }),
  onArgument('ltrimstr', (input, text) =>
    typeof input === 'string' && typeof text === 'string' && input.startsWith(text) ? input.slice(text.length) : input,
  ),
  onArgument('rtrimstr', (input, text) =>
    typeof input === 'string' && typeof text === 'string' && text !== '' && input.endsWith(text)
      ? input.slice(0, -text.length)
      : input,
  ),
  onArgument('split', (input, separator, { run }) => {
    if (typeof input !== 'string' || typeof separator !== 'string')
      return raise('split input and separator must be strings')
    return splitText(input, separator, run.fuel)
  }),
  onTwoArguments('split', (input, regex, flags, { run }) => splitByMatches(input, regex, flags, run.fuel)),
  onArgument('join', (input, separator, { run }) => join(input, separator, run.fuel)),
  onArgument('test', (input, wanted, { run }) => matchesOf(input, ...regexAndFlags(wanted), run.fuel).length > 0),
  onTwoArguments('test', (input, regex, flags, { run }) => matchesOf(input, regex, flags, run.fuel).length > 0),
  onFilters('match', 1, wanted => emitMatches(wanted, undefined, matchToValue)),
  onFilters('match', 2, (regex, flags) => emitMatches(regex, flags, matchToValue)),
  onFilters('capture', 1, wanted => emitMatches(wanted, undefined, namedCaptures)),
  onFilters('capture', 2, (regex, flags) => emitMatches(regex, flags, namedCaptures)),
  onFilters('scan', 1, regex => emitMatches(regex, undefined, scanned, 'g')),
  onFilters('scan', 2, (regex, flags) => emitMatches(regex, flags, scanned, 'g')),
  onFilters('splits', 1, regex => emitSplits(regex, undefined)),
  onFilters('splits', 2, emitSplits),
  onFilters('sub', 2, (regex, replacement) => compileSub(regex, replacement, undefined, '')),
  onFilters('sub', 3, (regex, replacement, flags) => compileSub(regex, replacement, flags, '')),
  onFilters('gsub', 2, (regex, replacement) => compileSub(regex, replacement, undefined, 'g')),
  onFilters('gsub', 3, (regex, replacement, flags) => compileSub(regex, replacement, flags, 'g')),
]

function stringOf(input: Value, action: string): string {
  return typeof input === 'string' ? input : raise(`${describe(input)} cannot be ${action}, as it is not a string`)
}

function pairOf(input: Value, text: Value, name: string): readonly [string, string] {
  if (typeof input === 'string' && typeof text === 'string') return [input, text]
  return raise(`${name}() requires string inputs`)
}

function toNumberValue(input: Value): Value {
  if (isNumber(input)) return input
  if (typeof input !== 'string') return raise(`${describe(input)} cannot be parsed as a number`)
  const text = input.trim()
  const isNumeric = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)
  return isNumeric ? narrow(Number(text)) : raise(`Cannot parse "${input.slice(0, 40)}" as a number`)
}

function implode(input: Value): string {
  if (!isList(input)) return raise('implode input must be an array')
  const codes = input.map(code =>
    isNumber(code) && toNumber(code) >= 0 && toNumber(code) <= 0x10ffff
      ? toNumber(code)
      : raise('implode needs code points'),
  )
  return codes.map(code => String.fromCodePoint(Math.trunc(code))).join('')
}

/** Nulls count as nothing, numbers and booleans as their text. */
function join(input: Value, separator: Value, fuel: Fuel): Value {
  const items = isList(input) ? input : isMap(input) ? Array.from(mapEntries(input), ([, item]) => item) : undefined
  if (items === undefined) return raise(`Cannot iterate over ${jqType(input)}`)
  if (separator !== null && typeof separator !== 'string' && items.length > 1) {
    return raise(`${describe(separator)} cannot join texts`)
  }
  const texts = items.map(item => {
    if (item === null) return ''
    if (isList(item) || isMap(item)) return raise(`string and ${describe(item)} cannot be added`)
    return plainText(item)
  })
  const joined = texts.join(typeof separator === 'string' ? separator : '')
  fuel.checkText(joined.length)
  return joined
}

/** `test("re")` and `test(["re", "flags"])`. */
function regexAndFlags(wanted: Value): readonly [Value, Value] {
  if (!isList(wanted)) return [wanted, null]
  return wanted.length > 0 ? [wanted[0] ?? null, wanted[1] ?? null] : raise(`${describe(wanted)} not a string or array`)
}

function emitMatches(
  regex: Filter,
  flags: Filter | undefined,
  toValue: (input: string, match: RegexMatch) => Value,
  moreFlags = '',
): Filter {
  return withMatches(regex, flags, moreFlags, (input, matches, emit) => {
    for (const match of matches) emit(toValue(input, match))
  })
}

type UseMatches = (input: string, matches: readonly RegexMatch[], emit: (value: Value) => void) => void

function withMatches(regex: Filter, flags: Filter | undefined, moreFlags: string, use: UseMatches): Filter {
  return (input, path, env, emit) => {
    const run = (wanted: Value, letters: Value): void => {
      const all = typeof letters === 'string' || letters === null ? (letters ?? '') + moreFlags : letters
      const matches = matchesOf(input, wanted, all, env.run.fuel)
      use(typeof input === 'string' ? input : '', matches, value => emit(value, computed(path)))
    }
    if (flags === undefined) regex(input, undefined, env, value => run(...regexAndFlags(value)))
    else flags(input, undefined, env, letters => regex(input, undefined, env, wanted => run(wanted, letters)))
  }
}

function scanned(input: string, { start, end, groups }: RegexMatch): Value {
  if (groups.length === 0) return input.slice(start, end)
  return groups.map(group => (group.start < 0 ? null : input.slice(group.start, group.end)))
}

function emitSplits(regex: Filter, flags: Filter | undefined): Filter {
  return withMatches(regex, flags, 'g', (input, matches, emit) => {
    for (const part of partsBetween(input, matches)) emit(part)
  })
}

function splitByMatches(input: Value, regex: Value, flags: Value, fuel: Fuel): Value {
  const letters = flags === null || typeof flags === 'string' ? `${flags ?? ''}g` : flags
  return partsBetween(stringOf(input, 'split'), matchesOf(input, regex, letters, fuel))
}

function partsBetween(input: string, matches: readonly RegexMatch[]): readonly string[] {
  let at = 0
  const parts = matches.map(({ start, end }) => {
    const part = input.slice(at, start)
    at = end
    return part
  })
  return [...parts, input.slice(at)]
}

/** The replacement runs with the named captures as its input; of several outputs each gives a text, the last match in the outer loop. */
function compileSub(regex: Filter, replacement: Filter, flags: Filter | undefined, moreFlags: string): Filter {
  return (input, path, env, emit) => {
    const { fuel } = env.run
    const replace: UseMatches = (text, matches, emitText) => {
      const build = (index: number, tail: string, end: number): void => {
        const match = matches[index]
        if (match === undefined) return emitText(text.slice(0, end) + tail)
        replacement(namedCaptures(text, match), undefined, env, value => {
          const added = typeof value === 'string' ? value : raise(`${describe(value)} cannot be added to a string`)
          const next = added + text.slice(match.end, end) + tail
          fuel.checkText(next.length)
          fuel.spend(1)
          build(index - 1, next, match.start)
        })
      }
      build(matches.length - 1, '', text.length)
    }
    withMatches(regex, flags, moreFlags, replace)(input, path, env, emit)
  }
}
