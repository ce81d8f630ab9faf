// The birth of an execution, by the shortest way: inputs whose defaults and conditions need nothing from outside are resolved at once, the
// others are asked for.
import { isEmptyMap, mapGet, type Input, type Plan, type ResolvedInputs, type Value } from '@batuta/core'
import {
  birthFrom,
  prepareBirth,
  prepareBirthNow,
  resolve,
  scopeOf,
  type PreparedBirth,
  type StartRequest,
  type StartWorld,
} from '../../flows/births.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { refuseSealed } from '../refuse-sealed.ts'
import { refuseDeep } from '../value-depth.ts'

type PrepareDependencies = Pick<HttpDependencies, 'startWorld' | 'ask' | 'config'>

/** At once where nothing has to be asked for. */
export function prepareExecution(
  executionId: string,
  request: StartRequest,
  dependencies: PrepareDependencies,
): Promise<PreparedBirth> | PreparedBirth {
  refuseSealed(request.inputs, 'An input')
  const prepared = prepare(executionId, request, dependencies)
  return prepared instanceof Promise ? prepared.then(checked) : checked(prepared)
}

function checked(prepared: PreparedBirth): PreparedBirth {
  if (!('birth' in prepared)) return prepared
  refuseDeep(prepared.birth.inputs, 'An input')
  const { trigger } = prepared.birth
  if (trigger) {
    refuseDeep(trigger.variables, 'The body')
    refuseSealed(trigger.variables, 'The body')
  }
  return prepared
}

function prepare(
  executionId: string,
  request: StartRequest,
  dependencies: PrepareDependencies,
): Promise<PreparedBirth> | PreparedBirth {
  const world = dependencies.startWorld()
  const { plan, inputs, isForm } = request
  if (needsNothing(plan)) {
    if (!isEmptyMap(inputs) || isForm === true) return prepareBirthNow(executionId, request, world)
    return birthFrom(executionId, request, defaultsOf(request, world))
  }
  return prepareBirth(executionId, request, { world, ask: askOf(plan, executionId, dependencies) })
}

export function askOf(
  { flow }: Plan,
  executionId: string,
  { ask, config }: Pick<HttpDependencies, 'ask' | 'config'>,
): ReturnType<HttpDependencies['ask']> {
  return ask({ tenant: config.tenant, namespace: flow.namespace, flowId: flow.id, executionId })
}

const defaults = new WeakMap<Plan, ResolvedInputs>()

/** A call that gives no inputs to a flow whose defaults are constant gets the same ones each time. */
function defaultsOf(request: StartRequest, world: StartWorld): ResolvedInputs {
  const answer = defaults.get(request.plan) ?? resolve(request, world, scopeOf(request.plan, world))
  defaults.set(request.plan, answer)
  return answer
}

const known = new WeakMap<Plan, boolean>()

function needsNothing(plan: Plan): boolean {
  const answer = known.get(plan) ?? plan.flow.inputs.every(isConstant)
  known.set(plan, answer)
  return answer
}

/** The cipher text of a SECRET is another one each time. */
function isConstant({ type, defaults: own, dependsOn, inputs, properties }: Input): boolean {
  if (type === 'SECRET' || dependsOn !== undefined || mapGet(properties, 'expression') !== undefined) return false
  return !isTemplate(own) && (inputs ?? []).every(isConstant)
}

function isTemplate(value: Value | undefined): boolean {
  if (typeof value === 'string') return value.includes('{')
  return typeof value === 'object' && value !== null
}
