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

function propertySchema({ type, isDynamic, isRequired, isDeprecated, defaultText }: TypeProperty): Schema {
  const given = defaultText === undefined ? undefined : defaultOf(defaultText)
  return {
    ...kindOf(type),
    ...(given === undefined ? {} : { default: given }),
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

const NAME_OR_DURATION = /^(?:[A-Z][A-Z0-9_]*|P(?=[0-9T])[0-9A-Z.]+)$/

/** What is only told to people (`{…}`, a call, a longer text) is no value. */
function defaultOf(text: string): unknown {
  if (NAME_OR_DURATION.test(text)) return text
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function markdownOf(type: ResolvedType): string {
  const parts = [`# ${type.type}`]
  if (!type.implemented) parts.push(wayOut(type))
  if (type.isDeprecated) parts.push('> This type is deprecated.')
  if (type.aliases.length > 0) parts.push(`Also written as: ${type.aliases.map(name => `\`${name}\``).join(', ')}`)
  if (type.properties.size > 0) parts.push(`## Properties\n${[...type.properties.values()].map(itemOf).join('\n')}`)
  if (type.outputs.length > 0) parts.push(`## Outputs\n${type.outputs.map(itemOf).join('\n')}`)
  return parts.join('\n\n')
}

function wayOut({ type, kind }: ResolvedType): string {
  const what = kind === 'polling' || kind === 'realtime' || kind === 'trigger' ? 'trigger' : 'task'
  return [
    `> This type is known, but no plugin of this server implements it. A flow that names it is saved with a warning; the ${what} itself cannot run.`,
    `> A plugin that defines \`${type}\` makes it work: \`batuta plugins install NAME\`; docs/guide/plugins.md tells how to write one.`,
  ].join('\n')
}

function itemOf({ name, type, isRequired, isDeprecated, defaultText }: TypeProperty): string {
  const marks = [isRequired ? 'required' : '', isDeprecated ? 'deprecated' : ''].filter(mark => mark !== '').join(', ')
  const given = defaultText === undefined ? '' : `, by default \`${defaultText}\``
  return `* \`${name}\`${marks === '' ? '' : ` (${marks})`}: ${type}${given}`
}
