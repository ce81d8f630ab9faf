// A call of a webhook becomes an execution. The key in the path is the only protection, so a wrong one looks like no webhook at all.
import {
  encodeValue,
  isMap,
  judgeConditions,
  judgeWhen,
  presentExecution,
  presentWebhook,
  type ApiDialect,
  type Birth,
  type ExecutionState,
  type Judgement,
  type Plan,
  type Scope,
  type ValueMap,
  compileTemplate,
  evaluateAsync,
  type Label,
  type Value,
} from '@batuta/core'
import { scopeOf, type PreparedBirth, type StartRequest } from '../../flows/births.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { empty, jsonText, type Reply } from '../reply.ts'
import { RequestError } from '../request-error.ts'
import { askOf, prepareExecution } from './prepare-execution.ts'
import {
  bornOf,
  disabledFlow,
  executionUrl,
  hasBreaker,
  invalidInputs,
  keyOf,
  refuseHeld,
  submitBirth,
  type Start,
} from './start-execution.ts'
import { claimSignedCall, type SignedOnce } from './signed-calls.ts'
import { waitForEnd } from './watch-execution.ts'
import { findAskingDoor, findDoor, isAsking, type WebhookDoor } from './webhook-doors.ts'
import { verifySignature, type SignatureRule } from './webhook-signature.ts'
import { webhookVariables, type WebhookRequest } from './webhook-variables.ts'

export interface WebhookCall extends WebhookRequest {
  readonly namespace: string
  readonly flowId: string
  readonly key: string
  readonly dialect: ApiDialect
  /** The body as it came. */
  readonly bytes?: Uint8Array | undefined
  readonly traceparent: string | undefined
  readonly plannedId?: string | undefined
  isBegun(): void
  signal(): AbortSignal
}

export async function callWebhook(call: WebhookCall, dependencies: HttpDependencies): Promise<Reply> {
  const { flows, config } = dependencies
  const { namespace, flowId, key } = call
  const flow = { tenant: config.tenant, namespace, flowId }
  const entry = flows.newest(flow)
  if (!entry) throw noWebhook()
  const plan = flows.planOf(entry)
  const scope = (): Scope => scopeOf(plan, dependencies.startWorld())
  const door =
    findDoor(plan, key, scope) ??
    (isAsking(plan, scope) ? await findAskingDoor(plan, key, { scope, ask: askOf(plan, '', dependencies) }) : undefined)
  if (!door) throw noWebhook()
  const signed =
    door.signature === undefined ? undefined : await verify(door.signature, door, { call, plan }, dependencies)
  if (entry.isDisabled) throw disabledFlow(namespace, flowId)
  const passage = { call, plan, variables: webhookVariables(call) }
  await refuseSwitchedOff(plan, door, dependencies)
  const refused = isFree(door) ? undefined : await refusedBy(door, passage, dependencies)
  if (refused) return refused
  if (hasBreaker(plan, door.trigger, dependencies)) await refuseHeld(plan, door.trigger.id, dependencies)
  const plannedId = call.plannedId ?? dependencies.newId(flow)
  const claimed = signed && (await claimSignedCall({ ...signed, plannedId }, dependencies))
  if (claimed?.type === 'known') return claimed.reply
  const executionId = claimed?.executionId ?? plannedId
  const request = isRendered(door, passage)
    ? await renderedRequest(door, passage, dependencies)
    : requestOf(door, passage)
  const prepared = prepareExecution(executionId, request, dependencies)
  const birth = birthOf(prepared instanceof Promise ? await prepared : prepared, passage)
  const show = pictureOf(door, passage, { birth, executionId }, dependencies)
  const born = bornOf(await submitBirth({ executionId, birth }, show, dependencies))
  if (!door.isWaiting) return jsonText(born.text)
  if (born.isEnded) return answerEnded(door, born.text, born.state)
  call.isBegun()
  const tell = (state: ExecutionState): Ended => ({ text: show(state), state: state.state })
  const ended = await waitForEnd(executionId, tell, { dependencies, signal: call.signal() })
  return ended ? answerEnded(door, ended.text, ended.state) : jsonText(born.text)
}

