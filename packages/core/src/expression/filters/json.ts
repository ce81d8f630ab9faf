import { jsonText } from '../../std/value-text.ts'
import { stringArgument } from '../arguments.ts'
import type { FilterDefinition } from '../definition.ts'
import { writeIon } from '../ion/write-ion.ts'
import { checkJq, runJq } from '../jq/run-jq.ts'
import { writeYaml } from '../yaml/write-yaml.ts'

export const JSON_FILTERS: readonly FilterDefinition[] = [
  { name: 'toJson', parameters: [], apply: (input, _args, { fuel }) => jsonText(input, fuel.textMax) },
  { name: 'json', parameters: [], onlyDialect: 1, apply: (input, _args, { fuel }) => jsonText(input, fuel.textMax) },
  {
    name: 'jq',
    parameters: ['expression'],
    checkArguments: ([expression]) => {
      if (typeof expression === 'string') checkJq(expression)
    },
    apply: (input, [expression], { fuel, scope }) => {
      const program = stringArgument(expression, 'expression')
      return input === null ? null : runJq(program, input, { fuel, nowMs: scope.nowMs })
    },
  },
  {
    name: 'yaml',
    parameters: [],
    apply: (input, _args, { fuel }) => (input === null ? 'null' : writeYaml(input, fuel)),
  },
  { name: 'toIon', parameters: [], apply: (input, _args, { fuel }) => writeIon(input, fuel) },
]
