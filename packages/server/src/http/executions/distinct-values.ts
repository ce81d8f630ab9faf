// What a filter of the search for executions can be set to. Namespaces, flows, triggers and labels are those of the flows that are there: what executions of
// deleted flows say is not looked for.
import { EXECUTION_MOVES } from '@batuta/core'
import type { FlowEntry, HttpDependencies } from '../dependencies.ts'
import { labelsOf, parseLabel } from '../flows/search-flows.ts'
import { RequestError } from '../request-error.ts'
import type { ExecutionQuery } from '../../storage/store.ts'

export interface DistinctQuery {
  readonly field: string
  readonly q?: string
  readonly size?: number
  readonly counts?: boolean
}

const SIZE = 100
const COUNTED_MAX = 50
const COUNT_MAX = 1_001

export interface CountedValue {
  readonly value: string
  /** Nothing is counted that no index counts. */
  readonly count?: number
}

export async function distinctValues(
  { field, q = '', size = SIZE, counts = false }: DistinctQuery,
  world: HttpDependencies,
): Promise<readonly (string | CountedValue)[]> {
  const { valuesOf, narrow } = fieldOf(field)
  const wanted = q.toLowerCase()
  const all = [...new Set(valuesOf(world))].filter(value => value.toLowerCase().includes(wanted)).sort()
  if (!counts) return all.slice(0, size)
  const { tenant } = world.config
  return await Promise.all(
    all.slice(0, Math.min(size, COUNTED_MAX)).map(async value => {
      if (!narrow) return { value }
      return { value, count: await world.store.read.countExecutions({ tenant, ...narrow(value), limit: COUNT_MAX }) }
    }),
  )
}

interface Field {
  valuesOf(world: HttpDependencies): readonly string[]
  readonly narrow?: (value: string) => Partial<ExecutionQuery>
}

const FIELDS: Readonly<Record<string, Field>> = {
  NAMESPACE: {
    valuesOf: world => flowsOf(world).map(({ namespace }) => namespace),
    narrow: namespace => ({ namespace }),
  },
  FLOW_ID: {
    valuesOf: world => flowsOf(world).map(({ flowId }) => flowId),
    narrow: flowId => ({ flowId }),
  },
  STATE: {
    valuesOf: () => Object.keys(EXECUTION_MOVES),
    narrow: state => ({ states: [state] }),
  },
  LABELS: {
    valuesOf: world =>
      flowsOf(world).flatMap(entry => labelsOf(entry, world.flows).map(({ key, value }) => `${key}:${value}`)),
    narrow: label => ({ labels: [parseLabel(label)] }),
  },
  TRIGGER_ID: {
    valuesOf: world => flowsOf(world).flatMap(entry => world.flows.readFlow(entry).triggers.map(({ id }) => id)),
  },
}

const ALIASES: Readonly<Record<string, string>> = { FLOWID: 'FLOW_ID', LABEL: 'LABELS', TRIGGERID: 'TRIGGER_ID' }

function fieldOf(name: string): Field {
  const upper = name.toUpperCase()
  const key = ALIASES[upper] ?? upper
  const field = Object.hasOwn(FIELDS, key) ? FIELDS[key] : undefined
  if (field) return field
  const known = Object.keys(FIELDS).join(', ')
  throw new RequestError(
    422,
    'field-unknown',
    `There are no values to choose from for "${name.slice(0, 100)}": ask for one of ${known}.`,
  )
}

function flowsOf({ flows, config }: HttpDependencies): readonly FlowEntry[] {
  return [...flows.all()].filter(({ tenant }) => tenant === config.tenant)
}
