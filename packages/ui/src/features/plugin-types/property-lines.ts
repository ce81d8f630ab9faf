// The schema of a type, as lines that people read.

export interface PropertyLine {
  readonly name: string
  readonly type: string
  readonly text: string | undefined
  readonly isRequired: boolean
  readonly isDynamic: boolean
  readonly isDeprecated: boolean
  readonly defaultText: string | undefined
  readonly choices: readonly string[]
  readonly children: readonly PropertyLine[]
}

type Schema = Readonly<Record<string, unknown>>

const DEPTH_MAX = 6

/** Required ones first, then by name. */
export function propertyLines(schema: unknown, depth = 0): readonly PropertyLine[] {
  if (!isSchema(schema) || depth > DEPTH_MAX) return []
  const properties = isSchema(schema['properties']) ? schema['properties'] : {}
  const required = Array.isArray(schema['required']) ? schema['required'] : []
  return Object.entries(properties)
    .filter((entry): entry is [string, Schema] => isSchema(entry[1]))
    .map(([name, of]) => lineOf(name, of, { isRequired: required.includes(name) || of['$required'] === true, depth }))
    .sort((a, b) => Number(b.isRequired) - Number(a.isRequired) || a.name.localeCompare(b.name))
}

function lineOf(
  name: string,
  of: Schema,
  { isRequired, depth }: { readonly isRequired: boolean; readonly depth: number },
): PropertyLine {
  const text = [of['title'], of['description']].filter(each => typeof each === 'string').join(' ')
  const items = isSchema(of['items']) ? of['items'] : undefined
  return {
    name,
    type: typeWords(of),
    text: text === '' ? undefined : text,
    isRequired,
    isDynamic: of['$dynamic'] === true,
    isDeprecated: of['$deprecated'] === true,
    defaultText: of['default'] === undefined ? undefined : JSON.stringify(of['default']),
    choices: [of['enum']].flat().flatMap(each => (typeof each === 'string' ? [each] : [])),
    children: propertyLines(items ?? of, depth + 1),
  }
}

function typeWords(of: Schema): string {
  const { type, format, anyOf, items, additionalProperties } = of
  if (Array.isArray(anyOf)) return [...new Set(anyOf.filter(isSchema).map(typeWords))].join(' or ')
  if (Array.isArray(type)) return type.join(' or ')
  if (type === 'array') return isSchema(items) && items['type'] !== undefined ? `list of ${typeWords(items)}` : 'list'
  if (type === 'object')
    return isSchema(additionalProperties) && additionalProperties['type'] !== undefined
      ? `map of ${typeWords(additionalProperties)}`
      : 'object'
  if (typeof format === 'string') return format
  return typeof type === 'string' ? type : 'any'
}

export function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
