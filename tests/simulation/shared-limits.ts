// The limits of a run: those of flows, a pool that some of them name, and one of their namespace. Whoever shares a limit calls nobody who does: with one
// place for both, the one who waits would keep it from the one it waits for.
import { homeShardOf } from '../../packages/server/src/flows/home.ts'
import { homeShardOfLimit, sharedKeyOf } from '../../packages/server/src/flows/limit-rules.ts'
import { newPools, type PoolLimit, type Pools, type SharedLimits } from '../../packages/server/src/flows/pools.ts'
import type { FlowKey } from '../../packages/server/src/storage/store.ts'
import type { Chance } from './chance.ts'
import { NAMESPACE } from './random-flow.ts'

export const BEHAVIORS = ['QUEUE', 'CANCEL', 'FAIL'] as const
type Behavior = (typeof BEHAVIORS)[number]

export interface OwnLimit {
  readonly limit: number
  readonly behavior: Behavior
}

/** What a judge must know of a limit. */
export interface KnownLimit {
  readonly name: string
  readonly limit: number
}

const POOL = 'shared'
const POOLED = 0.35
const NAMESPACE_LIMITED = 0.15
/** Of the flows, so many have a limit of their own. */
const LIMITED = 0.4
const MOSTLY_QUEUE: readonly Behavior[] = ['QUEUE', 'QUEUE', 'QUEUE', 'CANCEL', 'FAIL']

export class DrawnLimits {
  readonly #own: readonly (OwnLimit | undefined)[]
  readonly #pool: PoolLimit | undefined
  readonly #namespace: PoolLimit | undefined
  readonly #members: ReadonlySet<string>

  /** `others` are flows besides the numbered ones that may name the pool. */
  constructor(chance: Chance, { count, others }: { readonly count: number; readonly others: readonly string[] }) {
    this.#own = Array.from({ length: count }, () =>
      chance.hits(LIMITED) ? { limit: chance.int(1, 2), behavior: chance.pick(MOSTLY_QUEUE) } : undefined,
    )
    this.#pool = chance.hits(POOLED) ? drawShared(chance, chance.int(1, 3)) : undefined
    this.#namespace = chance.hits(NAMESPACE_LIMITED) ? drawShared(chance, chance.int(1, 4)) : undefined
    const all = [...this.#own.keys()].map(number => `f${number}`).concat(others)
    this.#members = new Set(this.#pool ? all.filter(() => chance.hits(0.7)) : [])
  }

  /** As the configuration has them. */
  get pools(): Pools {
    const named = this.#pool ? [['', { pools: new Map([[POOL, this.#pool]]) }] as const] : []
    const own = this.#namespace ? [[NAMESPACE, { own: this.#namespace, pools: new Map() }] as const] : []
    return newPools(new Map(), new Map<string, SharedLimits>([...named, ...own]))
  }

  /** The `concurrency` of a flow. */
  concurrencyOf(flowId: string): object | undefined {
    const own = this.#own[numberOf(flowId)]
    const pool = this.#members.has(flowId) ? { pool: POOL } : undefined
    return own || pool ? { ...own, ...pool } : undefined
  }

  /** Whether it may wait for executions of other flows. */
  mayCall(flowId: string): boolean {
    const waits = this.#namespace && (this.#namespace.behavior ?? 'QUEUE') === 'QUEUE'
    return !waits && !this.#members.has(flowId)
  }

  of({ flowId }: FlowKey): readonly KnownLimit[] {
    const own = this.#own[numberOf(flowId)]
    return [
      ...(own ? [{ name: `own ${flowId}`, limit: own.limit }] : []),
      ...(this.#namespace ? [{ name: 'namespace', limit: this.#namespace.limit }] : []),
      ...(this.#pool && this.#members.has(flowId) ? [{ name: 'pool', limit: this.#pool.limit }] : []),
    ]
  }

  /** The shard on which all are born that a limit of the flow concerns. */
  homeOf(flow: FlowKey): number {
    const isShared = this.#namespace !== undefined || this.#members.has(flow.flowId)
    return isShared ? homeShardOfLimit(sharedKeyOf({ tenant: flow.tenant, namespace: NAMESPACE })) : homeShardOf(flow)
  }
}

function drawShared(chance: Chance, limit: number): PoolLimit {
  return chance.hits(0.3) ? { limit } : { limit, behavior: chance.pick(MOSTLY_QUEUE) }
}

function numberOf(flowId: string): number {
  return Number(/^f(\d+)$/.exec(flowId)?.[1] ?? -1)
}
