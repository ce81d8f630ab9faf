import { byName } from '../definition.ts'
import type { FilterDefinition } from '../definition.ts'

export const FILTERS: ReadonlyMap<string, FilterDefinition> = byName<FilterDefinition>()
