// What charts count, kept by quarters of an hour: a million executions are counted once and not for everybody who looks. Nothing is written for it: the first
// who looks has it counted, newest first, and what one call has no time for is counted on behind its back. A quarter of an hour is counted anew when one of
// its executions moves again – a restart, a change of state, a deletion – and now and then where other nodes may have moved it.
import { createdMsOf, idFloorOf, isId } from '@batuta/core'
import type { HttpDependencies } from '../dependencies.ts'
import type { TallyQuery, TallyRow } from '../../storage/store.ts'
import { walkTallies, type Range, type Tally } from './walk-tallies.ts'

export const SLOT_MS: number = 15 * 60_000
/** Executions are born into younger ones. */
const YOUNG_MS = 60_000
/** Rows that one call has counted; some fifty milliseconds. */
const ROWS_MAX = 16_000
const CELLS_MAX = 400_000
const SCOPES_MAX = 64
/** Alone a node hears of all that moves. */
const VALID_MS = 60 * 60_000
const VALID_AMONG_OTHERS_MS = 5 * 60_000
const UNSETTLED_AMONG_OTHERS_MS = 5_000
/** Whoever asks for more than this is asked whether there was anything so long ago. */
const LONG_MS = 31 * 24 * 60 * 60_000
/** Others have as long as it takes behind their backs. */
const SHARE = 1

export interface KeptQuery {
  readonly tenant: string
  readonly namespace?: string
  readonly isPrefix?: boolean
  readonly flowId?: string
  readonly states?: readonly string[]
  /** The rows tell of which namespace they are. Without it they may. */
  readonly by?: 'namespace'
}

interface Slot {
  readonly rows: readonly TallyRow[]
  readonly countedMs: number
  readonly isSettled: boolean
}

/** All executions, or all by namespace, which are many more rows, or those of one flow. */
interface Scope {
  readonly query: Omit<TallyQuery, 'limit'>
  /** What has been counted there need not be counted here. */
  readonly finer?: string
  readonly slots: Map<number, Slot>
  cells: number
}

export class KeptTallies {
  readonly #world: Pick<HttpDependencies, 'store' | 'platform' | 'changes' | 'log'>
  /** The one that was asked for last at the end. */
  readonly #scopes = new Map<string, Scope>()
  /** Executions that are born from here on are in no slot that is kept. */
  #below = ''
  #isWatching = false
  /** Slots that were touched while some were counted: these are not kept. */
  readonly #fills = new Set<Set<number>>()
  #isFilling = false

  constructor(world: Pick<HttpDependencies, 'store' | 'platform' | 'changes' | 'log'>) {
    this.#world = world
  }

  async tally(query: KeptQuery, range: Range): Promise<Tally> {
    const fromMs = await this.#beginOf(query.tenant, range)
    const tally = await this.#tally(query, { fromMs, toMs: range.toMs })
    return tally.countedFromMs <= fromMs ? { ...tally, countedFromMs: range.fromMs } : tally
  }

