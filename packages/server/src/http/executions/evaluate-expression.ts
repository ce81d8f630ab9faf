// Renders an expression in the context of an execution or of one of its task runs, for the one who writes flows. Secrets stay hidden.
import {
  ExpressionError,
  Fuel,
  compileTemplate,
  evaluateAsync,
  loadReached,
  ordinalOf,
  scopeOf,
  type Ask,
  type TaskRun,
  type TurnEnv,
} from '@batuta/core'
import type { HttpDependencies } from '../dependencies.ts'
import { json, type Reply } from '../reply.ts'
import { notFound } from '../request-error.ts'
import { getExecution, type ReadExecution } from './read-execution.ts'
import { askOf } from './prepare-execution.ts'

const HIDDEN = '******'

export async function evaluateExpression(
  template: string,
  { executionId, taskRunId }: { readonly executionId: string; readonly taskRunId?: string },
  dependencies: HttpDependencies,
): Promise<Reply> {
  const found = await getExecution(executionId, dependencies)
  const run = taskRunId === undefined ? undefined : getRunById(found, taskRunId)
  const { plan, state } = found
  const answers = askOf(plan, executionId, dependencies)
  const ask: Ask = async request => (request.name === 'secret' ? HIDDEN : await answers(request))
  try {
    const compiled = compileTemplate(template, { dialect: plan.flow.dialect })
    const bare = scopeOf({ state, plan, env: environmentOf(dependencies) }, run)
    const scope = await loadReached(bare, compiled.paths, ask)
    return json({ result: await evaluateAsync(inner => compiled.render(inner), scope, ask) })
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    return json({ error: error.message, stackTrace: error.message })
  }
}

export function getRunById({ state }: ReadExecution, taskRunId: string): TaskRun {
  const ordinal = ordinalOf(state.id, taskRunId)
  const run = ordinal === undefined ? undefined : state.runs.at(ordinal)
  if (!run || run.isRemoved) throw notFound(`The task run "${taskRunId}" of the execution "${state.id}"`)
  return run
}

/** What a scope needs of a turn; nothing is started here. */
export function environmentOf({ startWorld, newId }: HttpDependencies): TurnEnv {
  const { nowMs, zone, locale, random, configuredRoots } = startWorld()
  return {
    nowMs,
    zone,
    locale,
    configuredRoots,
    random,
    fuel: new Fuel(),
    newId,
    prepareChild: () => ({ problem: 'Nothing is started by an evaluation.' }),
  }
}
