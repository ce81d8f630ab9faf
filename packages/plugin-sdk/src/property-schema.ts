// The JSON schema (draft 07) of a type, in the shape that editors of Kestra's flows know: `$dynamic`, `$group`, `$examples` and so on
// beside the usual keywords. A dynamic property that is no text also accepts a template, hence `anyOf`.
import type { PropertyKind, PropertySpec, Shape } from './property.ts'
import type { Example, MetricDescription, OutputDescription, TypeDescription } from './task.ts'

export type JsonSchema = { readonly [keyword: string]: unknown }

export interface TypeSchema {
  readonly properties: JsonSchema
  readonly outputs: JsonSchema
}

export function schemaOf(description: TypeDescription): TypeSchema {
  const { type, title, deprecated, examples = [], metrics = [], outputs = [] } = description
  const properties: JsonSchema = {
    type: 'object',
    title,
    ...(description.description === undefined ? {} : { description: description.description }),
    ...(deprecated === undefined ? {} : { $deprecated: true }),
    ...(examples.length === 0 ? {} : { $examples: examples.map(presentExample(type)) }),
    ...(metrics.length === 0 ? {} : { $metrics: metrics.map(presentMetric) }),
    ...objectSchema(description.properties),
  }
  return { properties, outputs: outputsSchema(outputs) }
}

function objectSchema(shape: Shape): JsonSchema {
  const entries = Object.entries(shape)
  const required = entries.filter(([, { spec }]) => spec.isRequired).map(([name]) => name)
  return {
    properties: Object.fromEntries(entries.flatMap(([name, { spec }]) => namedSchemas(name, spec))),
    ...(required.length === 0 ? {} : { required }),
  }
}

/** Older names are properties as well: deprecated, and never required. */
function namedSchemas(name: string, spec: PropertySpec): readonly (readonly [string, JsonSchema])[] {
  const older = { ...spec, isRequired: false, deprecated: `Use \`${name}\` instead.` }
  return [
    [name, propertySchema(spec)],
    ...spec.aliases.map((alias): readonly [string, JsonSchema] => [alias, propertySchema(older)]),
  ]
}

function propertySchema(spec: PropertySpec): JsonSchema {
  return {
    ...(spec.isDynamic ? orTemplate(kindSchema(spec.kind)) : kindSchema(spec.kind)),
    ...(spec.title === undefined ? {} : { title: spec.title }),
    ...(spec.description === undefined ? {} : { description: spec.description }),
    ...(spec.defaultValue === undefined ? {} : { default: spec.defaultValue }),
    $dynamic: spec.isDynamic,
    ...(spec.isRequired ? { $required: true } : {}),
    ...(spec.group === undefined ? {} : { $group: spec.group }),
    ...(spec.language === undefined ? {} : { $language: spec.language }),
    ...(spec.isStorageUri ? { $internalStorageURI: true } : {}),
    ...(spec.isSecret ? { $secret: true } : {}),
    ...(spec.deprecated === undefined ? {} : { $deprecated: true, markdownDescription: spec.deprecated }),
    ...spec.keywords,
  }
}

function orTemplate(schema: JsonSchema): JsonSchema {
  if (schema['type'] === 'string' || schema['type'] === undefined) return schema
  return { anyOf: [schema, { type: 'string' }] }
}

function kindSchema(kind: PropertyKind): JsonSchema {
  switch (kind.type) {
    case 'string':
      return { type: 'string' }
    case 'boolean':
      return { type: 'boolean' }
    case 'integer':
      return { type: 'integer' }
    case 'number':
      return { type: 'number' }
    case 'duration':
      return { type: 'string', format: 'duration' }
    case 'bytes':
      return { anyOf: [{ type: 'integer', minimum: 0 }, { type: 'string' }] }
    case 'any':
      return {}
    case 'enum':
      return { type: 'string', enum: [...kind.values] }
    case 'list':
      return { type: 'array', items: kindSchema(kind.item) }
    case 'map':
      return { type: 'object', additionalProperties: kindSchema(kind.item) }
    case 'object':
      return { type: 'object', ...objectSchema(kind.shape) }
  }
}

const OUTPUT_TYPES: Readonly<Record<string, JsonSchema>> = {
  string: { type: 'string' },
  uri: { type: 'string', format: 'uri' },
  int: { type: 'integer' },
  long: { type: 'integer' },
  double: { type: 'number' },
  bool: { type: 'boolean' },
  duration: { type: 'string', format: 'duration' },
  any: {},
}

function outputsSchema(outputs: readonly OutputDescription[]): JsonSchema {
  const entries = outputs.map(output => [
    output.name,
    {
      ...outputSchema(output.type),
      ...(output.description === undefined ? {} : { description: output.description }),
    },
  ])
  return { type: 'object', properties: Object.fromEntries(entries) }
}

function outputSchema(type: string): JsonSchema {
  if (type.endsWith('[]')) return { type: 'array', items: outputSchema(type.slice(0, -2)) }
  if (type.startsWith('map<')) return { type: 'object', additionalProperties: outputSchema(type.slice(4, -1)) }
  return OUTPUT_TYPES[type] ?? { type: 'object' }
}

function presentExample(type: string): (example: Example) => JsonSchema {
  return ({ title, code, full = false }) => ({
    ...(title === undefined ? {} : { title }),
    code: full ? code : `id: ${idFor(type)}\ntype: ${type}\n${code}`,
    lang: 'yaml',
    full,
  })
}

/** `io.kestra.plugin.core.http.Request` → `request`. */
function idFor(type: string): string {
  return type
    .slice(type.lastIndexOf('.') + 1)
    .replace(/(?<=[a-z])(?=[A-Z])/g, '_')
    .toLowerCase()
}

function presentMetric({ name, type, unit, description }: MetricDescription): JsonSchema {
  return {
    name,
    type,
    ...(unit === undefined ? {} : { unit }),
    ...(description === undefined ? {} : { description }),
  }
}
