// What each type that our plugins define has otherwise than it is published: properties, their kinds, constants, fields, marks and defaults, outputs,
// old names.
// Every difference is explained in differences.ts; a new one, or one that is gone, fails here.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCatalogue, type ResolvedType, type TypeProperty } from '@batuta/core'
import { buildManifests, type ManifestType } from '../../scripts/build-manifests.ts'
import { DIFFERENCES, OUR_OWN, type Difference } from './differences.ts'

interface Schema {
  readonly properties?: Readonly<Record<string, Property>>
  readonly required?: readonly string[]
}

interface Property extends Shape {
  readonly default?: unknown
  readonly $dynamic?: boolean
  readonly $deprecated?: boolean
}

interface Shape {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly anyOf?: readonly Shape[]
  readonly items?: Shape
  readonly properties?: Readonly<Record<string, unknown>>
}

const PREFIX = 'io.kestra.plugin.'
const UNREADABLE = Symbol('told to people only')
/** By how the published descriptions begin, or end for lists. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/\[\]$/, 'array'],
  [/^map</, 'object'],
  [/\{.*\}$/, 'object'],
  [/^bool$/, 'boolean'],
  [/^(?:int|long)$/, 'integer'],
  [/^float$/, 'number'],
  [/^(?:string|char|duration|datetime|enum.*)$/, 'string'],
]
const catalogue = createCatalogue()
const types = (await buildManifests()).flatMap(({ tasks }) => tasks)
const found = types.flatMap(differencesOf)
test('every type is a published one, or says why it is ours', () => {
  const unlisted = types.map(({ type }) => type).filter(type => catalogue.resolve(type)?.type !== type)

  assert.deepEqual(unlisted.sort(), Object.keys(OUR_OWN).sort())
})

test('every difference to the published types is explained', () => {
  const unexplained = found.filter(difference => !DIFFERENCES.some(rule => explains(rule, difference)))

  const texts = unexplained.map(({ name, what }) => `${name} ${what}`)
  assert.deepEqual(texts, [], `${texts.length} of ${found.length} differences are not explained in differences.ts`)
})

test('every explanation is of a difference that there is', () => {
  const stale = DIFFERENCES.flatMap(({ types: names, differences, because }) =>
    differences.filter(
      difference => !found.some(one => explains({ types: names, differences: [difference], because }, one)),
    ),
  )

  assert.deepEqual(stale, [])
})

interface Found {
  readonly name: string
  readonly what: string
}

function explains({ types: names, differences }: Difference, { name, what }: Found): boolean {
  return names.some(pattern => matches(pattern, name)) && differences.some(pattern => matches(pattern, what))
}

function matches(pattern: string, text: string): boolean {
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern
}

function differencesOf({ type, schema, outputs, aliases }: ManifestType): readonly Found[] {
  const known = catalogue.resolve(type)
  if (known === undefined || known.type !== type) return []
  const ours = schema as Schema
  const names = Object.keys(ours.properties ?? {})
  const all = [
    ...compared('', names, [...known.properties.keys()]),
    ...[...known.properties.values()].flatMap(property => marksOf(property, ours)),
    ...compared(
      'output ',
      outputs.map(({ name }) => name),
      known.outputs.map(({ name }) => name),
    ),
    ...missingNames(known, aliases).map(name => `-alias ${name}`),
  ]
  const name = type.startsWith(PREFIX) ? type.slice(PREFIX.length) : type
  return all.map(what => ({ name, what }))
}

function compared(what: string, ours: readonly string[], theirs: readonly string[]): readonly string[] {
  const more = ours.filter(name => !theirs.includes(name)).map(name => `+${what}${name}`)
  return [...more, ...theirs.filter(name => !ours.includes(name)).map(name => `-${what}${name}`)]
}

function marksOf(property: TypeProperty, schema: Schema): string[] {
  const { name, type: published, isRequired, isDynamic, isDeprecated, defaultText } = property
  const ours = schema.properties?.[name]
  if (ours === undefined) return []
  const theirs = defaultText === undefined ? undefined : valueOf(defaultText)
  const isSameDefault = theirs === UNREADABLE || JSON.stringify(ours.default) === JSON.stringify(theirs)
  return [
    ...((schema.required?.includes(name) === true) === isRequired ? [] : [`required ${name}`]),
    ...((ours.$dynamic === true) === isDynamic ? [] : [`${isDynamic ? 'literal' : 'rendered'} ${name}`]),
    ...((ours.$deprecated === true) === isDeprecated ? [] : [`deprecated ${name}`]),
    ...(isSameDefault ? [] : [`default ${name}`]),
    ...shapesOf(name, published, ours),
  ]
}

/** What may be written there: of which kind, which constants, which fields. */
function shapesOf(name: string, published: string, ours: Property): readonly string[] {
  const shapes = ours.anyOf ?? [ours]
  const kind = KINDS.find(([pattern]) => pattern.test(published))?.[1]
  if (kind === undefined) return []
  if (shapes.every(({ type }) => type === undefined)) return published.includes('{') ? [`anything ${name}`] : []
  const shape = shapes.find(({ type }) => type === kind)
  if (shape === undefined) return [`kind ${name}`]
  const element = kind === 'array' ? (shape.items ?? {}) : shape
  const constants = /^enum ([A-Z0-9_|]+)(?:\[\])?$/.exec(published)?.[1]
  const isSame = constants === undefined || constants === element.enum?.join('|')
  const fields = /^\w*\{(.*)\}/.exec(published)?.[1]?.split(', ') ?? []
  const told = fields.map(field => field.replace('*', ''))
  return [
    ...(isSame ? [] : [`constants ${name}`]),
    ...(told.length === 0 ? [] : compared(`field ${name}.`, Object.keys(element.properties ?? {}), told)),
  ]
}

function valueOf(text: string): unknown {
  if (/^(?:[A-Z][A-Z0-9_]*|P(?=[0-9T])[0-9A-Z.]+)$/.test(text)) return text
  try {
    return JSON.parse(text)
  } catch {
    return UNREADABLE
  }
}

function missingNames({ aliases }: ResolvedType, ours: readonly string[]): readonly string[] {
  return aliases.filter(alias => !ours.includes(alias))
}
