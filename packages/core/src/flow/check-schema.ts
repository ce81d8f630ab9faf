// The properties of tasks and triggers against the JSON Schema of their plugin, as far as that can be known before they are rendered: a
// text with an expression in it may become anything. Interpreted, because code is never generated here, and only what plugin schemas use.
import { Double, isInteger, isList, isMap, isNumber, mapEntries, mapGet, mapHas } from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'
import { plainText } from '../std/value-text.ts'
import { walkFlow } from './graph.ts'
import { object } from './inspection.ts'
import type { Inspection } from './inspection.ts'
import { hasExpression, isRecord } from './parse-type.ts'

type Schema = Readonly<Record<string, unknown>>

const DEPTH_MAX = 32

export function inspectSchemas(inspection: Inspection): void {
  const owners = [...Array.from(walkFlow(inspection.flow), ({ task }) => task), ...inspection.flow.triggers]
  for (const { type, properties, path } of owners) {
    const schema = inspection.catalogue.resolve(type)?.schema
    if (isRecord(schema)) check({ inspection, depth: 0, isTop: true }, schema, properties, path)
  }
}

interface Walk {
  readonly inspection: Inspection
  readonly depth: number
  /** Unknown properties of the type itself were judged when it was read. */
  readonly isTop: boolean
}

function check(walk: Walk, schema: Schema, value: Value, path: string): void {
  if (value === null || walk.depth > DEPTH_MAX || isRendered(value)) return
  const problem = mismatch(schema, value, 0)
  if (problem !== undefined) {
    const message = `\`${path}\` must be ${problem}, but is ${describe(value)}.`
    return object(walk.inspection, { code: 'wrong-type', message, path })
  }
  const inner = { ...walk, depth: walk.depth + 1, isTop: false }
  if (isMap(value)) checkMap(walk, schema, value, path)
  const items = schema['items']
  if (isList(value) && isRecord(items)) value.forEach((item, index) => check(inner, items, item, `${path}[${index}]`))
}

function checkMap(walk: Walk, schema: Schema, map: ValueMap, path: string): void {
  const inner = { ...walk, depth: walk.depth + 1, isTop: false }
  const properties = isRecord(schema['properties']) ? schema['properties'] : {}
  const rest = schema['additionalProperties']
  for (const [key, item] of mapEntries(map)) {
    const known = Object.hasOwn(properties, key) ? properties[key] : rest
    if (isRecord(known)) check(inner, known, item, `${path}.${key}`)
    else if (rest === false && !walk.isTop && !Object.hasOwn(properties, key)) {
      const message = `Unknown property "${key}"; known are ${Object.keys(properties).join(', ')}.`
      object(walk.inspection, { code: 'unknown-property', message, path: `${path}.${key}` })
    }
  }
  for (const key of textsOf(schema['required'])) {
    if (mapHas(map, key) && mapGet(map, key) !== null) continue
    if (hasDefault(properties, key)) continue
    object(walk.inspection, {
      code: 'missing-property',
      message: `The property "${key}" is missing.`,
      path: `${path}.${key}`,
    })
  }
}

/** Kestra's schemas call a property required that is never empty, also when it is its default that fills it. */
function hasDefault(properties: Schema, key: string): boolean {
  const property = Object.hasOwn(properties, key) ? properties[key] : undefined
  return isRecord(property) && property['default'] !== undefined
}

function isRendered(value: Value): boolean {
  return typeof value === 'string' && hasExpression(value)
}

/** What the value should be, when it cannot be that; of alternatives one is enough. */
function mismatch(schema: Schema, value: Value, depth: number): string | undefined {
  if (depth > DEPTH_MAX) return undefined
  for (const key of ['anyOf', 'oneOf']) {
    const alternatives = schema[key]
    if (!Array.isArray(alternatives)) continue
    const problems = alternatives.filter(isRecord).map(alternative => deepMismatch(alternative, value, depth + 1))
    if (problems.length > 0 && problems.every(problem => problem !== undefined))
      return [...new Set(problems)].join(' or ')
  }
  if ('const' in schema && schema['const'] !== plainText(value) && schema['const'] !== value)
    return `\`${String(schema['const'])}\``
  const choices = schema['enum']
  if (Array.isArray(choices) && !choices.some(choice => String(choice) === plainText(value)))
    return `one of ${choices.join(', ')}`
  const types = textsOf(typeof schema['type'] === 'string' ? [schema['type']] : schema['type'])
  if (types.length > 0 && !types.some(type => hasType(type, value)))
    return types.map(type => TYPE_NAMES.get(type) ?? type).join(' or ')
  return boundMismatch(schema, value)
}

/** In an alternative the properties of a map count too, for they tell which alternative is meant. */
function deepMismatch(schema: Schema, value: Value, depth: number): string | undefined {
  const own = mismatch(schema, value, depth)
  if (own !== undefined || !isMap(value) || !isRecord(schema['properties'])) return own
  for (const [key, item] of mapEntries(value)) {
    const property = schema['properties'][key]
    if (!isRecord(property) || isRendered(item)) continue
    const problem = deepMismatch(property, item, depth + 1)
    if (problem !== undefined) return `a map whose \`${key}\` is ${problem}`
  }
  return undefined
}

const TYPE_NAMES: ReadonlyMap<string, string> = new Map([
  ['string', 'a text'],
  ['integer', 'an integer'],
  ['number', 'a number'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['object', 'a map'],
])

/** As lenient as rendering is: scalars pass as texts, and texts that read as a number or boolean as these. */
function hasType(type: string, value: Value): boolean {
  const isScalar = !isList(value) && !isMap(value)
  switch (type) {
    case 'string':
      return isScalar
    case 'integer':
      return (
        isInteger(value) || value instanceof Double || (typeof value === 'string' && /^[+-]?\d+$/.test(value.trim()))
      )
    case 'number':
      return isNumber(value) || (typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value)))
    case 'boolean':
      return typeof value === 'boolean' || (typeof value === 'string' && /^(?:true|false)$/i.test(value.trim()))
    case 'array':
      return isList(value)
    case 'object':
      return isMap(value)
    case 'null':
      return value === null
    default:
      return true
  }
}

function boundMismatch(schema: Schema, value: Value): string | undefined {
  const number = isNumber(value) ? Number(plainText(value)) : undefined
  const { minimum, maximum, minLength, minItems } = schema
  if (number !== undefined && typeof minimum === 'number' && number < minimum) return `${minimum} or more`
  if (number !== undefined && typeof maximum === 'number' && number > maximum) return `${maximum} or less`
  if (typeof value === 'string' && typeof minLength === 'number' && value.length < minLength) return 'a longer text'
  return isList(value) && typeof minItems === 'number' && value.length < minItems ? 'a longer list' : undefined
}

function textsOf(list: unknown): readonly string[] {
  return Array.isArray(list) ? list.filter(item => typeof item === 'string') : []
}

function describe(value: Value): string {
  if (isList(value)) return 'a list'
  return isMap(value) ? 'a map' : `"${plainText(value).slice(0, 60)}"`
}
