// A schedule's tick becomes an execution, and its cursor moves with the birth.
import { mapGet, type Ask, type Birth, type ExecutionState, type Scope, type Value } from '@batuta/core'
import { scopeOf, type StartWorld } from '../flows/births.ts'
import { birthOfTrigger } from '../flows/trigger-birth.ts'
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

export interface Fired {
  /** The tick is stored and the cursor moved. */
  readonly isTaken: boolean
  /** The state in which the execution ended already, in its first turn. */
  readonly ended?: string
}

export async function startFiring(firing: Firing, options: FireOptions): Promise<Fired> {
  const { row, trigger, variables, executionId } = firing
  try {
    const start = startOf(firing, options)
    if (!start) return { isTaken: false }
    const prepared = await birthOfTrigger(executionId, start, options)
    const birth = 'problem' in prepared ? withoutOrigin(prepared.birth) : prepared.birth
    const view = (state: ExecutionState): string | undefined => (state.isEnded ? state.state : undefined)
    const receipt = await options.inbox.submit(
      { type: 'create', executionId, birth },
      { trigger: { ...row, executionId }, view },
    )
    return { isTaken: true, ...(receipt.view === undefined ? {} : { ended: receipt.view }) }
  } catch (error) {
    const place = `the schedule "${row.triggerId}" of the flow "${row.namespace}.${row.flowId}"`
    options.onNotice(
      `${place} (${String(mapGet(variables, 'date'))}, ${trigger.type}) could not be fired now; it is tried again`,
      error,
    )
    return { isTaken: false }
  }
}

/** What could not begin by its schedule does not say that it did, as in Kestra 1.3. */
function withoutOrigin({ trigger: _, ...birth }: Birth): Birth {
  return birth
}

/** Undefined when the flow is gone meanwhile. */
function startOf(
  { row, trigger, variables, labels, inputs }: Firing,
  { flows, world }: FireOptions,
): Parameters<typeof birthOfTrigger>[1] | undefined {
  const entry = flows.newest(row)
  if (!entry) return undefined
  const plan = flows.planOf(entry)
  const scope = scopeOf(plan, world)
  const lookup = (root: string): Value | undefined =>
    root === 'trigger' || root === 'schedule' ? variables : scope.lookup(root)
  const withTrigger: Scope = { ...scope, lookup }
  return { plan, trigger, variables, scope: withTrigger, ...(labels && { labels }), ...(inputs && { inputs }) }
}
