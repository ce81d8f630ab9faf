// Who runs under the limits of flows and who waits, read from the members; and what circuit breakers hold.
import { foldLimit, positionOf, type Hold, type LimitFold } from '@batuta/core'
import { flowLimitKey, flowOfLimit, limitKeysOfFlow, sharedKeyOf, sharedLimitOf } from '../../flows/limit-rules.ts'
import { memberOf } from '../../flows/limit-member.ts'
import type { FlowKey } from '../../storage/store.ts'
import { getExecution } from '../executions/read-execution.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { empty, json } from '../reply.ts'
import { notFound, unprocessable } from '../request-error.ts'

const PAGE_SIZE = 10
const LIMITS_MAX = 1_000

interface Counter {
  readonly tenantId: string
  readonly namespace: string
  readonly flowId: string
  readonly running: number
  readonly queued: number
  readonly limit?: number
}

export function limitHandlers(dependencies: HttpDependencies): Handlers<'limits'> {
  const { store, flows, pools } = dependencies
  const { tenant } = dependencies.config
  const foldOf = async (key: string): Promise<ReturnType<typeof foldLimit>> =>
    foldLimit(key, (await store.read.listLimitMembers(key)).map(memberOf))
  const limitAt = (key: string): { readonly limit?: number } => {
    const flow = flowOfLimit(key)
    const limit = flow ? flows.flowOf(flow)?.concurrency?.limit : pools?.limitOf(sharedLimitOf(key))?.limit
    return limit === undefined ? {} : { limit }
  }
  const counterOf = async (key: string): Promise<Counter> => {
    const { holding, members } = await foldOf(key)
    const { namespace = '', flowId = '' } = flowOfLimit(key) ?? {}
    const counts = { running: holding, queued: members.size - holding }
    return { tenantId: tenant, namespace, flowId, ...counts, ...limitAt(key) }
  }
  return {
    search: async ({ query: { page = 1, size = PAGE_SIZE } }) => {
      const all = await store.read.listLimitKeys('', LIMITS_MAX)
      const own = all.filter(key => isOwn(flowOfLimit(key), dependencies))
      const results = own.slice((page - 1) * size, page * size).map(counterOf)
      return json({ results: await Promise.all(results), total: own.length })
    },
    repair: async ({ params, body }) => {
      const key = flowAt(params, dependencies)
      const isOther = (field: 'namespace' | 'flowId'): boolean =>
        body[field] !== undefined && body[field] !== params[field]
      if (isOther('namespace') || isOther('flowId'))
        throw unprocessable('limit-mismatch', 'Invalid entity: the limit is of another flow than the address says.')
      return json(await counterOf(flowLimitKey(key)))
    },
    members: async ({ params }) => {
      const folds = await Promise.all(limitKeysOfFlow({ tenant, ...params }).map(foldOf))
      const members = folds.flatMap(fold => [...fold.members.values()].map(member => ({ fold, member })))
      const shown = members.map(({ fold, member: { executionId, isHolding } }) => {
        const position = positionOf(fold, executionId)
        const state = isHolding ? 'RUNNING' : 'QUEUED'
        return { executionId, state, ...(position === undefined ? {} : { position }) }
      })
      return json({ members: shown })
    },
    shared: async () => {
      const results = [...(pools?.all() ?? [])].map(async ({ namespace, pool, limit, behavior }) => {
        const fold = await foldOf(sharedKeyOf({ tenant, namespace, ...(pool === undefined ? {} : { pool }) }))
        const counts = { running: fold.holding, queued: fold.members.size - fold.holding }
        const named = pool === undefined ? {} : { pool }
        return { namespace, ...named, limit, ...(behavior === undefined ? {} : { behavior }), ...counts }
      })
      return json({ results: await Promise.all(results) })
    },
    places: async ({ params: { executionId } }) => {
      const { state } = await getExecution(executionId, { store, flows })
      const places = (state.slot?.keys ?? []).map(async key => placeAt(key, await foldOf(key), executionId))
      const limits = await Promise.all(places)
      return json({ limits: limits.map(({ key, ...place }) => ({ ...place, ...limitAt(key) })) })
    },
    ...breakerHandlers(dependencies),
  }
}

function breakerHandlers(dependencies: HttpDependencies): Pick<Handlers<'limits'>, 'held' | 'release'> {
  const { flows, breakers } = dependencies
  return {
    held: async ({ params }) => {
      const key = flowAt(params, dependencies)
      const flow = flows.flowOf(key)
      if (!breakers || !flow) return json({ held: [] })
      const whole = await breakers.heldBy(key, flow)
      if (whole) return json({ held: [show(whole)] })
      const held = await Promise.all(
        flow.triggers.map(async ({ id }) => ({ id, hold: await breakers.heldBy(key, flow, id) })),
      )
      return json({ held: held.flatMap(({ id, hold }) => (hold ? [{ triggerId: id, ...show(hold) }] : [])) })
    },
    release: async ({ params, query }) => {
      await breakers?.release(flowAt(params, dependencies), query.triggerId)
      return empty(204)
    },
  }
}

/** A flow that is deleted may still have executions that run. */
function isOwn(flow: FlowKey | undefined, { config, seesFlow }: HttpDependencies): boolean {
  return flow?.tenant === config.tenant && (seesFlow?.(flow.namespace) ?? true)
}

function flowAt(
  { namespace, flowId }: { readonly namespace: string; readonly flowId: string },
  { flows, config }: HttpDependencies,
): FlowKey {
  const key = { tenant: config.tenant, namespace, flowId }
  if (!flows.newest(key)) throw notFound(`The flow "${namespace}.${flowId}"`)
  return key
}

function placeAt(
  key: string,
  fold: LimitFold,
  executionId: string,
): {
  readonly key: string
  readonly type: 'flow' | 'namespace' | 'pool'
  readonly namespace: string
  readonly flowId?: string
  readonly pool?: string
  readonly running: number
  readonly queued: number
  readonly state: 'RUNNING' | 'QUEUED'
  readonly position?: number
} {
  const flow = flowOfLimit(key)
  const { namespace, pool } = sharedLimitOf(key)
  const position = positionOf(fold, executionId)
  const counts = { running: fold.holding, queued: fold.members.size - fold.holding }
  const state = fold.members.get(executionId)?.isHolding ? ('RUNNING' as const) : ('QUEUED' as const)
  const place = { key, ...counts, state, ...(position === undefined ? {} : { position }) }
  if (flow) return { ...place, type: 'flow', namespace: flow.namespace, flowId: flow.flowId }
  return pool === undefined ? { ...place, type: 'namespace', namespace } : { ...place, type: 'pool', namespace, pool }
}

function show({ reason, sinceMs, untilMs }: Hold): {
  readonly reason: string
  readonly since: string
  readonly until?: string
} {
  const since = new Date(sinceMs).toISOString()
  return { reason, since, ...(untilMs === undefined ? {} : { until: new Date(untilMs).toISOString() }) }
}
