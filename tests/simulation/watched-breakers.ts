// The circuit breakers of a node, watched: what they say is held against the executions that failed, as the tables have them before and after.
import type { CircuitBreaker } from '@batuta/core'
import { openBreakers, type Breakers } from '../../packages/server/src/flows/breakers.ts'
import { keyKeyOf, type Tables } from '../../packages/server/src/storage/memory/tables.ts'
import type { FlowKey } from '../../packages/server/src/storage/store.ts'
import { count } from './ledger.ts'
import type { NodeOptions } from './node-options.ts'

export function watchedBreakers({ store, process, tables, ledger }: NodeOptions): Breakers {
  const nowMs = (): number => process.platform.nowMs()
  const breakers = openBreakers({ store, nowMs })
  return {
    mayHold: (flow, trigger) => breakers.mayHold(flow, trigger),
    release: async (key, triggerId) => {
      await breakers.release(key, triggerId)
      count(ledger, 'breakers released by hand')
    },
    heldBy: async (key, flow, triggerId) => {
      const own = flow.triggers.find(({ id }) => id === triggerId)?.circuitBreaker
      const isHeld = (): boolean =>
        holds(flow.circuitBreaker, factsOf(tables, key), nowMs()) ||
        (triggerId !== undefined && holds(own, factsOf(tables, key, triggerId), nowMs()))
      const before = [isHeld(), JSON.stringify([factsOf(tables, key), factsOf(tables, key, triggerId)])]
      const hold = await breakers.heldBy(key, flow, triggerId)
      const after = [isHeld(), JSON.stringify([factsOf(tables, key), factsOf(tables, key, triggerId)])]
      if (before.join() === after.join() && before[0] !== (hold !== undefined))
        ledger.findings.push(
          `the breaker of ${key.flowId} ${triggerId ?? ''} ${hold ? 'holds' : 'does not hold'}: ${String(after[1])}`,
        )
      if (flow.circuitBreaker || own) count(ledger, hold ? 'held by a breaker' : 'let through by a breaker')
      if (!hold && hasTripped(flow.circuitBreaker ?? own, factsOf(tables, key, own && triggerId)))
        count(ledger, 'breakers that let go')
      if (hold && triggerId !== undefined)
        ledger.passedOver.push({ triggerId, code: 'asked', dateMs: null, nowMs: nowMs() })
      return hold
    },
  }
}

interface Facts {
  readonly failedMs: readonly number[]
  readonly releasedMs?: number
}

/** All that failed, the last ones first. */
export function factsOf({ executions, keys }: Tables, key: FlowKey, triggerId?: string): Facts {
  const { tenant, namespace, flowId } = key
  const failedMs = [...executions.values()]
    .filter(row => row.state === 'FAILED' && row.flowId === flowId)
    .filter(row => triggerId === undefined || row.triggerId === triggerId)
    .map(row => row.endMs ?? row.createdMs)
    .sort((a, b) => b - a)
  const name = [tenant, namespace, flowId, ...(triggerId === undefined ? [] : [triggerId])].join('/')
  const released = keys.get(keyKeyOf({ tenant: '', namespace: 'breakers', key: name }))
  return { failedMs, ...(released ? { releasedMs: Number(released.value) } : {}) }
}

export function holds(breaker: CircuitBreaker | undefined, facts: Facts, nowMs: number): boolean {
  if (!breaker) return false
  const counted = facts.failedMs.filter(ms => ms > (facts.releasedMs ?? -Infinity))
  const [newest = 0, oldest = -Infinity] = [counted[0], counted[breaker.failures - 1]]
  if (newest - oldest > breaker.windowMs) return false
  return breaker.releaseMs === undefined || newest + breaker.releaseMs > nowMs
}

/** It would hold, had its time not come and nobody released it. */
function hasTripped(breaker: CircuitBreaker | undefined, { failedMs }: Facts): boolean {
  if (!breaker) return false
  const { failures, windowMs } = breaker
  return holds({ failures, windowMs }, { failedMs }, 0)
}
