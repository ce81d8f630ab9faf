// Starting a flow from the API: the flow, the inputs, the checks, the birth, and the answer once it is committed.
import {
  presentExecution,
  type ApiDialect,
  type Birth,
  type ExecutionState,
  type InputProblem,
  type Label,
  type Plan,
  type Trigger,
} from '@batuta/core'
import type { Receipt } from '../../inbox/inbox.ts'
import type { FlowKey } from '../../storage/store.ts'
import { baseOf } from '../base-of.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { parseLabel } from '../flows/search-flows.ts'
import { parseMoment } from '../parse-moment.ts'
import { jsonText, type Reply } from '../reply.ts'
import { refuseBlocked } from './blocked-again.ts'
import { RequestError, notFound, unprocessable } from '../request-error.ts'
import { failedChecks, problemOfChecks, refuseByChecks } from './checks.ts'
import { lookAt } from './look.ts'
import { prepareExecution } from './prepare-execution.ts'
import { readBreakpoints } from './read-breakpoints.ts'
import { readTraceparent } from './read-traceparent.ts'
import { readForm, type Form } from './read-form.ts'
import type { IncomingMessage } from 'node:http'
import { waitForEnd } from './watch-execution.ts'

export interface StartQuery {
  readonly labels?: readonly string[]
  readonly wait?: boolean
  readonly revision?: number
  readonly scheduleDate?: string
  readonly breakpoints?: string
}

export interface StartCall {
  readonly params: { readonly namespace: string; readonly id: string }
  readonly query: StartQuery
  readonly incoming: IncomingMessage
  readonly dialect: ApiDialect
  readonly plannedId?: string | undefined
  isBegun(): void
  signal(): AbortSignal
}

export async function startExecution(call: StartCall, dependencies: HttpDependencies): Promise<Reply> {
  const plan = await planToStart(call, dependencies)
  const labels = readLabels(call.query.labels)
  const executionId = call.plannedId ?? dependencies.newId(keyOf(plan))
  const form = await readForm(call.incoming, { plan, executionId, files: dependencies.files })
  try {
    await refuseHeld(plan, undefined, dependencies)
    const traceparent = readTraceparent(call.incoming)
    const birthing = { plan, executionId, labels, query: call.query, traceparent }
    const birth = await birthFrom(form, birthing, dependencies)
    return await submitStart({ executionId, birth }, call, dependencies)
  } catch (error) {
    await form.discard()
    throw error
  }
}

export function keyOf({ tenant, flow }: Plan): FlowKey {
  return { tenant, namespace: flow.namespace, flowId: flow.id }
}

interface Birthing {
  readonly plan: Plan
  readonly executionId: string
  readonly labels: readonly Label[]
  readonly query: StartQuery
  readonly traceparent: string | undefined
}

async function birthFrom(
  form: Form,
  { plan, executionId, labels, query, traceparent }: Birthing,
  dependencies: HttpDependencies,
): Promise<Birth> {
  const { flow } = plan
  const scheduledMs = query.scheduleDate === undefined ? undefined : parseMoment(query.scheduleDate, 'scheduleDate')
  const prepared = await prepareExecution(
    executionId,
    {
      plan,
      inputs: form.inputs,
      labels,
      isForm: form.isText,
      traceparent,
      ...(scheduledMs === undefined ? {} : { scheduledMs }),
    },
    dependencies,
  )
  if (!('birth' in prepared)) throw invalidInputs(prepared.problems)
  const breakpoints = readBreakpoints(query.breakpoints)
  const birth = breakpoints.length === 0 ? prepared.birth : { ...prepared.birth, breakpoints }
  return flow.checks.length === 0 ? birth : await withChecks(birth, plan, dependencies)
}

/** A failed check refuses the birth, or makes it one that is FAILED. */
export async function withChecks(birth: Birth, plan: Plan, dependencies: HttpDependencies): Promise<Birth> {
  const failed = await failedChecks(plan, birth.inputs, dependencies)
  refuseByChecks(failed)
  const problem = problemOfChecks(failed)
  return problem === undefined ? birth : { ...birth, problem }
}

export function invalidInputs(problems: readonly InputProblem[]): RequestError {
  const details = problems.map(({ id, message }) => ({ path: id, message }))
  return unprocessable(
    'inputs-invalid',
    `Invalid entity: ${problems.map(({ message }) => message).join('; ')}`,
    details,
  )
}