  /** Where there is something to count: a range may begin with the calendar. */
  async #beginOf(tenant: string, { fromMs, toMs }: Range): Promise<number> {
    if (toMs - fromMs <= LONG_MS) return fromMs
    const [oldest] = await this.#world.store.read.listExecutions({ tenant, isAscending: true, limit: 1 })
    if (!oldest) return toMs
    return isId(oldest.id) ? Math.max(fromMs, createdMsOf(oldest.id)) : fromMs
  }

  async #tally(query: KeptQuery, { fromMs, toMs }: Range): Promise<Tally> {
    this.#watch()
    const scope = this.#scopeOf(query)
    const { platform } = this.#world
    const first = Math.ceil(fromMs / SLOT_MS) * SLOT_MS
    if (first > toMs) return await this.#direct(query, { fromMs, toMs })
    const end = Math.max(first, Math.floor(Math.min(toMs + 1, platform.nowMs() - YOUNG_MS) / SLOT_MS) * SLOT_MS)
    if (isNarrow(query) && this.#missingFrom(scope, end, first) < end) {
      // Before all are counted, few are counted sooner along their own index.
      const few = await walkTallies(wishOf(query), { fromMs, toMs }, this.#world, { rows: ROWS_MAX })
      if (few.countedFromMs <= fromMs) return few
    }
    // What is younger than any slot, and what lies before the first whole one, is counted each time.
    const tail = await this.#direct(query, { fromMs: Math.min(end, toMs), toMs })
    if (tail.countedFromMs > end) return tail
    const budget = { rows: ROWS_MAX }
    const rows = [...tail.rows]
    for (let slotMs = end - SLOT_MS; slotMs >= first;) {
      const slot = this.#find(scope, slotMs)
      if (slot) {
        rows.push(...slot.rows.filter(row => isWanted(row, query)))
        slotMs -= SLOT_MS
        continue
      }
      const missing = this.#missingFrom(scope, slotMs, first)
      const reached =
        budget.rows > 0 ? await this.#fill(scope, { fromMs: missing, toMs: slotMs + SLOT_MS - 1 }, budget) : Infinity
      if (reached > slotMs) {
        this.#fillOn(scope, { fromMs: first, toMs: slotMs + SLOT_MS - 1 })
        return { rows, countedFromMs: slotMs + SLOT_MS }
      }
    }
    return this.#withHead({ rows, countedFromMs: fromMs }, query, { fromMs, toMs: first - 1 })
  }

  async #withHead(tally: Tally, query: KeptQuery, range: Range): Promise<Tally> {
    if (range.fromMs > range.toMs || tally.countedFromMs > range.fromMs) return tally
    const head = await this.#direct(query, range)
    return { rows: [...tally.rows, ...head.rows], countedFromMs: head.countedFromMs }
  }

  async #direct(query: KeptQuery, range: Range): Promise<Tally> {
    return await walkTallies(wishOf(query), range, this.#world)
  }

  /** The beginning of the run of slots before this one that are not there. */
  #missingFrom(scope: Scope, slotMs: number, first: number): number {
    let from = slotMs
    while (from - SLOT_MS >= first && !this.#find(scope, from - SLOT_MS)) from -= SLOT_MS
    return from
  }

  /** Counts from the end of the range on; tells from where on there are slots. */
  async #fill(scope: Scope, { fromMs, toMs }: Range, budget: { rows: number }): Promise<number> {
    const touched = new Set<number>()
    this.#fills.add(touched)
    const countedMs = this.#world.platform.nowMs()
    try {
      const found = await walkTallies(scope.query, { fromMs, toMs }, this.#world, budget)
      const reached = Math.ceil(found.countedFromMs / SLOT_MS) * SLOT_MS
      const bySlot = Map.groupBy(found.rows, row => row.slotMs)
      for (let slotMs = reached; slotMs < toMs; slotMs += SLOT_MS) {
        const rows = merged(bySlot.get(slotMs) ?? [])
        const isSettled = rows.every(({ count, ended }) => count === ended)
        if (!touched.has(slotMs)) this.#keep(scope, slotMs, { rows, countedMs, isSettled })
      }
      const moved = [...touched].filter(slotMs => slotMs >= reached && slotMs < toMs)
      return Math.max(reached, ...moved.map(slotMs => slotMs + SLOT_MS))
    } finally {
      this.#fills.delete(touched)
    }
  }

  /** Behind the back of whoever asked, so that the next one finds it. One at a time. */
  #fillOn(scope: Scope, { fromMs, toMs }: Range): void {
    const { platform, log } = this.#world
    const run = async (): Promise<void> => {
      let end = toMs
      while (end > fromMs) {
        const startedMs = platform.elapsedMs()
        const reached = await this.#fill(scope, { fromMs, toMs: end }, { rows: ROWS_MAX })
        if (reached > end) return
        end = reached - 1
        const pauseMs = (platform.elapsedMs() - startedMs) * SHARE
        await new Promise<void>(resolve => platform.at(platform.nowMs() + pauseMs, resolve))
      }
    }
    if (this.#isFilling) return
    this.#isFilling = true
    void run()
      .catch(error => log.warn('executions could not be counted for charts; it is tried again', error))
      .finally(() => (this.#isFilling = false))
  }

  #scopeOf(query: KeptQuery): Scope {
    const { tenant, namespace, flowId } = query
    const isOfFlow = flowId !== undefined && namespace !== undefined
    const { by } = byOf(query)
    const key = isOfFlow ? `${tenant}/${namespace}/${flowId}` : keyOf(tenant, by)
    const scope: Scope = this.#scopes.get(key) ?? {
      query: wishOf({ tenant, ...(isOfFlow ? { namespace, flowId } : {}), ...(by && { by }) }),
      ...(isOfFlow || by ? {} : { finer: keyOf(tenant, 'namespace') }),
      slots: new Map(),
      cells: 0,
    }
    this.#scopes.delete(key)
    this.#scopes.set(key, scope)
    const [oldest] = this.#scopes.keys()
    if (this.#scopes.size > SCOPES_MAX && oldest !== undefined) this.#scopes.delete(oldest)
    return scope
  }

  #find(scope: Scope, slotMs: number): Slot | undefined {
    const slot = scope.slots.get(slotMs)
    if (slot && this.#isValid(slot)) return slot
    const finer = scope.finer === undefined ? undefined : this.#scopes.get(scope.finer)?.slots.get(slotMs)
    if (!finer || !this.#isValid(finer)) return undefined
    const summed = { ...finer, rows: merged(finer.rows.map(withoutNamespace)) }
    this.#keep(scope, slotMs, summed)
    return summed
  }

  #isValid({ countedMs, isSettled }: Slot): boolean {
    const { store, platform } = this.#world
    const among = isSettled ? VALID_AMONG_OTHERS_MS : UNSETTLED_AMONG_OTHERS_MS
    return platform.nowMs() - countedMs <= (store.cluster ? among : VALID_MS)
  }

  #keep(scope: Scope, slotMs: number, slot: Slot): void {
    scope.cells += slot.rows.length - (scope.slots.get(slotMs)?.rows.length ?? 0)
    scope.slots.set(slotMs, slot)
    const above = idFloorOf(slotMs + SLOT_MS)
    if (above > this.#below) this.#below = above
    if (scope.cells <= CELLS_MAX) return
    // Too many namespaces for so long a time: what was counted first goes.
    for (const [old, { rows }] of scope.slots) {
      scope.slots.delete(old)
      scope.cells -= rows.length
      if (scope.cells <= CELLS_MAX / 2) return
    }
  }

  #watch(): void {
    if (this.#isWatching) return
    this.#isWatching = true
    this.#world.changes.watchAll(id => {
      // Nearly all are younger.
      if (id >= this.#below && this.#fills.size === 0) return
      if (!isId(id)) return
      const slotMs = Math.floor(createdMsOf(id) / SLOT_MS) * SLOT_MS
      for (const touched of this.#fills) touched.add(slotMs)
      for (const scope of this.#scopes.values()) {
        scope.cells -= scope.slots.get(slotMs)?.rows.length ?? 0
        scope.slots.delete(slotMs)
      }
    })
  }
}

