// Which flows and triggers are held by their circuit breakers. It is read from the executions that failed, for flows that have a breaker only; the moment
// of a release by hand is a key of the system.
import { judgeBreaker, type CircuitBreaker, type Flow, type Hold, type Trigger } from '@batuta/core'
import type { ExecutionRow } from '../storage/batch.ts'
import type { PolicyBook } from '../policies/policy-book.ts'
import type { FlowKey, Store } from '../storage/store.ts'

export interface Breakers {
  /** False: nothing would, so that nobody needs to ask. */
  mayHold(flow: Flow, trigger?: Trigger): boolean
  /** Why nothing of the flow begins now, or nothing by this trigger; undefined while it may. */
  heldBy(key: FlowKey, flow: Flow, triggerId?: string): Promise<Hold | undefined>
  /** What failed so far counts no more. */
  release(key: FlowKey, triggerId?: string): Promise<void>
}

export interface BreakersOptions {
  readonly store: Store
  /** What a policy blocks does not begin, either. */
  readonly policies?: Pick<PolicyBook, 'isEmpty' | 'blockOf'>
  nowMs(): number
}

/** They are listed by their start: so many that took longer may have failed after those that began last. */
const LONGER_MAX = 100
/** Of a trigger the failures are among those of its flow: so many are looked through. */
const LOOKED_MAX = 500
/** The system's own keys stand under no tenant. */
const SYSTEM = { tenant: '', namespace: 'breakers' }

export function openBreakers({ store, policies, nowMs }: BreakersOptions): Breakers {
  const judge = async (
    breaker: CircuitBreaker | undefined,
    key: FlowKey,
    triggerId: string | undefined,
  ): Promise<Hold | undefined> => {
    if (!breaker) return undefined
    const released = await store.read.findKey(SYSTEM.tenant, SYSTEM.namespace, nameOf(key, triggerId))
    const limit = triggerId === undefined ? breaker.failures + LONGER_MAX : LOOKED_MAX
    const rows = await store.read.listExecutions({ ...key, states: ['FAILED'], limit })
    const failedMs = rows.filter(row => triggerId === undefined || row.triggerId === triggerId).map(endOf)
    return judgeBreaker(breaker, { failedMs, releasedMs: released && Number(released.value), nowMs: nowMs() })
  }
  return {
    mayHold: (flow, trigger) =>
      flow.circuitBreaker !== undefined || trigger?.circuitBreaker !== undefined || policies?.isEmpty === false,
    heldBy: async (key, flow, triggerId) => {
      const blocked = policies?.blockOf(flow)
      if (blocked !== undefined) return { reason: blocked.replace(/\.$/, ''), sinceMs: 0 }
      const trigger = flow.triggers.find(({ id }) => id === triggerId)
      return (
        (await judge(flow.circuitBreaker, key, undefined)) ?? (await judge(trigger?.circuitBreaker, key, triggerId))
      )
    },
    release: async (key, triggerId) => {
      const row = { ...SYSTEM, key: nameOf(key, triggerId), value: String(nowMs()), type: 'NUMBER' }
      await store.perform('setKey', { ...row, description: null, expiresMs: null, updatedMs: nowMs() })
    },
  }
}

function nameOf({ tenant, namespace, flowId }: FlowKey, triggerId: string | undefined): string {
  return [tenant, namespace, flowId, ...(triggerId === undefined ? [] : [triggerId])].join('/')
}

function endOf({ endMs, createdMs }: ExecutionRow): number {
  return endMs ?? createdMs
}
