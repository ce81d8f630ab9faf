// Grok: regular expressions with names for their parts, `%{NUMBER:bytes:int}`. They become one expression whose groups we name ourselves,
// since a name may have dots and may come twice.
import { TaskError, mapFrom, toDouble, toInteger } from '@batuta/plugin-sdk'
import type { Value, ValueMap } from '@batuta/plugin-sdk'
import { GROK_PATTERNS } from './grok-patterns.ts'

export interface GrokOptions {
  readonly definitions: ReadonlyMap<string, string>
  readonly namedCapturesOnly: boolean
  readonly keepEmptyCaptures: boolean
}

/** Undefined when the text does not match. */
export type Grok = (text: string) => ValueMap | undefined

interface Capture {
  readonly group: string
  readonly name: string
  readonly type: string | undefined
}

const DEPTH_MAX = 20
const CHARS_MAX = 200_000
const REFERENCE = /%\{(\w+)(?::([\w@.[\]-]+))?(?::(\w+))?\}/g

export function compileGrok(pattern: string, options: GrokOptions): Grok {
  const captures: Capture[] = []
  const source = expand(pattern, captures, options, 0)
  let expression: RegExp
  try {
    expression = new RegExp(source, 'u')
  } catch {
    expression = loose(source, pattern)
  }
  return text => {
    const groups = expression.exec(text)?.groups
    return groups === undefined && !expression.test(text) ? undefined : fieldsOf(captures, groups ?? {}, options)
  }
}

/** Patterns of others escape what needs no escape, which is refused with Unicode on. */
function loose(source: string, pattern: string): RegExp {
  try {
    return new RegExp(source)
  } catch (cause) {
    throw new TaskError(`the Grok pattern \`${pattern}\` is no regular expression`, { cause })
  }
}

function expand(pattern: string, captures: Capture[], options: GrokOptions, depth: number): string {
  if (depth > DEPTH_MAX)
    throw new TaskError(`the Grok pattern \`${pattern}\` is made of patterns more than ${DEPTH_MAX} deep`)
  // Atomic groups and possessive repetitions only save time; named groups get names that are ours.
  const plain = pattern
    .replaceAll('(?>', '(?:')
    .replace(/([*+?}])\+/g, '$1')
    .replace(/\(\?<([A-Za-z_][\w.]*)>/g, (_, name: string) => `(?<${groupOf(captures, name, undefined)}>`)
  const source = plain.replace(REFERENCE, (_, key: string, name?: string, type?: string) => {
    const known = options.definitions.get(key) ?? (Object.hasOwn(GROK_PATTERNS, key) ? GROK_PATTERNS[key] : undefined)
    if (known === undefined)
      throw new TaskError(`there is no Grok pattern "${key}"; define it in \`patternDefinitions\``)
    const wanted = name ?? (options.namedCapturesOnly ? undefined : key)
    // The group is numbered before those inside of it, as they come.
    const group = wanted === undefined ? undefined : groupOf(captures, wanted, type)
    const inner = expand(known, captures, options, depth + 1)
    return group === undefined ? `(?:${inner})` : `(?<${group}>${inner})`
  })
  if (source.length > CHARS_MAX)
    throw new TaskError(`the Grok pattern \`${pattern}\` grows to more than ${CHARS_MAX} characters`)
  return source
}

function groupOf(captures: Capture[], name: string, type: string | undefined): string {
  const group = `g${captures.length}`
  captures.push({ group, name, type })
  return group
}

function fieldsOf(
  captures: readonly Capture[],
  groups: Readonly<Record<string, string>>,
  { keepEmptyCaptures }: GrokOptions,
): ValueMap {
  const fields = new Map<string, Value>()
  for (const { group, name, type } of captures) {
    const text = groups[group]
    if (text === undefined || text === '') {
      if (keepEmptyCaptures && !fields.has(name)) fields.set(name, text ?? null)
      continue
    }
    const value = typed(text, type)
    const before = fields.get(name)
    fields.set(
      name,
      before === undefined || before === null ? value : Array.isArray(before) ? [...before, value] : [before, value],
    )
  }
  return mapFrom(fields)
}

function typed(text: string, type: string | undefined): Value {
  switch (type?.toLowerCase()) {
    case 'int':
    case 'integer':
    case 'long':
      return /^[+-]?\d+$/.test(text) ? toInteger(BigInt(text.replace(/^\+/, ''))) : text
    case 'float':
    case 'double':
    case 'number':
      return Number.isNaN(Number(text)) ? text : toDouble(Number(text))
    case 'boolean':
    case 'bool':
      return text.toLowerCase() === 'true'
    case undefined:
    default:
      return text
  }
}