/** Whoever has the key but not the secret is told what whoever has neither is told. */
async function verify(
  rule: SignatureRule,
  { trigger }: WebhookDoor,
  { call, plan }: Pick<Passage, 'call' | 'plan'>,
  dependencies: HttpDependencies,
): Promise<Omit<SignedOnce, 'plannedId'>> {
  const key = { ...keyOf(plan), triggerId: trigger.id }
  const scope = scopeOf(plan, dependencies.startWorld())
  const render = (inner: Scope): readonly string[] => rule.secrets.map(secret => secret.render(inner))
  const secrets = await evaluateAsync(render, scope, askOf(plan, '', dependencies)).catch((error: unknown) => {
    const cause = error instanceof Error ? error.message : String(error)
    dependencies.reasons.note(key, 'signature', `The signature was refused: its secret cannot be read (${cause}).`)
    throw noWebhook()
  })
  const { rawHeaders, bytes } = call
  const verdict = verifySignature(rule, secrets, { rawHeaders, bytes, nowMs: dependencies.platform.nowMs() })
  if (verdict.type === 'signed') return { trigger: key, once: verdict.once, keptMs: verdict.keptMs }
  dependencies.reasons.note(key, 'signature', verdict.reason)
  throw noWebhook()
}

function noWebhook(): RequestError {
  return new RequestError(404, 'webhook-not-found', 'There is no webhook at this address.')
}

/** One that its flow disables fires all the same, as in Kestra; one that was switched off by hand was meant to be shut. */
async function refuseSwitchedOff(
  plan: Plan,
  { trigger }: WebhookDoor,
  { triggerDesk }: HttpDependencies,
): Promise<void> {
  if (!(await triggerDesk.isWebhookOff({ ...keyOf(plan), triggerId: trigger.id }))) return
  throw new RequestError(409, 'trigger-disabled', `The webhook "${trigger.id}" is switched off: enable it to call it.`)
}

interface Passage {
  readonly call: WebhookCall
  readonly plan: Plan
  readonly variables: ValueMap
}

interface Ended {
  readonly text: string
  readonly state: ExecutionState['state']
}

async function refusedBy(
  door: WebhookDoor,
  passage: Passage,
  dependencies: HttpDependencies,
): Promise<Reply | undefined> {
  const judgement = await judge(door, passage, dependencies)
  if (!judgement || judgement.type === 'holds') return undefined
  const { call, plan } = passage
  const { namespace, id: flowId } = plan.flow
  const key = { tenant: plan.tenant, namespace, flowId, triggerId: door.trigger.id }
  dependencies.reasons.note(key, 'conditions', judgement.type === 'fails' ? judgement.reason : judgement.problem)
  return refuse(judgement, plan.flow.dialect === 2 ? 'c' : call.dialect)
}

/** What the caller is shown of an execution. */
function pictureOf(
  door: WebhookDoor,
  { call, plan }: Passage,
  { birth, executionId }: Start,
  dependencies: HttpDependencies,
): (state: ExecutionState) => string {
  const url = executionUrl({ namespace: birth.namespace, flowId: birth.flowId, executionId }, dependencies)
  return state => {
    const look = { dialect: call.dialect, nowMs: dependencies.platform.nowMs(), url }
    if (door.isWaiting && door.isReturningOutputs && state.isEnded && isGood(state.state))
      return encodeValue(state.outputs ?? {})
    return call.dialect === 'a' ? presentExecution(state, plan, look) : presentWebhook(state, plan, look)
  }
}

/** A caller who waits is told of a failure by the status. */
function answerEnded({ status, contentType }: WebhookDoor, body: string, state: ExecutionState['state']): Reply {
  if (isGood(state)) return { type: 'body', status, contentType, body }
  return { type: 'body', status: 500, contentType: 'application/json', body }
}

