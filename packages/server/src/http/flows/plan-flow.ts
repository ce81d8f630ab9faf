// What an execution of a flow would do, before it is saved: told by core, with the configuration of this server and, where somebody names one, with
// what an earlier execution was given and came to. Nothing runs, and nothing is asked of the world: no secret and no key is read.
import {
  Fuel,
  NAMESPACE_VARIABLES,
  encodeValue,
  forecast,
  isMap,
  mapEntries,
  mapFrom,
  mapGet,
  namespaceRoot,
  scopeOf,
  trust,
  type Flow,
  type ForecastOptions,
  type Value,
  type ValueMap,
} from '@batuta/core'
import { judgeFlow, withTaskFiles } from '../../flows/save-flow.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { environmentOf } from '../executions/evaluate-expression.ts'
import { getExecution } from '../executions/read-execution.ts'
import { jsonText, type Reply } from '../reply.ts'
import { invalidFlow } from './report-flow.ts'

/** Of all expressions of the flow together. */
const STEPS_MAX = 5_000_000
const TEXT_MAX = 4 * 2 ** 20
const HIDDEN = '••••••'

export interface PlanWish {
  readonly source: string
  readonly inputs?: Readonly<Record<string, unknown>>
  readonly executionId?: string
}

export async function planFlow(wish: PlanWish, dependencies: HttpDependencies): Promise<Reply> {
  const { flow, diagnostics } = judgeFlow(wish.source, await withTaskFiles(wish.source, dependencies.saveWorld))
  if (!flow) throw invalidFlow(diagnostics)
  const { nowMs, zone, locale, configuredRoots } = dependencies.startWorld()
  const earlier = wish.executionId === undefined ? undefined : await readEarlier(wish.executionId, flow, dependencies)
  const given = trust<ValueMap>(wish.inputs ?? {})
  const options: ForecastOptions = {
    inputs: mapFrom([...mapEntries(earlier?.inputs ?? {}), ...mapEntries(given)]),
    nowMs,
    zone,
    locale,
    configuredRoots: rootsFor(flow, configuredRoots),
    fuel: new Fuel({ stepsMax: STEPS_MAX, textMax: TEXT_MAX }),
    ...(earlier ? { outputs: earlier.outputs } : {}),
  }
  return jsonText(encodeValue(trust<Value>(forecast(flow, options))))
}

function rootsFor({ namespace }: Flow, configured: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> {
  const variables = namespaceRoot(configured, namespace)
  const roots = [...configured].filter(([name]) => name !== NAMESPACE_VARIABLES)
  return new Map(variables ? [...roots, ['namespace', variables]] : roots)
}

export interface Earlier {
  readonly inputs: ValueMap
  readonly outputs: ValueMap
}

/** What was given as a SECRET is told to nobody; inputs that the flow has no more are left out. */
export async function readEarlier(
  executionId: string,
  { inputs: declared }: Flow,
  dependencies: HttpDependencies,
): Promise<Earlier> {
  const { state, plan } = await getExecution(executionId, dependencies)
  const inputs = declared.flatMap(({ id, type }): readonly (readonly [string, Value])[] => {
    const value = mapGet(state.inputs, id)
    if (value === undefined) return []
    return [[id, type === 'SECRET' && value !== null ? HIDDEN : value]]
  })
  const outputs = scopeOf({ state, plan, env: environmentOf(dependencies) }, undefined).lookup('outputs')
  return {
    inputs: mapFrom(inputs),
    outputs: outputs !== undefined && outputs !== null && isMap(outputs) ? outputs : {},
  }
}
