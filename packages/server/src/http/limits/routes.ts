// Who runs under the limits of flows and who waits, read from the members; and what circuit breakers hold.
import { foldLimit, positionOf, type Hold } from '@batuta/core'
import { flowLimitKey, flowOfLimit } from '../../flows/limit-rules.ts'
import { memberOf } from '../../flows/limit-member.ts'
import type { FlowKey } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { empty, json } from '../reply.ts'
import { notFound } from '../request-error.ts'

const PAGE_SIZE = 10
const LIMITS_MAX = 1_000

export function limitHandlers({ store, flows, config, breakers }: HttpDependencies): Handlers<'limits'> {
  const { tenant } = config
  const foldOf = async (key: string): Promise<ReturnType<typeof foldLimit>> =>
    foldLimit(key, (await store.read.listLimitMembers(key)).map(memberOf))
  const flowAt = ({ namespace, flowId }: { readonly namespace: string; readonly flowId: string }): FlowKey => {
    const key = { tenant, namespace, flowId }
    if (!flows.newest(key)) throw notFound(`The flow "${namespace}.${flowId}"`)
    return key
  }
  return {
    search: async ({ query: { page = 1, size = PAGE_SIZE } }) => {
      const all = await store.read.listLimitKeys('', LIMITS_MAX)
      const own = all.filter(key => flowOfLimit(key)?.tenant === tenant)
      const results = own.slice((page - 1) * size, page * size).map(async key => {
        const { holding, members } = await foldOf(key)
        const { namespace = '', flowId = '' } = flowOfLimit(key) ?? {}
        const limit = flows.flowOf({ tenant, namespace, flowId })?.concurrency?.limit
        const counts = { running: holding, queued: members.size - holding }
        return { tenantId: tenant, namespace, flowId, ...counts, ...(limit === undefined ? {} : { limit }) }
      })
      return json({ results: await Promise.all(results), total: own.length })
    },
    members: async ({ params }) => {
      const fold = await foldOf(flowLimitKey({ tenant, ...params }))
      const members = [...fold.members.values()].map(({ executionId, isHolding }) => {
        const position = positionOf(fold, executionId)
        const state = isHolding ? 'RUNNING' : 'QUEUED'
        return { executionId, state, ...(position === undefined ? {} : { position }) }
      })
      return json({ members })
    },
    held: async ({ params }) => {
      const key = flowAt(params)
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
      await breakers?.release(flowAt(params), query.triggerId)
      return empty(204)
    },
  }
}

function show({ reason, sinceMs, untilMs }: Hold): {
  readonly reason: string
  readonly since: string
  readonly until?: string
} {
  const since = new Date(sinceMs).toISOString()
  return { reason, since, ...(untilMs === undefined ? {} : { until: new Date(untilMs).toISOString() }) }
}
