// Which limits the executions of a flow are subject to, and where these are at home: its own, those of its namespace and the ones above, and the pool that
// it names. All members of a limit live on its home shard, so that one node knows all of them and whoever asks for a place is answered in the turn of its
// birth. Limits that flows share are at home in one place, and so are the flows that are subject to any. The newest revision of the flow tells, whatever
// revision runs.
import { SHARDS, hashText, type Concurrency } from '@batuta/core'
import type { FlowKey } from '../storage/store.ts'
import type { FlowCatalogue } from './flow-catalogue.ts'
import { homeShardOf } from './home.ts'
import type { Pools } from './pools.ts'

export interface LimitRules {
  /** None for most flows. */
  keysOf(flow: FlowKey): readonly string[]
  /** How many may hold a place of it; Infinity when it is there no more. */
  limitOf(key: string): number
  /** What becomes of one that finds no place at this limit. */
  behaviorOf(flow: FlowKey, key: string): Concurrency['behavior']
  /** Where executions of the flow are to be born; undefined: anywhere. */
  birthShardOf(flow: FlowKey): number | undefined
}

export function newLimitRules(flows: Pick<FlowCatalogue, 'flowOf'>, pools?: Pools): LimitRules {
  const ownOf = (flow: FlowKey): Concurrency | undefined => flows.flowOf(flow)?.concurrency
  const sharedBy = (flow: FlowKey): readonly string[] => {
    if (!pools || pools.isEmpty) return NONE
    return sharedKeysOf(flow, ownOf(flow)?.pool, pools)
  }
  const keysOf = (flow: FlowKey): readonly string[] => {
    const hasOwn = ownOf(flow)?.limit !== undefined
    const shared = sharedBy(flow)
    if (shared.length === 0) return hasOwn ? [flowLimitKey(flow)] : NONE
    return hasOwn ? [`${POOLED}${flowLimitKey(flow)}`, ...shared] : shared
  }
  return {
    keysOf,
    limitOf: key => {
      const flow = flowOfLimit(key)
      return (flow ? ownOf(flow)?.limit : pools?.limitOf(sharedLimitOf(key))?.limit) ?? Infinity
    },
    behaviorOf: (flow, key) => {
      const own = ownOf(flow)
      if (flowOfLimit(key)) return own?.behavior ?? 'QUEUE'
      return (
        pools?.limitOf(sharedLimitOf(key))?.behavior ?? (key.startsWith(POOL) ? own?.behavior : undefined) ?? 'QUEUE'
      )
    },
    birthShardOf: flow => {
      const [key] = keysOf(flow)
      return key === undefined ? undefined : homeShardOfLimit(key)
    },
  }
}

const NONE: readonly string[] = []
const FLOW = 'flow/'
/** Before the key of a flow that shares other limits, too: it is at home where those are. */
const POOLED = 'pooled-'
const NAMESPACE = 'namespace/'
const POOL = 'pool/'

function sharedKeysOf({ tenant, namespace }: FlowKey, pool: string | undefined, pools: Pools): readonly string[] {
  const keys = pools.namespacesOver(namespace).map(each => sharedKeyOf({ tenant, namespace: each }))
  const owner = pool === undefined ? undefined : pools.ownerOf(namespace, pool)
  return pool === undefined || owner === undefined ? keys : [...keys, sharedKeyOf({ tenant, namespace: owner, pool })]
}

export function flowLimitKey({ tenant, namespace, flowId }: FlowKey): string {
  return `${FLOW}${tenant}/${namespace}/${flowId}`
}

/** The flow whose limit it is; undefined for one that flows share. */
export function flowOfLimit(key: string): FlowKey | undefined {
  const own = key.startsWith(POOLED) ? key.slice(POOLED.length) : key
  if (!own.startsWith(FLOW)) return undefined
  const [, tenant = '', namespace = '', flowId = ''] = own.split('/')
  return { tenant, namespace, flowId }
}

/** The keys that the limit of a flow may have. */
export function limitKeysOfFlow(flow: FlowKey): readonly string[] {
  return [flowLimitKey(flow), `${POOLED}${flowLimitKey(flow)}`]
}

export interface SharedLimit {
  readonly tenant: string
  /** Whose it is; empty for a pool that all namespaces share. */
  readonly namespace: string
  /** Absent for the limit of the namespace itself. */
  readonly pool?: string
}

export function sharedLimitOf(key: string): SharedLimit {
  const [kind, tenant = '', namespace = '', pool] = key.split('/')
  return { tenant, namespace, ...(kind === 'pool' && pool !== undefined ? { pool } : {}) }
}

export function sharedKeyOf({ tenant, namespace, pool }: SharedLimit): string {
  return pool === undefined ? `${NAMESPACE}${tenant}/${namespace}` : `${POOL}${tenant}/${namespace}/${pool}`
}

/** Where a limit is at home. */
export function homeShardOfLimit(key: string): number {
  if (!key.startsWith(FLOW)) return hashText(`${tenantOf(key)}/pools`) % SHARDS
  const flow = flowOfLimit(key)
  return flow ? homeShardOf(flow) : 0
}

function tenantOf(key: string): string {
  return flowOfLimit(key)?.tenant ?? sharedLimitOf(key).tenant
}
