// Expressions rendered for the one who writes flows: as an execution sees them, or as a start of a flow does. Each has its value or its error.
import {
  BatutaError,
  ExpressionError,
  compileTemplate,
  encodeValue,
  evaluateAsync,
  loadReached,
  mapFrom,
  scopeOf,
  type Ask,
  type Plan,
  type Scope,
  type Value,
} from '@batuta/core'
import { scopeOf as scopeOfStart } from '../../flows/births.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { jsonText, type Reply } from '../reply.ts'
import { RequestError, notFound } from '../request-error.ts'
import { environmentOf } from './evaluate-expression.ts'
import { askOf } from './prepare-execution.ts'
import { getExecution } from './read-execution.ts'

export interface RenderCall {
  readonly expressions: readonly string[]
  readonly executionId?: string
  readonly namespace?: string
  readonly flowId?: string
}

const HIDDEN = '******'

export async function renderExpressions(call: RenderCall, dependencies: HttpDependencies): Promise<Reply> {
  const { plan, scope } = await placeOf(call, dependencies)
  const answers = askOf(plan, call.executionId ?? '', dependencies)
  const ask: Ask = async request => (request.name === 'secret' ? HIDDEN : await answers(request))
  const rendered: [string, Value][] = []
  const errors: [string, Value][] = []
  for (const expression of call.expressions) {
    try {
      const compiled = compileTemplate(expression, { dialect: plan.flow.dialect })
      const reached = await loadReached(scope(), compiled.paths, ask)
      rendered.push([expression, await evaluateAsync(inner => compiled.renderTyped(inner), reached, ask)])
    } catch (error) {
      if (!(error instanceof ExpressionError) && !(error instanceof BatutaError)) throw error
      errors.push([expression, error.message])
    }
  }
  return jsonText(
    encodeValue({ rendered: mapFrom(rendered), ...(errors.length > 0 ? { errors: mapFrom(errors) } : {}) }),
  )
}

async function placeOf(
  { executionId, namespace, flowId }: RenderCall,
  dependencies: HttpDependencies,
): Promise<{ readonly plan: Plan; readonly scope: () => Scope }> {
  if (executionId !== undefined) {
    const { state, plan } = await getExecution(executionId, dependencies)
    return { plan, scope: () => scopeOf({ state, plan, env: environmentOf(dependencies) }) }
  }
  const { flows, config } = dependencies
  if (namespace === undefined || flowId === undefined)
    throw new RequestError(422, 'place-missing', 'Say an executionId, or a namespace and a flowId.')
  const entry = flows.newest({ tenant: config.tenant, namespace, flowId })
  if (!entry) throw notFound(`The flow "${namespace}.${flowId}"`)
  const plan = flows.planOf(entry)
  return { plan, scope: () => scopeOfStart(plan, dependencies.startWorld()) }
}
