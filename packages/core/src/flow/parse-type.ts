// The type of a task, trigger or condition, and its own properties held against what is known about it.
import { parseDuration } from '../std/duration.ts'
import { mapFrom } from '../std/value.ts'
import type { Value } from '../std/value.ts'
import type { ResolvedType } from './catalogue.ts'
import { dialectOfType } from './dialect.ts'
import { fieldOf, join, LOG_LEVELS, mark, missing, report, textOf, unknownMessage } from './reading.ts'
import type { Place } from './reading.ts'
import { isMeantAsTaskFile } from './task-file.ts'
import { isNullNode, valueOf } from './yaml-node.ts'
import type { YamlNode } from './yaml-node.ts'

/** The type under the key `type`; undefined, and reported, when there is none of those kinds. */
export function resolveType(place: Place, what: string, kinds: ReadonlySet<string>): ResolvedType | undefined {
  const name = textOf(place, 'type')
  const offset = fieldOf(place, 'type')?.start ?? place.map.start
  const path = join(place.path, 'type')
  if (name === undefined) {
    if (fieldOf(place, 'type') === undefined) missing(place, 'type', what)
    return undefined
  }
  const type = place.reading.catalogue.resolve(name)
  if (type === undefined || (!kinds.has(type.kind) && type.kind !== 'other')) {
    const close = type === undefined ? place.reading.catalogue.suggest(name) : undefined
    const advice = type === undefined ? adviceOn(name) : ''
    const hint = close === undefined ? advice : ` Did you mean "${close}"?`
    const reason =
      // Clients look for the first words, editors for the name in quotes.
      `Invalid type: ${name}. ${type === undefined ? `Nobody knows "${name}".` : `"${name}" is not ${what}.`}`
    report(place.reading, { severity: 'error', code: 'unknown-type', message: reason + hint, path, offset })
    return undefined
  }
  if (type.problem !== undefined) {
    const message = `Invalid type: ${name}. ${type.problem}`
    report(place.reading, { severity: 'error', code: 'task-file', message, path, offset })
    return undefined
  }
  reportType(place, type, { name, path, offset })
  return type
}

function adviceOn(name: string): string {
  return isMeantAsTaskFile(name)
    ? ' A task from a file is named by its path below the files of the namespace, such as ./tasks/greet.ts.'
    : ' Check its name, or install the plugin that brings it.'
}

function reportType(place: Place, type: ResolvedType, at: { name: string; path: string; offset: number }): void {
  const { name, path, offset } = at
  const isShort = type.type === `io.kestra.plugin.${name}`
  if (type.alias && !isShort) {
    const message = `${name} is now ${type.type}.`
    report(place.reading, { severity: 'info', code: 'relocated-type', message, path, offset })
    mark(place, 1, 'type', `the old name ${name}`)
  }
  if (type.isDeprecated) {
    const message = `${type.type} is deprecated.`
    report(place.reading, { severity: 'deprecation', code: 'deprecated', message, path, offset })
  }
  if (!type.implemented) {
    const message = `${type.type} is known, but nothing installed can run it.`
    report(place.reading, { severity: 'warning', code: 'not-implemented', message, path, offset })
  }
  const dialect = dialectOfType(type.type)
  if (dialect !== undefined) mark(place, dialect, 'type', type.type.slice(type.type.lastIndexOf('.') + 1))
}

export interface KnownKeys {
  readonly common: ReadonlySet<string>
  /** Properties with tasks in them, read elsewhere. */
  readonly children: ReadonlySet<string>
}

