// What the language offers, as data: for completion in editors and for reference pages. It is made of the definitions that run.
import { FILTERS } from './filters/registry.ts'
import { FUNCTIONS } from './functions/registry.ts'
import type { Need } from './definition.ts'
import { TAGS } from './parse-template.ts'
import { PREDICATES } from './predicates.ts'
import type { Dialect } from './syntax.ts'

export interface CatalogueEntry {
  readonly kind: 'filter' | 'function' | 'test' | 'tag'
  readonly name: string
  readonly parameters: readonly string[]
  readonly needs: readonly Need[]
}

export function expressionCatalogue(dialect: Dialect): readonly CatalogueEntry[] {
  const entry = (kind: CatalogueEntry['kind'], name: string, more: Partial<CatalogueEntry> = {}): CatalogueEntry => ({
    kind,
    name,
    parameters: more.parameters ?? [],
    needs: more.needs ?? [],
  })
  const isKept = ({ onlyDialect }: { readonly onlyDialect?: Dialect }): boolean =>
    onlyDialect === undefined || onlyDialect === dialect
  return [
    ...[...FILTERS.values()]
      .filter(isKept)
      .map(filter => entry('filter', filter.name, { parameters: filter.parameters })),
    ...[...FUNCTIONS.values()]
      .filter(isKept)
      .map(({ name, parameters, needs = [] }) => entry('function', name, { parameters, needs })),
    entry('function', 'block', { parameters: ['name'] }),
    ...[...PREDICATES.keys()].map(name => entry('test', name)),
    ...TAGS.map(name => entry('tag', name)),
  ]
}
