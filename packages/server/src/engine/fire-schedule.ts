// A schedule's tick becomes an execution, and its cursor moves with the birth.
import {
  ExpressionError,
  compileDeep,
  isMap,
  mapGet,
  type Ask,
  type Birth,
  type Plan,
  type Scope,
  type Trigger,
  type Value,
  type ValueMap,
} from '@batuta/core'
import { prepareBirth, problemText, scopeOf, type PreparedBirth, type StartWorld } from '../flows/births.ts'
import type { Inbox } from '../inbox/inbox.ts'
import type { FlowCatalogue } from '../flows/flow-catalogue.ts'
import type { Firing } from './schedules.ts'

export interface FireOptions {
  readonly inbox: Inbox
  readonly flows: FlowCatalogue
  readonly world: StartWorld
  readonly ask: Ask
  onNotice(message: string, error?: unknown): void
}

/** True when the tick is stored and the cursor moved. */
export async function startFiring(firing: Firing, options: FireOptions): Promise<boolean> {
  const { row, trigger, variables, executionId } = firing
  const place = `the schedule "${row.triggerId}" of the flow "${row.namespace}.${row.flowId}"`
  try {
    const birth = await birthOf(executionId, firing, options)
    if (!birth) return false
    await options.inbox.submit({ type: 'create', executionId, birth }, { trigger: { ...row, executionId } })
    return true
  } catch (error) {
    options.onNotice(
      `${place} (${String(mapGet(variables, 'date'))}, ${trigger.type}) could not be fired now; it is tried again`,
      error,
    )
    return false
  }
}

/** Undefined when the flow is gone meanwhile. Inputs that cannot be resolved make an execution that is FAILED from birth. */
async function birthOf(
  executionId: string,
  { row, trigger, variables }: Firing,
  { flows, world, ask }: FireOptions,
): Promise<Birth | undefined> {
  const entry = flows.newest(row)
  if (!entry) return undefined
  const plan = flows.planOf(entry)
  const scope = scopeOf(plan, world)
  const withTrigger = {
    ...scope,
    lookup: (root: string): Value | undefined =>
      root === 'trigger' || root === 'schedule' ? variables : scope.lookup(root),
  }
  const prepared = await prepare(executionId, { plan, trigger, variables, scope: withTrigger }, { world, ask })
  if ('birth' in prepared) return prepared.birth
  const { tenant, revision } = plan
  return {
    tenant,
    namespace: plan.flow.namespace,
    flowId: plan.flow.id,
    revision,
    inputs: {},
    labels: [...plan.flow.labels, { key: 'system.correlationId', value: executionId }],
    trigger: { id: trigger.id, type: trigger.type, variables },
    problem: problemText(prepared.problems),
  }
}

interface Start {
  readonly plan: Plan
  readonly trigger: Trigger
  readonly variables: ValueMap
  readonly scope: Scope
}

async function prepare(
  executionId: string,
  { plan, trigger, variables, scope }: Start,
  options: Parameters<typeof prepareBirth>[2],
): Promise<PreparedBirth> {
  try {
    const rendered = compileDeep(trigger.inputs, { dialect: plan.flow.dialect }).render(scope)
    const inputs: ValueMap = isMap(rendered) ? rendered : {}
    const start = { plan, inputs, labels: trigger.labels, trigger: { id: trigger.id, type: trigger.type, variables } }
    return await prepareBirth(executionId, start, options)
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    return { problems: [{ id: trigger.id, message: error.message }] }
  }
}
