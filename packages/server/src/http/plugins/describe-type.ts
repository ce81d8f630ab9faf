// Documentation and JSON schema of a type: from the manifest of the plugin that brings it, else from what is known of it by name.
import { isMap, mapGet, trust, type ResolvedType, type TypeProperty, type Value } from '@batuta/core'

export type Schema = Readonly<Record<string, unknown>>

export interface TypeDocument {
  readonly markdown: string
  readonly schema: { readonly properties: Schema; readonly outputs: Schema; readonly definitions: Schema }
  readonly cls: string
  readonly implemented: boolean
  readonly deprecated: boolean
  /** Batuta's. */
  readonly kind: string
  readonly aliases: readonly string[]
}

export function describeType(type: ResolvedType): TypeDocument {
  const schema = schemaOfType(type)
  return {
    cls: type.type,
    implemented: type.implemented,
    deprecated: type.isDeprecated,
    kind: type.kind,
    aliases: type.aliases,
    markdown: markdownOf(type),
    schema: { properties: schema, outputs: outputsOf(type), definitions: {} },
  }
}

/** Properties of the type, with `type` pinned to its name, in the dialect of draft 07 that Kestra's editors read. */
export function schemaOfType(type: ResolvedType): Schema {
  const known = manifestSchema(type)
  if (known) return known
  const properties = [...type.properties.values()]
  const required = properties.filter(property => property.isRequired).map(property => property.name)
  return {
    type: 'object',
    title: type.type.slice(type.type.lastIndexOf('.') + 1),
    properties: Object.fromEntries(properties.map(property => [property.name, propertySchema(property)])),
    ...(required.length === 0 ? {} : { required }),
    ...(type.isDeprecated ? { $deprecated: true } : {}),
  }
}

function manifestSchema({ schema }: ResolvedType): Schema | undefined {
  const value = trust<Value>(schema ?? null)
  if (!isMap(value)) return undefined
  const inner = mapGet(value, 'properties')
  const isWrapped = inner !== undefined && isMap(inner) && mapGet(inner, 'type') === 'object'
  return trust<Schema>(isWrapped ? inner : value)
}

function outputsOf(type: ResolvedType): Schema {
  return {
    type: 'object',
    properties: Object.fromEntries(type.outputs.map(output => [output.name, propertySchema(output)])),
  }
}

function propertySchema({ type, isDynamic, isRequired, isDeprecated }: TypeProperty): Schema {
  return {
    ...kindOf(type),
    $dynamic: isDynamic,
    ...(isRequired ? { $required: true } : {}),
    ...(isDeprecated ? { $deprecated: true } : {}),
  }
}

/** The documented type is a hint: what it does not say stays open. */
function kindOf(hint: string): Schema {
  const text = hint.trim()
  if (text.endsWith('[]') || text.startsWith('list') || text.startsWith('array')) return { type: 'array' }
  if (text.startsWith('map') || text === 'object') return { type: 'object' }
  if (text.startsWith('enum ')) return { type: 'string', enum: text.slice('enum '.length).split('|') }
  switch (text) {
    case 'string':
    case 'uri':
    case 'text':
      return { type: 'string' }
    case 'duration':
      return { type: 'string', format: 'duration' }
    case 'date-time':
    case 'datetime':
      return { type: 'string', format: 'date-time' }
    case 'int':
    case 'integer':
    case 'long':
      return { type: ['integer', 'string'] }
    case 'float':
    case 'double':
    case 'number':
      return { type: ['number', 'string'] }
    case 'bool':
    case 'boolean':
      return { type: ['boolean', 'string'] }
    default:
      return {}
  }
}

function markdownOf(type: ResolvedType): string {
  const state = type.implemented ? '' : '\n\n> This type is known but not installed here.'
  const properties = [...type.properties.values()].map(
    ({ name, type: hint, isRequired }) => `* \`${name}\`${isRequired ? ' (required)' : ''}: ${hint}`,
  )
  const listed = properties.length === 0 ? '' : `\n\n## Properties\n${properties.join('\n')}`
  return `# ${type.type}${state}${listed}`
}
