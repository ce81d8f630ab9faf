import { jsonText } from '../../std/value-text.ts'
import type { FilterDefinition } from '../definition.ts'
import { writeIon } from '../ion/write-ion.ts'
import { writeYaml } from '../yaml/write-yaml.ts'

export const JSON_FILTERS: readonly FilterDefinition[] = [
  { name: 'toJson', parameters: [], apply: input => jsonText(input) },
  { name: 'json', parameters: [], onlyDialect: 1, apply: input => jsonText(input) },
  { name: 'yaml', parameters: [], apply: input => (input === null ? 'null' : writeYaml(input)) },
  { name: 'toIon', parameters: [], apply: input => writeIon(input) },
]
