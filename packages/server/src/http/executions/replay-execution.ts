// Executions that begin as another one: replays, and restarts under another revision. What they begin with is computed by core from the journal of
// the source; here the source is read, inputs are resolved anew where some were given, and the birth is submitted.
import {
  birthOf,
  fold,
  presentExecution,
  replayBirth,
  restartBirth,
  type Again,
  type ApiDialect,
  type ExecutionState,
  type Plan,
  type ReplaySource,
  type ValueMap,
} from '@batuta/core'
import type { IncomingMessage } from 'node:http'
import type { HttpDependencies } from '../dependencies.ts'
import { empty, jsonText, type Reply } from '../reply.ts'
import { notFound } from '../request-error.ts'
import { refuseBlocked } from './blocked-again.ts'
import { refusalOf } from './command-refusal.ts'
import { getRunById } from './evaluate-expression.ts'
import { lookAt } from './look.ts'
import { prepareExecution } from './prepare-execution.ts'
import { readBreakpoints } from './read-breakpoints.ts'
import { readForm } from './read-form.ts'
import { readTraceparent } from './read-traceparent.ts'
import { bornOf, keyOf, disabledFlow, executionUrl, invalidInputs, submitBirth } from './start-execution.ts'

export interface ReplayQuery {
  readonly taskRunId?: string
  readonly revision?: number
  readonly breakpoints?: string
}

export interface ReplayCall {
  readonly params: { readonly executionId: string }
  readonly query: ReplayQuery
  readonly dialect: ApiDialect
  readonly incoming: IncomingMessage
}

export async function replayExecution(call: ReplayCall, dependencies: HttpDependencies): Promise<Reply> {
  const source = await readSource(call.params.executionId, dependencies)
  const plan = await planOf(source, call.query.revision, dependencies)
  return await submitReplay(source, { call, plan }, dependencies)
}

/** Everything that a replay would be refused for; nothing is started. */
export async function validateReplay(
  { params, query, dialect }: Omit<ReplayCall, 'incoming'>,
  dependencies: HttpDependencies,
): Promise<Reply> {
  const source = await readSource(params.executionId, dependencies)
  const plan = await planOf(source, query.revision, dependencies)
  const { taskRunId, breakpoints } = query
  const again = replayBirth(source, {
    plan,
    nowMs: dependencies.platform.nowMs(),
    breakpoints: readBreakpoints(breakpoints),
    traceparent: undefined,
    ...(taskRunId === undefined || taskRunId === '' ? {} : { run: getRunById(source, taskRunId).ordinal }),
  })
  if ('refusal' in again) throw refusalOf(again.refusal, 'restart', dialect)
  return empty(200)
}

/** Inputs are resolved as at a start: what is not given has its default. */
export async function replayWithInputs(call: ReplayCall, dependencies: HttpDependencies): Promise<Reply> {
  const source = await readSource(call.params.executionId, dependencies)
  const plan = await planOf(source, call.query.revision, dependencies)
  const executionId = dependencies.newId(keyOf(plan))
  const form = await readForm(call.incoming, { plan, executionId, files: dependencies.files })
  try {
    const request = { plan, inputs: form.inputs, isForm: form.isText }
    const prepared = await prepareExecution(executionId, request, dependencies)
    if (!('birth' in prepared)) throw invalidInputs(prepared.problems)
    return await submitReplay(source, { call, plan, executionId, inputs: prepared.birth.inputs }, dependencies)
  } catch (error) {
    await form.discard()
    throw error
  }
}

/** A restart keeps its execution, unless it is to run another revision. */
export async function restartUnder(
  executionId: string,
  { revision, dialect }: { readonly revision: number; readonly dialect: ApiDialect },
  dependencies: HttpDependencies,
): Promise<Reply> {
  const source = await readSource(executionId, dependencies)
  const { state } = source
  if (!state.isEnded && state.state !== 'PAUSED') {
    const message = `The execution "${executionId}" is ${state.state}: only one that has ended or waits can be restarted.`
    throw refusalOf({ code: 'wrong-state', message }, 'restart', dialect)
  }
  const plan = await planOf(source, revision, dependencies)
  const again = restartBirth(source, { plan, nowMs: dependencies.platform.nowMs() })
  return jsonText(await submitAgain(again, { executionId: dependencies.newId(keyOf(plan)), dialect }, dependencies))
}

