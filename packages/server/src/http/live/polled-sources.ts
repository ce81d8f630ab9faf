// Topics that are a small document each: read now and then, and told when it is another one than before.
import type { HttpDependencies } from '../dependencies.ts'
import { presentOperation } from '../operations/present-operation.ts'
import type { Source } from './source.ts'

const EVERY_MS = 2_000
/** Operations move fast, and are watched for moments. */
const OPERATION_MS = 500
const COUNT_MAX = 1_001
const RUNS = 20
const UNDER_WAY = ['CREATED', 'RUNNING', 'QUEUED', 'PAUSED', 'RETRYING', 'KILLING', 'BREAKPOINT', 'RESTARTED']
const FAILED_WITHIN_MS = 24 * 60 * 60_000

interface Memory {
  text: string
}

interface FlowName {
  readonly namespace: string
  readonly flowId: string
}

function polled(read: () => Promise<unknown>, everyMs = EVERY_MS): Source<Memory> {
  const told = (type: string, text: string): string => `{"type":"${type}","value":${text}}`
  return {
    gapMs: everyMs,
    everyMs: () => everyMs,
    join: async memory => {
      const text = JSON.stringify(await read())
      return { memory: memory ?? { text }, frame: told('snapshot', text) }
    },
    look: async memory => {
      const text = JSON.stringify(await read())
      if (text === memory.text) return undefined
      memory.text = text
      return told('delta', text)
    },
  }
}

/** Each counted up to 1,001; with the newest execution, for one that is over at once changes no count. */
export function countsSource({ store, config, platform }: HttpDependencies): Source<Memory> {
  const { tenant } = config
  return polled(async () => {
    const counts: Record<string, number> = {}
    const [newest] = await store.read.listExecutions({ tenant, limit: 1 })
    for (const state of UNDER_WAY)
      counts[state] = await store.read.countExecutions({ tenant, states: [state], limit: COUNT_MAX })
    const startFromMs = platform.nowMs() - FAILED_WITHIN_MS
    counts['FAILED'] = await store.read.countExecutions({ tenant, states: ['FAILED'], startFromMs, limit: COUNT_MAX })
    return { ...counts, newest: newest?.id ?? null }
  })
}

/** Executions that are paused, for a person or for an hour. */
export function inboxSource({ store, config }: HttpDependencies): Source<Memory> {
  return polled(async () => {
    const rows = await store.read.listExecutions({ tenant: config.tenant, states: ['PAUSED'], limit: COUNT_MAX })
    const waiting = rows.filter(row => row.waitsFor === 'signal' || row.waitsFor === 'timer')
    return { count: waiting.length, ids: waiting.slice(0, RUNS).map(row => row.id) }
  })
}

/** How far an operation has come; null when there is none. */
export function operationSource(id: string, { store, config, platform }: HttpDependencies): Source<Memory> {
  return polled(async () => {
    const row = await store.read.findBulk({ tenant: config.tenant, id })
    return row ? presentOperation(row, platform.nowMs()) : null
  }, OPERATION_MS)
}

export function triggerSource({ namespace, flowId }: FlowName, { store, config }: HttpDependencies): Source<Memory> {
  const { tenant } = config
  return polled(async () =>
    (await store.read.listTriggers({ tenant, namespace, flowId })).map(
      ({ triggerId, nextMs, lastMs, executionId, isDisabled }) => ({
        triggerId,
        nextDate: instantOf(nextMs),
        lastDate: instantOf(lastMs),
        executionId,
        disabled: isDisabled,
      }),
    ),
  )
}

export function flowSource(
  { namespace, flowId }: FlowName,
  { store, config, flows }: HttpDependencies,
): Source<Memory> {
  const { tenant } = config
  return polled(async () => {
    const rows = await store.read.listExecutions({ tenant, namespace, flowId, limit: RUNS })
    return {
      revision: flows.newest({ tenant, namespace, flowId })?.revision ?? null,
      runs: rows.map(({ id, state, createdMs, endMs }) => ({
        id,
        state,
        startDate: instantOf(createdMs),
        durationMs: endMs === null ? null : endMs - createdMs,
      })),
    }
  })
}

function instantOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}