function keyOf(tenant: string, by: 'namespace' | undefined): string {
  return by ? `${tenant}/` : tenant
}

/** What is wanted of one namespace is picked out of what was counted of all. */
function byOf({ flowId, namespace, by }: KeptQuery): { readonly by?: 'namespace' } {
  return flowId === undefined && (by !== undefined || namespace !== undefined) ? { by: 'namespace' } : {}
}

function wishOf({ by, ...query }: KeptQuery): Omit<TallyQuery, 'limit'> {
  return { ...query, ...byOf({ ...query, ...(by && { by }) }), slotMs: SLOT_MS }
}

function isNarrow({ namespace, flowId, states }: KeptQuery): boolean {
  return flowId === undefined && (namespace !== undefined || states?.includes('SUCCESS') === false)
}

function isWanted(row: TallyRow, { namespace, isPrefix, flowId, states }: KeptQuery): boolean {
  if (states && !states.includes(row.state)) return false
  if (flowId !== undefined || namespace === undefined || row.namespace === namespace) return true
  return isPrefix === true && row.namespace?.startsWith(`${namespace}.`) === true
}

function withoutNamespace({ slotMs, state, count, ended, tookMs }: TallyRow): TallyRow {
  return { slotMs, state, count, ended, tookMs }
}

/** A slot is counted in several slices when it is long. */
function merged(rows: readonly TallyRow[]): readonly TallyRow[] {
  const found = new Map<string, TallyRow>()
  for (const row of rows) {
    const key = `${row.state} ${row.namespace ?? ''}`
    const known = found.get(key)
    const sum = known && {
      count: known.count + row.count,
      ended: known.ended + row.ended,
      tookMs: known.tookMs + row.tookMs,
    }
    found.set(key, { ...row, ...sum })
  }
  return [...found.values()]
}
