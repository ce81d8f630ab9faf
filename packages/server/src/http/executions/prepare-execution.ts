// The birth of an execution, by the shortest way: inputs whose defaults and conditions need nothing from outside are resolved at once, the
// others are asked for.
import { mapGet, type Input, type Plan, type Value } from '@batuta/core'
import { prepareBirth, prepareBirthNow, type PreparedBirth, type StartRequest } from '../../flows/births.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { refuseDeep } from '../value-depth.ts'

type PrepareDependencies = Pick<HttpDependencies, 'startWorld' | 'ask' | 'config'>

export async function prepareExecution(
  executionId: string,
  request: StartRequest,
  dependencies: PrepareDependencies,
): Promise<PreparedBirth> {
  const prepared = await prepare(executionId, request, dependencies)
  if ('birth' in prepared) {
    refuseDeep(prepared.birth.inputs, 'An input')
    if (prepared.birth.trigger) refuseDeep(prepared.birth.trigger.variables, 'The body')
  }
  return prepared
}

function prepare(
  executionId: string,
  request: StartRequest,
  dependencies: PrepareDependencies,
): Promise<PreparedBirth> | PreparedBirth {
  const world = dependencies.startWorld()
  if (needsNothing(request.plan)) return prepareBirthNow(executionId, request, world)
  return prepareBirth(executionId, request, { world, ask: askOf(request.plan, executionId, dependencies) })
}

export function askOf(
  { flow }: Plan,
  executionId: string,
  { ask, config }: Pick<HttpDependencies, 'ask' | 'config'>,
): ReturnType<HttpDependencies['ask']> {
  return ask({ tenant: config.tenant, namespace: flow.namespace, flowId: flow.id, executionId })
}

const known = new WeakMap<Plan, boolean>()

function needsNothing(plan: Plan): boolean {
  const answer = known.get(plan) ?? plan.flow.inputs.every(isConstant)
  known.set(plan, answer)
  return answer
}

function isConstant({ defaults, dependsOn, inputs, properties }: Input): boolean {
  if (dependsOn !== undefined || mapGet(properties, 'expression') !== undefined) return false
  return !isTemplate(defaults) && (inputs ?? []).every(isConstant)
}

function isTemplate(value: Value | undefined): boolean {
  if (typeof value === 'string') return value.includes('{')
  return typeof value === 'object' && value !== null
}
