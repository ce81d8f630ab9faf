// Reading typed things off a YAML tree. Every reader takes a place – a map and where it is – and a key, reports what is wrong with its
// line and column, and goes on with a sensible value, so that one reading finds all mistakes.
import type { Diagnostic } from '../std/diagnostic.ts'
import { parseDuration } from '../std/duration.ts'
import { mapFrom } from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'
import type { Catalogue } from './catalogue.ts'
import type { Label, LogLevel } from './flow.ts'
import { nearest } from './nearest.ts'
import type { Positions } from './positions.ts'
import { isNullNode, valueOf } from './yaml-node.ts'
import type { YamlMap, YamlNode } from './yaml-node.ts'

/** A flow with more mistakes is not read more closely. */
const DIAGNOSTICS_MAX = 200

/** What goes along while one document is read. */
export interface Reading {
  readonly catalogue: Catalogue
  readonly positions: Positions
  readonly diagnostics: Diagnostic[]
  /** Constructs that only one dialect has, by the dialect, as found. */
  readonly dialectMarks: DialectMark[]
}

export interface DialectMark {
  readonly dialect: 1 | 2
  readonly what: string
  readonly path: string
  readonly offset: number
}

export interface Place {
  readonly reading: Reading
  readonly map: YamlMap
  readonly path: string
}

export interface Finding {
  readonly severity: Diagnostic['severity']
  readonly code: string
  readonly message: string
  readonly path: string
  /** In the source; −1 when the place was never written there. */
  readonly offset: number
}

export function report(reading: Reading, { offset, ...finding }: Finding): void {
  if (reading.diagnostics.length >= DIAGNOSTICS_MAX) return
  const position = offset >= 0 ? reading.positions.ofOffset(offset) : reading.positions.ofPath(finding.path)
  reading.diagnostics.push({ ...finding, ...position })
}

export function mark(place: Place, dialect: 1 | 2, key: string, what: string): void {
  const entry = place.map.entries.get(key)
  const offset = entry?.keyStart ?? place.map.start
  place.reading.dialectMarks.push({ dialect, what, path: join(place.path, key), offset })
}

export function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

export function fieldOf(place: Place, key: string): YamlNode | undefined {
  const node = place.map.entries.get(key)?.value
  return isNullNode(node) ? undefined : node
}

export function textOf(place: Place, key: string): string | undefined {
  const node = fieldOf(place, key)
  if (node === undefined) return undefined
  if (node.type === 'scalar') return node.text
  wrongType(place, key, node, 'a text')
  return undefined
}

export function requiredText(place: Place, key: string, what: string): string {
  const text = textOf(place, key)
  if (text !== undefined) return text
  if (fieldOf(place, key) === undefined) missing(place, key, what)
  return ''
}

export function booleanOf(place: Place, key: string, fallback: boolean): boolean {
  const node = fieldOf(place, key)
  if (node === undefined) return fallback
  const text = node.type === 'scalar' ? node.text.trim().toLowerCase() : ''
  if (text === 'true' || text === 'false') return text === 'true'
  // YAML 1.1 has these too; the warning about them comes from the scalar itself.
  if (text === 'yes' || text === 'on') return true
  if (text === 'no' || text === 'off') return false
  wrongType(place, key, node, 'true or false')
  return fallback
}

export function integerOf(place: Place, key: string): number | undefined {
  const node = fieldOf(place, key)
  if (node === undefined) return undefined
  const value = node.type === 'scalar' && /^[+-]?\d{1,15}$/.test(node.text.trim()) ? Number(node.text) : undefined
  if (value === undefined) wrongType(place, key, node, 'an integer')
  return value
}

/** Milliseconds; a bare number counts seconds. */
export function durationOf(place: Place, key: string): number | undefined {
  const node = fieldOf(place, key)
  if (node === undefined) return undefined
  const ms = node.type === 'scalar' ? readDuration(node.text, node.value) : undefined
  if (ms === undefined) wrongType(place, key, node, 'an ISO 8601 duration such as PT30S')
  return ms === undefined ? undefined : Math.round(ms)
}

function readDuration(text: string, value: Value): number | undefined {
  return typeof value === 'number' ? value * 1000 : parseDuration(text)
}

export function choiceOf<T extends string>(place: Place, key: string, choices: readonly T[]): T | undefined {
  const node = fieldOf(place, key)
  if (node === undefined) return undefined
  const text = node.type === 'scalar' ? node.text : ''
  const found = choices.find(choice => choice === text)
  if (found === undefined) wrongType(place, key, node, `one of ${choices.join(', ')}`)
  return found
}

