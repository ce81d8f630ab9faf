// The types in the fewest words: what a list shows and what a search looks at.
import type { Catalogue } from '@batuta/core'
import { schemaOfType } from './describe-type.ts'

export interface IndexedType {
  readonly cls: string
  readonly kind: string
  readonly title?: string
  readonly implemented: boolean
  readonly deprecated?: true
  readonly aliases?: readonly string[]
  readonly properties: readonly string[]
}

export function indexTypes(catalogue: Catalogue): readonly IndexedType[] {
  return [...catalogue.names()].flatMap(name => {
    const type = catalogue.resolve(name)
    if (!type) return []
    const { title, properties } = schemaOfType(type)
    const simpleName = type.type.slice(type.type.lastIndexOf('.') + 1)
    return [
      {
        cls: type.type,
        kind: type.kind,
        ...(typeof title === 'string' && title !== simpleName ? { title } : {}),
        implemented: type.implemented,
        ...(type.isDeprecated ? { deprecated: true as const } : {}),
        ...(type.aliases.length > 0 ? { aliases: type.aliases } : {}),
        properties: typeof properties === 'object' && properties !== null ? Object.keys(properties) : [],
      },
    ]
  })
}