/** Without an answer for each: many are replayed at once. */
export async function replayOne(
  executionId: string,
  {
    isLatest,
    dialect,
    executionId: chosen,
  }: { readonly isLatest: boolean; readonly dialect: ApiDialect; readonly executionId?: string },
  dependencies: HttpDependencies,
): Promise<void> {
  const source = await readSource(executionId, dependencies)
  const { namespace, flowId, tenant } = source.state
  const newest = isLatest ? dependencies.flows.newest({ tenant, namespace, flowId })?.revision : undefined
  const plan = await planOf(source, newest, dependencies)
  const again = replayBirth(source, { plan, nowMs: dependencies.platform.nowMs() })
  await submitAgain(again, { executionId: chosen ?? dependencies.newId(keyOf(plan)), dialect }, dependencies)
}

interface Replay {
  readonly call: ReplayCall
  readonly plan: Plan
  readonly executionId?: string
  readonly inputs?: ValueMap
}

async function submitReplay(source: ReplaySource, replay: Replay, dependencies: HttpDependencies): Promise<Reply> {
  const { call, plan, executionId = dependencies.newId(keyOf(plan)), inputs } = replay
  const { taskRunId, breakpoints } = call.query
  const again = replayBirth(source, {
    plan,
    nowMs: dependencies.platform.nowMs(),
    breakpoints: readBreakpoints(breakpoints),
    traceparent: readTraceparent(call.incoming),
    ...(taskRunId === undefined || taskRunId === '' ? {} : { run: getRunById(source, taskRunId).ordinal }),
    ...(inputs === undefined ? {} : { inputs }),
  })
  return jsonText(await submitAgain(again, { executionId, dialect: call.dialect }, dependencies))
}

export async function submitAgain(
  again: Again,
  { executionId, dialect }: { readonly executionId: string; readonly dialect: ApiDialect },
  dependencies: HttpDependencies,
): Promise<string> {
  if ('refusal' in again) throw refusalOf(again.refusal, 'restart', dialect)
  const { birth } = again
  const url = executionUrl({ namespace: birth.namespace, flowId: birth.flowId, executionId }, dependencies)
  const show = (state: ExecutionState, plan: Plan): string =>
    presentExecution(state, plan, { ...lookAt(executionId, dialect, dependencies), url })
  return bornOf(await submitBirth({ executionId, birth }, show, dependencies)).text
}

async function readSource(id: string, { store, flows }: HttpDependencies): Promise<ReplaySource> {
  const rows = await store.read.journalOf(id)
  const birth = rows.length === 0 ? undefined : birthOf(id, rows)
  const plan = birth && (await flows.loadPlan(birth, birth.revision))
  if (!plan) throw notFound(`The execution "${id}"`)
  return { state: fold(id, rows, plan), plan, rows }
}

/** Of the revision that was asked for, else the one that the source ran; the flow must be there and enabled, and no policy in its way. */
export async function planOf(
  source: ReplaySource,
  revision: number | undefined,
  dependencies: HttpDependencies,
): Promise<Plan> {
  const plan = await wantedPlan(source, revision, dependencies)
  refuseBlocked(plan, dependencies)
  return plan
}

async function wantedPlan(
  source: ReplaySource,
  revision: number | undefined,
  { flows }: HttpDependencies,
): Promise<Plan> {
  const { tenant, namespace, flowId } = source.state
  const newest = flows.newest({ tenant, namespace, flowId })
  if (!newest) throw notFound(`The flow "${namespace}.${flowId}"`)
  if (newest.isDisabled) throw disabledFlow(namespace, flowId)
  if (revision === undefined || revision === source.plan.revision) return source.plan
  const plan = await flows.loadPlan({ tenant, namespace, flowId }, revision)
  if (!plan) throw notFound(`Revision ${revision} of the flow "${namespace}.${flowId}"`)
  return plan
}
