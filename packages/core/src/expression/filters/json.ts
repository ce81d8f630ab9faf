import { jsonText } from '../../std/value-text.ts'
import { stringArgument } from '../arguments.ts'
import type { FilterDefinition } from '../definition.ts'
import { writeIon } from '../ion/write-ion.ts'
import { runJq } from '../jq/run-jq.ts'
import { writeYaml } from '../yaml/write-yaml.ts'

export const JSON_FILTERS: readonly FilterDefinition[] = [
  { name: 'toJson', parameters: [], apply: input => jsonText(input) },
  { name: 'json', parameters: [], onlyDialect: 1, apply: input => jsonText(input) },
  {
    name: 'jq',
    parameters: ['expression'],
    apply: (input, [expression], { fuel, scope }) => {
      const program = stringArgument(expression, 'expression')
      return input === null ? null : runJq(program, input, { fuel, nowMs: scope.nowMs })
    },
  },
  { name: 'yaml', parameters: [], apply: input => (input === null ? 'null' : writeYaml(input)) },
  { name: 'toIon', parameters: [], apply: input => writeIon(input) },
]
