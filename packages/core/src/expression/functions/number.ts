import type { Value } from '../../std/value.ts'
import { isOrdered } from '../compare.ts'
import type { Args, FunctionDefinition } from '../definition.ts'

export const NUMBER_FUNCTIONS: readonly FunctionDefinition[] = [
  { name: 'max', parameters: [], call: args => pick(args, '>') },
  { name: 'min', parameters: [], call: args => pick(args, '<') },
]

/** Nulls are left out; of equal numbers the first stays. */
function pick(args: Args, operator: '>' | '<'): Value {
  let best: Value = null
  for (const candidate of args) {
    if (candidate === undefined || candidate === null) continue
    if (best === null || isOrdered(operator, candidate, best, 1)) best = candidate
  }
  return best
}