function isGood(state: ExecutionState['state']): boolean {
  return state === 'SUCCESS' || state === 'WARNING'
}

/** Nothing is started: 204 in 0.20 and 2.0, 409 in 1.3. */
function refuse(judgement: Exclude<Judgement, { type: 'holds' }>, dialect: ApiDialect): Reply {
  if (dialect !== 'b') return empty(204)
  const reason = judgement.type === 'fails' ? judgement.reason : judgement.problem
  throw new RequestError(409, 'conditions-not-met', `The webhook started nothing: ${reason}.`)
}

async function judge(
  door: WebhookDoor,
  passage: Passage,
  dependencies: HttpDependencies,
): Promise<Judgement | undefined> {
  const { conditions } = door.trigger
  if (conditions.length === 0 && !door.when) return undefined
  const { namespace, id, dialect } = passage.plan.flow
  return await evaluate(passage, dependencies, scope => {
    const context = {
      flow: { namespace, id },
      render: (text: string) => compileTemplate(text, { dialect }).render(scope),
    }
    const judgement = judgeConditions(conditions, context)
    return judgement.type === 'holds' && door.when ? judgeWhen(door.when.source, context) : judgement
  })
}

/** With the call as `trigger`; a key or a secret is asked for. */
async function evaluate<T>(
  { plan, variables }: Passage,
  dependencies: HttpDependencies,
  run: (scope: Scope) => T,
): Promise<T> {
  const scope = scopeOf(plan, dependencies.startWorld())
  const lookup = (root: string): Value | undefined => (root === 'trigger' ? variables : scope.lookup(root))
  return await evaluateAsync(run, { ...scope, lookup }, askOf(plan, '', dependencies))
}

/** Every call may begin an execution. */
function isFree({ trigger, when }: WebhookDoor): boolean {
  return trigger.conditions.length === 0 && !when
}

/** Whether inputs or labels are made of the call. */
function isRendered({ inputs }: WebhookDoor, passage: Passage): boolean {
  return inputs !== undefined || isLabelling(passage)
}

function isLabelling({ call, plan }: Passage): boolean {
  return plan.flow.dialect === 2 || call.dialect === 'c'
}

function requestOf({ trigger: { id, type } }: WebhookDoor, { call, plan, variables }: Passage): StartRequest {
  return { plan, inputs: NO_INPUTS, trigger: { id, type, variables }, traceparent: call.traceparent }
}

async function renderedRequest(
  door: WebhookDoor,
  passage: Passage,
  dependencies: HttpDependencies,
): Promise<StartRequest> {
  const { inputs } = door
  const rendered = inputs ? await evaluate(passage, dependencies, scope => inputs.render(scope)) : NO_INPUTS
  return {
    ...requestOf(door, passage),
    inputs: isMap(rendered) ? rendered : NO_INPUTS,
    ...(isLabelling(passage) ? { labels: await labelsOf(door, passage, dependencies) } : {}),
  }
}

const NO_INPUTS: ValueMap = {}

function birthOf(prepared: PreparedBirth, { call, plan }: Passage): Birth {
  if ('birth' in prepared) return prepared.birth
  const refusal = invalidInputs(prepared.problems)
  // Kestra 1.3 answers 409 here, 2.0 the 422 of any invalid input.
  throw call.dialect === 'c' || plan.flow.dialect === 2
    ? refusal
    : new RequestError(409, refusal.code, refusal.message, { details: refusal.details })
}

async function labelsOf(
  { trigger }: WebhookDoor,
  passage: Passage,
  dependencies: HttpDependencies,
): Promise<readonly Label[]> {
  if (trigger.labels.length === 0) return []
  const { dialect } = passage.plan.flow
  return await evaluate(passage, dependencies, scope =>
    trigger.labels.map(({ key, value }) => ({ key, value: compileTemplate(value, { dialect }).render(scope) })),
  )
}
