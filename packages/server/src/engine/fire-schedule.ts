// A schedule's tick becomes an execution, and its cursor moves with the birth; or the cursor moves alone, and why is noted.
import {
  evaluateAsync,
  judgeScheduleDate,
  mapGet,
  shardOf,
  type Ask,
  type Birth,
  type ConditionContext,
  type ExecutionState,
  type Scope,
  type Value,
} from '@batuta/core'
import { scopeOf, type StartWorld } from '../flows/births.ts'
import { birthOfTrigger, failedBirth, type TriggerStart } from '../flows/trigger-birth.ts'
import { homeShardOf } from '../flows/home.ts'
import type { ReasonCode } from '../flows/trigger-reasons.ts'
import { SubmitError, type Inbox } from '../inbox/inbox.ts'
import type { FlowCatalogue } from '../flows/flow-catalogue.ts'
import type { Breakers } from '../flows/breakers.ts'
import type { FlowKey, TriggerKey } from '../storage/store.ts'
import type { NoteTaker } from './note.ts'
import type { Fired, Firing } from './schedules.ts'

export interface FireOptions {
  readonly inbox: Inbox
  /** Takes cursors that move without a birth. */
  readonly notes: NoteTaker
  readonly flows: FlowCatalogue
  readonly world: StartWorld
  readonly ask: Ask
  readonly breakers?: Breakers
  readonly isHoliday?: ConditionContext['isHoliday']
  onReason?(key: TriggerKey, code: ReasonCode, reason: string): void
  onNotice(message: string, error?: unknown): void
}

const NOT_TAKEN: Fired = { isTaken: false }

export async function startFiring(firing: Firing, options: FireOptions): Promise<Fired> {
  const { row, trigger, variables } = firing
  try {
    const start = startOf(firing, options)
    return start ? await fire(firing, start, options) : NOT_TAKEN
  } catch (error) {
    if (error instanceof SubmitError && error.fault === 'overloaded') return { isTaken: false, isRefused: true }
    const place = `the schedule "${row.triggerId}" of the flow "${row.namespace}.${row.flowId}"`
    options.onNotice(
      `${place} (${String(mapGet(variables, 'date'))}, ${trigger.type}) could not be fired now; it is tried again`,
      error,
    )
    return NOT_TAKEN
  }
}

async function fire(firing: Firing, start: TriggerStart, options: FireOptions): Promise<Fired> {
  const { lateByMs } = firing
  if (lateByMs !== undefined)
    return await pass(firing, ['late', `${dateOf(firing)} was too late by ${lateByMs} ms`], options)
  const held = await options.breakers?.heldBy(keyOf(firing), firing.flow, firing.row.triggerId)
  if (held) return await pass(firing, ['held', held.reason], options)
  const judgement = await judge(firing, start, options)
  switch (judgement.type) {
    case 'fails':
      return await pass(firing, ['conditions', judgement.reason], options)
    case 'problem': {
      const failed = { problem: judgement.problem, labels: firing.labels ?? [] }
      return await begin(firing, failedBirth(firing.executionId, start, failed), options)
    }
    case 'holds':
      return await prepareAndBegin(firing, start, options)
  }
}

/** Inputs that are not valid make a FAILED execution; in dialect 2 none, and the reason. */
async function prepareAndBegin(firing: Firing, start: TriggerStart, options: FireOptions): Promise<Fired> {
  const prepared = await birthOfTrigger(firing.executionId, start, options)
  if (!('problem' in prepared)) return await begin(firing, prepared.birth, options)
  if (firing.flow.dialect === 2) return await pass(firing, ['inputs', prepared.problem], options)
  options.onReason?.(firing.row, 'inputs', prepared.problem)
  return await begin(firing, withoutOrigin(prepared.birth), options)
}

async function begin({ executionId, row }: Firing, birth: Birth, { inbox, notes }: FireOptions): Promise<Fired> {
  // Flows that share limits are born where those are at home: the cursor moves here, in the flush that sends the birth there.
  if (shardOf(executionId) !== homeShardOf(row)) {
    await notes.note({ triggers: [{ ...row, executionId }], births: [{ type: 'create', executionId, birth }] })
    return { isTaken: true, executionId }
  }
  const view = (state: ExecutionState): string | undefined => (state.isEnded ? state.state : undefined)
  const trigger = { ...row, executionId }
  const receipt = await inbox.submit({ type: 'create', executionId, birth }, { trigger, view })
  return { isTaken: true, executionId, ...(receipt.view === undefined ? {} : { ended: receipt.view }) }
}

/** Nothing is started. */
async function pass(
  { row }: Firing,
  [code, reason]: readonly [ReasonCode, string],
  { notes, onReason }: FireOptions,
): Promise<Fired> {
  await notes.note({ triggers: [row] })
  onReason?.(row, code, reason)
  return { isTaken: true }
}

async function judge(
  { flow, trigger, schedule, dateMs }: Firing,
  { scope }: TriggerStart,
  { ask, isHoliday }: FireOptions,
): Promise<ReturnType<typeof judgeScheduleDate>> {
  if (trigger.conditions.length === 0 && mapGet(trigger.properties, 'when') === undefined) return { type: 'holds' }
  const holidays = isHoliday ? { isHoliday } : {}
  return await evaluateAsync(
    inner => judgeScheduleDate({ flow, trigger, schedule, scope: inner, ...holidays }, dateMs),
    scope,
    ask,
  )
}

function keyOf({ row: { tenant, namespace, flowId } }: Firing): FlowKey {
  return { tenant, namespace, flowId }
}

function dateOf({ variables }: Firing): string {
  return String(mapGet(variables, 'date'))
}

/** What could not begin by its schedule does not say that it did, as in Kestra 1.3. */
function withoutOrigin(birth: Birth): Birth {
  const { trigger, ...rest } = birth
  return trigger ? rest : birth
}

/** Undefined when the flow is gone meanwhile. */
function startOf(
  { row, trigger, variables, labels, inputs }: Firing,
  { flows, world }: FireOptions,
): TriggerStart | undefined {
  const entry = flows.newest(row)
  if (!entry) return undefined
  const plan = flows.planOf(entry)
  const scope = scopeOf(plan, world)
  const lookup = (root: string): Value | undefined =>
    root === 'trigger' || root === 'schedule' ? variables : scope.lookup(root)
  const withTrigger: Scope = { ...scope, lookup }
  return { plan, trigger, variables, scope: withTrigger, ...(labels && { labels }), ...(inputs && { inputs }) }
}
