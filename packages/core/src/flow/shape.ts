// What is known of a value before there is one: which fields it has, and which it cannot have. In doubt it is `any`, and nothing is said.
import { findMethod } from '../expression/methods.ts'
import { isList, isMap, isNumber, mapEntries } from '../std/value.ts'
import type { Value } from '../std/value.ts'
import type { TypeProperty } from './catalogue.ts'
import { isRecord } from './parse-type.ts'

export type Shape =
  | { readonly type: 'any' }
  /** A text, number or boolean, with a sample to ask for its methods. */
  | { readonly type: 'scalar'; readonly sample: Value }
  | { readonly type: 'list'; readonly item: Shape }
  /** Any key leads to the same. */
  | { readonly type: 'values'; readonly item: Shape; readonly isIterated?: boolean }
  | { readonly type: 'map'; readonly fields: ReadonlyMap<string, Shape>; readonly isOpen: boolean }

export const ANY: Shape = { type: 'any' }
export const TEXT: Shape = { type: 'scalar', sample: '' }
export const NUMBER: Shape = { type: 'scalar', sample: 0 }

export function mapShape(fields: Iterable<readonly [string, Shape]>, isOpen = false): Shape {
  return { type: 'map', fields: new Map(fields), isOpen }
}

export type ShapeFault =
  | { readonly type: 'unknown-field'; readonly step: number; readonly known: readonly string[] }
  | { readonly type: 'no-fields'; readonly step: number }
  /** A field of one iteration is asked of all of them. */
  | { readonly type: 'not-keyed'; readonly step: number }

/** The first step of a path that cannot be gone; undefined names may be anything. */
export function followShape(shape: Shape, names: readonly (string | undefined)[]): ShapeFault | undefined {
  let at = shape
  for (const [step, name] of names.entries()) {
    if (at.type === 'any') return undefined
    if (at.type === 'scalar') return scalarFault(at.sample, name, step)
    if (at.type === 'list') {
      if (name !== undefined && !/^\+?\d+$/.test(name)) return listFault(name, step)
      at = at.item
    } else if (at.type === 'values') {
      if (at.isIterated === true && name !== undefined && isFieldOf(at.item, name)) return { type: 'not-keyed', step }
      at = at.item
    } else {
      const next: Shape | undefined = name === undefined ? ANY : at.fields.get(name)
      if (next === undefined)
        return at.isOpen ? undefined : { type: 'unknown-field', step, known: [...at.fields.keys()] }
      at = next
    }
  }
  return undefined
}

function scalarFault(sample: Value, name: string | undefined, step: number): ShapeFault | undefined {
  const isMethod = name === undefined || findMethod(sample, name, 0) !== undefined
  return isMethod ? undefined : { type: 'no-fields', step }
}

function listFault(name: string, step: number): ShapeFault | undefined {
  return findMethod([], name, 0) === undefined ? { type: 'no-fields', step } : undefined
}

function isFieldOf(shape: Shape, name: string): boolean {
  if (shape.type === 'values') return isFieldOf(shape.item, name)
  return shape.type === 'map' && shape.fields.has(name)
}

/** Of a value that stands in the document as it is. */
export function shapeOfValue(value: Value): Shape {
  if (typeof value === 'string' || typeof value === 'boolean' || isNumber(value))
    return { type: 'scalar', sample: value }
  if (isList(value)) return { type: 'list', item: ANY }
  return isMap(value) ? mapShape(Array.from(mapEntries(value), ([key, item]) => [key, shapeOfValue(item)])) : ANY
}

const DEPTH_MAX = 16

/** Of a JSON Schema. */
export function shapeOfSchema(schema: unknown, depth = 0): Shape {
  if (!isRecord(schema) || depth > DEPTH_MAX) return ANY
  if (['anyOf', 'oneOf', 'allOf', '$ref'].some(key => key in schema)) return ANY
  const rest = schema['additionalProperties']
  switch (schema['type']) {
    case 'string':
      return TEXT
    case 'integer':
    case 'number':
      return NUMBER
    case 'boolean':
      return { type: 'scalar', sample: true }
    case 'array':
      return { type: 'list', item: shapeOfSchema(schema['items'], depth + 1) }
    case 'object': {
      const properties = isRecord(schema['properties']) ? Object.entries(schema['properties']) : []
      if (properties.length === 0)
        return isRecord(rest) ? { type: 'values', item: shapeOfSchema(rest, depth + 1) } : ANY
      const fields = properties.map(([key, property]): [string, Shape] => [key, shapeOfSchema(property, depth + 1)])
      return mapShape(fields, rest !== undefined && rest !== false)
    }
    default:
      return ANY
  }
}

const TEXTS: ReadonlySet<string> = new Set(['string', 'uri'])
const NUMBERS: ReadonlySet<string> = new Set(['int', 'long', 'float', 'double', 'number'])

/** Of what the documentation of a type says about its outputs. */
export function shapeOfOutputs(outputs: readonly TypeProperty[]): Shape {
  return mapShape(outputs.map(({ name, type }) => [name, shapeOfText(type)]))
}

function shapeOfText(type: string): Shape {
  if (type.endsWith('[]')) return { type: 'list', item: shapeOfText(type.slice(0, -2)) }
  if (type.startsWith('map<') && type.endsWith('>')) return { type: 'values', item: shapeOfText(type.slice(4, -1)) }
  if (TEXTS.has(type) || type.startsWith('enum ')) return TEXT
  if (NUMBERS.has(type)) return NUMBER
  return type === 'bool' ? { type: 'scalar', sample: true } : ANY
}
