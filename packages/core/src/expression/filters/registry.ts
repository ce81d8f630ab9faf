import { byName } from '../definition.ts'
import type { FilterDefinition } from '../definition.ts'
import { COLLECTION_FILTERS } from './collection.ts'
import { DATE_FILTERS } from './date.ts'
import { ENCODING_FILTERS } from './encoding.ts'
import { JSON_FILTERS } from './json.ts'
import { NUMBER_FILTERS } from './number.ts'
import { REGEX_FILTERS } from './regex.ts'
import { TEXT_FILTERS } from './text.ts'

export const FILTERS: ReadonlyMap<string, FilterDefinition> = byName(
  TEXT_FILTERS,
  REGEX_FILTERS,
  ENCODING_FILTERS,
  COLLECTION_FILTERS,
  NUMBER_FILTERS,
  DATE_FILTERS,
  JSON_FILTERS,
)
