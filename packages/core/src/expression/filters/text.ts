import { isList, isMap, mapEntries, mapFrom } from '../../std/value.ts'
import type { Value } from '../../std/value.ts'
import { plainText } from '../../std/value-text.ts'
import { integerArgument, required, stringInput, textArgument } from '../arguments.ts'
import { isEmpty } from '../compare.ts'
import type { Args, FilterDefinition } from '../definition.ts'
import { fail } from '../fault.ts'
import type { Fuel } from '../fuel.ts'
import { formatJava } from '../text/java-format.ts'
import { isWhiteSpace, titleCase, trimText } from '../text/java-text.ts'

/** A filter for which null stays null and everything else is taken by its text. */
function onText(
  name: string,
  parameters: readonly string[],
  apply: (text: string, args: Args) => Value,
): FilterDefinition {
  return {
    name,
    parameters,
    apply: (input, args, { fuel }) => (input === null ? null : apply(fuel.textOf(input), args)),
  }
}

/** The same for filters that take texts only. */
function onString(
  name: string,
  parameters: readonly string[],
  apply: (text: string, args: Args) => Value,
): FilterDefinition {
  return { name, parameters, apply: (input, args) => (input === null ? null : apply(stringInput(input, name), args)) }
}

export const TEXT_FILTERS: readonly FilterDefinition[] = [
  onText('lower', [], text => text.toLowerCase()),
  onText('upper', [], text => text.toUpperCase()),
  onString('capitalize', [], capitalize),
  onString('title', [], title),
  onString('trim', [], trimText),
  onString('abbreviate', ['length'], (text, [length]) => abbreviate(text, integerArgument(length, 'length'))),
  onText('substringBefore', ['separator'], (text, [separator]) => {
    const at = text.indexOf(textArgument(separator, 'separator'))
    return at < 0 ? text : text.slice(0, at)
  }),
  onText('substringAfter', ['separator'], (text, [separator]) => {
    const mark = textArgument(separator, 'separator')
    const at = text.indexOf(mark)
    return at < 0 ? '' : text.slice(at + mark.length)
  }),
  onText('substringBeforeLast', ['separator'], (text, [separator]) => {
    const mark = textArgument(separator, 'separator')
    const at = text.lastIndexOf(mark)
    return at < 0 || mark === '' ? text : text.slice(0, at)
  }),
  onText('substringAfterLast', ['separator'], (text, [separator]) => {
    const mark = textArgument(separator, 'separator')
    const at = text.lastIndexOf(mark)
    return at < 0 || mark === '' ? '' : text.slice(at + mark.length)
  }),
  {
    name: 'startsWith',
    parameters: ['value'],
    apply: (input, [value]) => input !== null && plainText(input).startsWith(textArgument(value, 'value')),
  },
  {
    name: 'endsWith',
    parameters: ['value'],
    apply: (input, [value]) => input !== null && plainText(input).endsWith(textArgument(value, 'value')),
  },
  onText('slugify', [], slugify),
  onText('string', [], text => text),
  onText('indent', ['amount', 'prefix'], (text, args) => indent(text, args)),
  onText('nindent', ['amount', 'prefix'], (text, args) => (text === '' ? '' : indent(newLineOf(text) + text, args))),
  onString('nl2br', [], text => text.replace(/\r\n|[\r\n]/g, '<br />')),
  onText('format', [], (text, args) => formatJava(text, args)),
  {
    name: 'default',
    parameters: ['default'],
    absorbsUndefined: true,
    apply: (input, [fallback]) => (isEmpty(input) ? (fallback ?? null) : input),
  },
  { name: 'escapeChar', parameters: ['type'], apply: (input, [type], { fuel }) => escapeCharacters(input, type, fuel) },
]

/** The first character that is not white space in title case, the rest as it is. */
function capitalize(text: string): string {
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    if (!isWhiteSpace(character)) return text.slice(0, at) + titleCase(character) + text.slice(at + 1)
  }
  return text
}

function title(text: string): string {
  let result = ''
  let startsWord = true
  for (const character of text) {
    const isWhite = isWhiteSpace(character)
    result += startsWord && !isWhite ? titleCase(character) : character
    startsWord = isWhite
  }
  return result
}

const ELLIPSIS = '...'

/** A text of exactly the wanted length is abbreviated, too; flows rely on it. */
function abbreviate(text: string, length: number): string {
  if (length < 0) return fail('ARGUMENT', 'A text cannot be abbreviated to a negative length')
  if (text.length < length || text.length <= ELLIPSIS.length) return text
  if (length <= ELLIPSIS.length) return text.slice(0, length)
  return text.slice(0, length - ELLIPSIS.length) + ELLIPSIS
}

function slugify(text: string): string {
  return text
    .replace(/[ \t\n\v\f\r]/g, '-')
    .normalize('NFD')
    .replace(/[^A-Za-z0-9_-]/g, '')
    .replaceAll('_', '-')
    .replace(/-{2,}/g, '-')
    .replace(/^-|-$/g, '')
    .toLowerCase()
}

function newLineOf(text: string): string {
  return ['\r\n', '\n\r', '\n', '\r'].find(candidate => text.includes(candidate)) ?? '\n'
}

function indent(text: string, [amount, prefix]: Args): string {
  const count = integerArgument(amount, 'amount')
  if (count < 0) return fail('ARGUMENT', 'The argument `amount` cannot be negative')
  const newLine = newLineOf(text)
  const filler = (prefix === undefined || prefix === null ? ' ' : plainText(prefix)).repeat(Math.min(count, 10_000))
  return text.replaceAll(newLine, () => newLine + filler)
}

const ESCAPES: Readonly<Record<string, readonly [string, string]>> = {
  single: ["'", "\\'"],
  double: ['"', '\\"'],
  shell: ["'", "'\\''"],
}

function escapeCharacters(input: Value, type: Value | undefined, fuel: Fuel): Value {
  if (input === null) return null
  const name = plainText(required(type, 'type')).toLowerCase()
  const pair = Object.hasOwn(ESCAPES, name) ? ESCAPES[name] : undefined
  if (pair === undefined)
    return fail('ARGUMENT', `The argument \`type\` is one of single, double, shell, not \`${name}\``)
  return mapTexts(input, text => text.replaceAll(pair[0], () => pair[1]), fuel)
}

/** Changes the texts of a value at every depth; other scalars become text first. */
export function mapTexts(value: Value, change: (text: string) => string, fuel: Fuel): Value {
  if (value === null) return null
  fuel.spend(1)
  if (isList(value)) return value.map(item => mapTexts(item, change, fuel))
  if (isMap(value))
    return mapFrom(Array.from(mapEntries(value), ([key, item]) => [key, mapTexts(item, change, fuel)] as const))
  return change(plainText(value))
}