/** The flow as it is to be started: it must exist and be enabled; an older revision is read for it. */
export async function planToStart(
  { params, query }: Pick<StartCall, 'params' | 'query'>,
  { flows, config }: HttpDependencies,
): Promise<Plan> {
  const { namespace, id: flowId } = params
  const key = { tenant: config.tenant, namespace, flowId }
  const entry = flows.newest(key)
  if (!entry) throw notFound(`The flow "${namespace}.${flowId}"`)
  if (entry.isDisabled) throw disabledFlow(namespace, flowId)
  if (query.revision === undefined || query.revision === entry.revision) return flows.planOf(entry)
  const plan = await flows.loadPlan(key, query.revision)
  if (!plan) throw notFound(`Revision ${query.revision} of the flow "${namespace}.${flowId}"`)
  if (plan.flow.disabled) throw disabledFlow(namespace, flowId)
  return plan
}

/** Whether anything may hold it. */
export function hasBreaker(
  { flow }: Plan,
  trigger: Trigger | undefined,
  { breakers }: Pick<HttpDependencies, 'breakers'>,
): boolean {
  return breakers?.mayHold(flow, trigger) ?? false
}

/** What a policy blocks, or its circuit breaker holds, is not begun. */
export async function refuseHeld(
  plan: Plan,
  triggerId: string | undefined,
  { breakers, saveWorld }: Pick<HttpDependencies, 'breakers' | 'saveWorld'>,
): Promise<void> {
  refuseBlocked(plan, { saveWorld })
  const held = await breakers?.heldBy(keyOf(plan), plan.flow, triggerId)
  if (!held) return
  const { namespace, id } = plan.flow
  throw new RequestError(409, 'flow-held', `The flow "${namespace}.${id}" is not begun: ${held.reason}.`)
}

export function disabledFlow(namespace: string, flowId: string): RequestError {
  return new RequestError(409, 'flow-disabled', `The flow "${namespace}.${flowId}" is disabled: enable it to start it.`)
}

const CORRELATION = 'system.correlationId'

function readLabels(texts: readonly string[] = []): readonly Label[] {
  return texts.map(text => {
    const label = parseLabel(text)
    if (label.key.startsWith('system.') && label.key !== CORRELATION) {
      throw unprocessable(
        'label-reserved',
        `The label "${label.key}" is refused: labels that begin with "system." belong to the system.`,
      )
    }
    return label
  })
}

export interface Start {
  readonly executionId: string
  readonly birth: Birth
}

async function submitStart(start: Start, call: StartCall, dependencies: HttpDependencies): Promise<Reply> {
  const { query, dialect } = call
  const { birth, executionId } = start
  const url = executionUrl({ namespace: birth.namespace, flowId: birth.flowId, executionId }, dependencies)
  const show = (state: ExecutionState, plan: Plan): string =>
    presentExecution(state, plan, { ...lookAt(executionId, dialect, dependencies), url })
  const { text, isEnded } = bornOf(await submitBirth(start, show, dependencies))
  if (query.wait !== true || isEnded) return jsonText(text)
  call.isBegun()
  const ended = await waitForEnd(executionId, show, { dependencies, signal: call.signal() })
  return jsonText(ended ?? text)
}

export interface Born {
  readonly text: string
  readonly isEnded: boolean
  readonly state: ExecutionState['state']
}

/** Settles after the commit, with the execution as the first turn left it. */
export function submitBirth(
  { executionId, birth }: Start,
  show: (state: ExecutionState, plan: Plan) => string,
  { inbox }: Pick<HttpDependencies, 'inbox'>,
): Promise<Receipt<Born>> {
  const view = (state: ExecutionState, plan: Plan): Born => {
    return { text: show(state, plan), isEnded: state.isEnded, state: state.state }
  }
  return inbox.submit<Born>({ type: 'create', executionId, birth }, { view })
}

export function bornOf({ view, refusal }: Receipt<Born>): Born {
  if (view === undefined) throw new RequestError(500, 'failed', refusal?.message ?? 'The execution was not created.')
  return view
}

export function executionUrl(
  {
    namespace,
    flowId,
    executionId,
  }: { readonly namespace: string; readonly flowId: string; readonly executionId: string },
  dependencies: Pick<HttpDependencies, 'config'>,
): string {
  return `${baseOf(dependencies)}/ui/${dependencies.config.tenant}/executions/${namespace}/${flowId}/${executionId}`
}
