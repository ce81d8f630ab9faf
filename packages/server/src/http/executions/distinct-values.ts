// What a filter of the search for executions can be set to. Namespaces and flows are those that are there: what executions of deleted flows say is not looked for.
import { EXECUTION_MOVES } from '@batuta/core'
import type { HttpDependencies } from '../dependencies.ts'
import { RequestError } from '../request-error.ts'

export interface DistinctQuery {
  readonly field: string
  readonly q?: string
  readonly size?: number
}

const SIZE = 100

export function distinctValues(
  { field, q = '', size = SIZE }: DistinctQuery,
  world: HttpDependencies,
): readonly string[] {
  const wanted = q.toLowerCase()
  const found = [...new Set(valuesOf(field, world))].filter(value => value.toLowerCase().includes(wanted))
  return found.sort().slice(0, size)
}

function valuesOf(field: string, { flows, config }: HttpDependencies): readonly string[] {
  const own = [...flows.all()].filter(({ tenant }) => tenant === config.tenant)
  switch (field.toUpperCase()) {
    case 'NAMESPACE':
      return own.map(({ namespace }) => namespace)
    case 'FLOW_ID':
    case 'FLOWID':
      return own.map(({ flowId }) => flowId)
    case 'STATE':
      return Object.keys(EXECUTION_MOVES)
  }
  const message = `There are no values to choose from for "${field.slice(0, 100)}": ask for NAMESPACE, FLOW_ID or STATE.`
  throw new RequestError(422, 'field-unknown', message)
}