/** Unknown, missing and obviously mistyped properties. On types whose properties are not surely known, that only warns. */
export function checkProperties(place: Place, type: ResolvedType | undefined, { common, children }: KnownKeys): void {
  if (type === undefined) return
  const schemaNames = propertyNamesOf(type.schema)
  const hasList = type.properties.size > 0 || type.isStrict
  for (const [key, entry] of place.map.entries) {
    if (common.has(key) || children.has(key)) continue
    const property = type.properties.get(key)
    const at = { path: join(place.path, key), offset: entry.keyStart }
    if (property === undefined && schemaNames.has(key)) continue
    if (property === undefined && hasList) {
      const message = unknownMessage(
        key,
        [...type.properties.keys(), ...schemaNames, ...children, ...common],
        type.type,
      )
      report(place.reading, { severity: type.isStrict ? 'error' : 'warning', code: 'unknown-property', message, ...at })
      continue
    }
    if (property === undefined) continue
    if (property.isDeprecated && !isNullNode(entry.value)) {
      report(place.reading, {
        severity: 'deprecation',
        code: 'deprecated',
        message: `\`${key}\` of ${type.type} is deprecated.`,
        ...at,
      })
    }
    checkLiteral(place, key, { node: entry.value, type: property.type, isStrict: type.isStrict })
  }
  for (const { name, isRequired } of type.properties.values()) {
    if (!isRequired || fieldOf(place, name) !== undefined || common.has(name)) continue
    reportMissing(place, name, type)
  }
}

function reportMissing(place: Place, name: string, type: ResolvedType): void {
  if (type.isStrict) return missing(place, name, type.type)
  const message = `The property "${name}" of ${type.type} is missing.`
  const path = join(place.path, name)
  report(place.reading, { severity: 'warning', code: 'missing-property', message, path, offset: place.map.start })
}

export function propertyNamesOf(schema: unknown): ReadonlySet<string> {
  const properties = isRecord(schema) ? schema['properties'] : undefined
  return new Set(isRecord(properties) ? Object.keys(properties) : [])
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

interface Literal {
  readonly node: YamlNode
  readonly type: string
  readonly isStrict: boolean
}

function checkLiteral(place: Place, key: string, { node, type, isStrict }: Literal): void {
  if (node.type !== 'scalar' || node.value === null || hasExpression(node.text)) return
  const expected = expectationOf(type)
  if (expected === undefined || expected.accepts(node.text, node.value)) return
  const message = `\`${join(place.path, key)}\` must be ${expected.name}, but is "${node.text.slice(0, 60)}".`
  const severity = isStrict ? 'error' : 'warning'
  report(place.reading, { severity, code: 'wrong-type', message, path: join(place.path, key), offset: node.start })
}

export function hasExpression(text: string): boolean {
  return text.includes('{{') || text.includes('{%')
}

interface Expectation {
  readonly name: string
  accepts(text: string, value: Value): boolean
}

const EXPECTATIONS: ReadonlyMap<string, Expectation> = new Map<string, Expectation>([
  ['int', { name: 'an integer', accepts: text => /^[+-]?\d+$/.test(text.trim()) }],
  ['long', { name: 'an integer', accepts: text => /^[+-]?\d+$/.test(text.trim()) }],
  ['bool', { name: 'true or false', accepts: text => /^(?:true|false|yes|no|on|off)$/i.test(text.trim()) }],
  [
    'duration',
    {
      name: 'an ISO 8601 duration such as PT30S',
      accepts: (text, value) => typeof value === 'number' || parseDuration(text) !== undefined,
    },
  ],
  ['Level', { name: `one of ${LOG_LEVELS.join(', ')}`, accepts: text => LOG_LEVELS.some(level => level === text) }],
  ['Task[]', { name: 'a list of tasks', accepts: () => false }],
])

function expectationOf(type: string): Expectation | undefined {
  if (!type.startsWith('enum ') || type.endsWith('[]')) return EXPECTATIONS.get(type)
  const choices = type.slice(5).split('|')
  return { name: `one of ${choices.join(', ')}`, accepts: text => choices.includes(text) || text === 'CANCELED' }
}

/** A scalar where the type wants a text keeps its spelling: the version `3.10` is no number. */
export function propertyValue(node: YamlNode, type: string | undefined): Value {
  if (type === 'string' && node.type === 'scalar') return node.value === null ? null : node.text
  if (type === 'string[]' && node.type === 'list') return node.items.map(item => propertyValue(item, 'string'))
  if (type === 'map<string>' && node.type === 'map') {
    return mapFrom(Array.from(node.entries, ([key, entry]) => [key, propertyValue(entry.value, 'string')] as const))
  }
  return valueOf(node)
}