export const LOG_LEVELS: readonly LogLevel[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR']

/** The entries of a list, each with its path; empty when there is none. */
export function listOf(place: Place, key: string): readonly { readonly node: YamlNode; readonly path: string }[] {
  const node = fieldOf(place, key)
  if (node === undefined) return []
  if (node.type === 'list')
    return node.items.map((item, index) => ({ node: item, path: `${join(place.path, key)}[${index}]` }))
  wrongType(place, key, node, 'a list')
  return []
}

/** The same, of maps only, as places. */
export function placesOf(place: Place, key: string): readonly Place[] {
  return listOf(place, key).flatMap(({ node, path }) => placeOf(place.reading, node, path) ?? [])
}

export function placeOf(reading: Reading, node: YamlNode, path: string): Place | undefined {
  if (node.type === 'map') return { reading, map: node, path }
  report(reading, {
    severity: 'error',
    code: 'wrong-type',
    message: `${path === '' ? 'The document' : `\`${path}\``} must be a map, but is ${describe(node)}.`,
    path,
    offset: node.start,
  })
  return undefined
}

export function mapOf(place: Place, key: string): Place | undefined {
  const node = fieldOf(place, key)
  return node === undefined ? undefined : placeOf(place.reading, node, join(place.path, key))
}

export function valueMapOf(place: Place, key: string): ValueMap {
  const inner = mapOf(place, key)
  return inner === undefined ? {} : valuesOf(inner.map)
}

export function valuesOf(map: YamlMap): ValueMap {
  return mapFrom(Array.from(map.entries, ([key, entry]) => [key, valueOf(entry.value)] as const))
}

/** A list of texts; a single text counts as a list of one. */
export function textsOf(place: Place, key: string): readonly string[] {
  const node = fieldOf(place, key)
  if (node === undefined) return []
  if (node.type === 'scalar') return [node.text]
  return listOf(place, key).flatMap(({ node: item, path }) => {
    if (item.type === 'scalar' && item.value !== null) return item.text
    report(place.reading, wrong(item, path, 'a text'))
    return []
  })
}

/** Labels are a map or a list of `{key, value}`; their values are texts. */
export function labelsOf(place: Place, key: string): readonly Label[] {
  const node = fieldOf(place, key)
  if (node === undefined) return []
  const path = join(place.path, key)
  if (node.type === 'map') {
    return Array.from(node.entries, ([name, entry]) => ({
      key: name,
      value: labelText(place.reading, entry.value, join(path, name)),
    }))
  }
  if (node.type === 'list') {
    return placesOf(place, key).map(item => {
      refuseUnknown(item, LABEL_KEYS, 'a label')
      return { key: requiredText(item, 'key', 'a label'), value: textOf(item, 'value') ?? '' }
    })
  }
  wrongType(place, key, node, 'a map or a list of key and value')
  return []
}

const LABEL_KEYS: ReadonlySet<string> = new Set(['key', 'value'])

function labelText(reading: Reading, node: YamlNode, path: string): string {
  if (node.type === 'scalar') return node.text
  report(reading, wrong(node, path, 'a text'))
  return ''
}

/** Refuses properties nobody knows, with the nearest known one. */
export function refuseUnknown(place: Place, known: ReadonlySet<string>, what: string): void {
  for (const [key, entry] of place.map.entries) {
    if (known.has(key)) continue
    report(place.reading, {
      severity: 'error',
      code: 'unknown-property',
      message: unknownMessage(key, known, what),
      path: join(place.path, key),
      offset: entry.keyStart,
    })
  }
}

export function unknownMessage(key: string, known: Iterable<string>, what: string): string {
  const names = [...known]
  const close = nearest(key, names)
  if (close !== undefined) return `Unknown property "${key}" of ${what}; did you mean "${close}"?`
  const list = names.sort().slice(0, 20).join(', ')
  return `Unknown property "${key}" of ${what}; known are ${list}${names.length > 20 ? ', …' : ''}.`
}

export function deprecated(place: Place, key: string, message: string): void {
  const offset = place.map.entries.get(key)?.keyStart ?? place.map.start
  report(place.reading, { severity: 'deprecation', code: 'deprecated', message, path: join(place.path, key), offset })
}

export function withoutEffect(place: Place, key: string): void {
  const offset = place.map.entries.get(key)?.keyStart ?? place.map.start
  const message = `\`${key}\` has no effect here.`
  report(place.reading, { severity: 'warning', code: 'without-effect', message, path: join(place.path, key), offset })
}

export function missing(place: Place, key: string, what: string): void {
  report(place.reading, {
    severity: 'error',
    code: key === 'id' || key === 'type' ? `missing-${key}` : 'missing-property',
    message: `The property "${key}" of ${what} is missing.`,
    path: join(place.path, key),
    offset: place.map.start,
  })
}

export function wrongType(place: Place, key: string, node: YamlNode, expected: string): void {
  report(place.reading, wrong(node, join(place.path, key), expected))
}

function wrong(node: YamlNode, path: string, expected: string): Finding {
  const message = `\`${path}\` must be ${expected}, but is ${describe(node)}.`
  return { severity: 'error', code: 'wrong-type', message, path, offset: node.start }
}

function describe(node: YamlNode): string {
  if (node.type !== 'scalar') return node.type === 'list' ? 'a list' : 'a map'
  if (node.value === null) return 'empty'
  return node.text.length > 60 ? `"${node.text.slice(0, 60)}…"` : `"${node.text}"`
}
