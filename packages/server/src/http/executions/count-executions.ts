// How many executions there are by state, bucket by bucket; what a bound leaves out is said.
import type { HttpDependencies } from '../dependencies.ts'
import type { Filter } from '../read-filters.ts'
import { json, type Reply } from '../reply.ts'
import { bucketAt, bucketsOf, slotOf, type Bucket } from '../time-buckets.ts'
import type { TallyQuery, TallyRow } from '../../storage/store.ts'
import { executionSearchOf, type ExecutionSearch, type FlatSearch } from './execution-search.ts'
import { SLOT_MS } from './kept-tallies.ts'
import { walkTallies, type Range, type Tally } from './walk-tallies.ts'

const RANGE_MS = 24 * 60 * 60_000

export interface CountsQuery extends FlatSearch {
  readonly bucket?: string
  readonly zone?: string
  readonly by?: 'namespace'
}

export async function countExecutions(
  { bucket, zone, by, ...flat }: CountsQuery,
  filters: readonly Filter[],
  dependencies: HttpDependencies,
): Promise<Reply> {
  const search = executionSearchOf(flat, filters, dependencies)
  const toMs = search.query.startToMs ?? dependencies.platform.nowMs()
  const fromMs = search.query.startFromMs ?? toMs - RANGE_MS
  const wish = {
    fromMs,
    toMs: toMs + 1,
    ...(bucket === undefined ? {} : { bucket }),
    ...(zone === undefined ? {} : { zone }),
  }
  const buckets = bucketsOf(wish)
  const range = { fromMs, toMs, slotMs: slotOf(buckets), ...(by && { by }) }
  const tally = await tallyOf(search, range, dependencies)
  const counts = presentCounts(buckets, tally, { fromMs, toMs })
  return json(by ? { ...counts, namespaces: byNamespace(tally, search.query.namespace) } : counts)
}

const NAMESPACES_MAX = 100

interface NamespaceCounts {
  readonly namespace: string
  readonly states: Record<string, number>
  total: number
}

/** Those of one flow are counted without the namespace, which is known. */
function byNamespace({ rows }: Tally, known: string | undefined): readonly NamespaceCounts[] {
  const found = new Map<string, NamespaceCounts>()
  for (const { namespace = known, state, count } of rows) {
    if (namespace === undefined) continue
    const own = found.get(namespace) ?? { namespace, states: {}, total: 0 }
    own.states[state] = (own.states[state] ?? 0) + count
    own.total += count
    found.set(namespace, own)
  }
  return [...found.values()]
    .sort((a, b) => b.total - a.total || (a.namespace < b.namespace ? -1 : 1))
    .slice(0, NAMESPACES_MAX)
}

export async function tallyOf(
  search: ExecutionSearch,
  range: Range & Pick<TallyQuery, 'slotMs' | 'by'>,
  dependencies: HttpDependencies,
): Promise<Tally> {
  const { query, isEmpty, keeps, q } = search
  if (isEmpty) return { rows: [], countedFromMs: range.fromMs }
  if (keeps || q !== undefined) return await tallyRows(search, range, dependencies)
  const { tallies } = dependencies
  const { slotMs, by } = range
  if (tallies && slotMs === SLOT_MS && by !== 'flow' && isKept(search))
    return await tallies.tally({ ...query, ...(by && { by }) }, range)
  return await walkTallies({ ...query, slotMs, ...(by && { by }) }, range, dependencies)
}

/** By namespace, flow and state, and by nothing else. */
function isKept({ query: { labels, parentId, namespace, isPrefix, flowId } }: ExecutionSearch): boolean {
  if ((labels ?? []).length > 0 || parentId !== undefined) return false
  return flowId === undefined || (namespace !== undefined && isPrefix !== true)
}

const KEPT_ROWS_MAX = 20_000

/** What no index helps with is looked at row by row. */
async function tallyRows(
  { query, keeps, q }: ExecutionSearch,
  { fromMs, toMs, slotMs }: Range & { readonly slotMs: number },
  { store, platform }: HttpDependencies,
): Promise<Tally> {
  const rows: TallyRow[] = []
  const wanted = q?.toLowerCase()
  let afterId: string | undefined
  for (let looked = 0; ;) {
    const after = afterId === undefined ? {} : { afterId }
    const found = await store.read.listExecutions({
      ...query,
      startFromMs: fromMs,
      startToMs: toMs,
      ...after,
      limit: 1_000,
    })
    for (const row of found) {
      if (keeps && !keeps(row)) continue
      if (wanted !== undefined && !`${row.namespace}.${row.flowId} ${row.id}`.toLowerCase().includes(wanted)) continue
      const { state, namespace, createdMs, endMs } = row
      const ends = endMs === null ? { ended: 0, tookMs: 0 } : { ended: 1, tookMs: endMs - createdMs }
      rows.push({ slotMs: Math.floor(createdMs / slotMs) * slotMs, state, namespace, count: 1, ...ends })
    }
    looked += found.length
    const last = found.at(-1)
    if (!last || found.length < 1_000) return { rows, countedFromMs: fromMs }
    if (looked >= KEPT_ROWS_MAX) return { rows, countedFromMs: last.createdMs }
    afterId = last.id
    await new Promise<void>(resolve => platform.defer(resolve))
  }
}

export interface PresentedCounts {
  readonly from: string
  readonly to: string
  readonly buckets: readonly {
    readonly start: string
    readonly end: string
    readonly states: Readonly<Record<string, number>>
    readonly durationMs?: number
  }[]
  readonly states: Readonly<Record<string, number>>
  readonly total: number
  readonly countedFrom?: string
}

interface Counted {
  readonly states: Record<string, number>
  ended: number
  tookMs: number
}

export function presentCounts(
  buckets: readonly Bucket[],
  { rows, countedFromMs }: Tally,
  { fromMs, toMs }: Range,
): PresentedCounts {
  const counted: Counted[] = buckets.map(() => ({ states: {}, ended: 0, tookMs: 0 }))
  const states: Record<string, number> = {}
  let total = 0
  for (const { slotMs, state, count, ended, tookMs } of rows) {
    // The first slot may begin before the first bucket does.
    const at = counted[bucketAt(buckets, slotMs) ?? 0]
    if (!at) continue
    at.states[state] = (at.states[state] ?? 0) + count
    at.ended += ended
    at.tookMs += tookMs
    states[state] = (states[state] ?? 0) + count
    total += count
  }
  return {
    from: instant(fromMs),
    to: instant(toMs),
    buckets: buckets.map(({ startMs, endMs }, index) => {
      const { states: own = {}, ended = 0, tookMs = 0 } = counted[index] ?? {}
      const mean = ended === 0 ? {} : { durationMs: Math.round(tookMs / ended) }
      return { start: instant(startMs), end: instant(endMs), states: own, ...mean }
    }),
    states,
    total,
    ...(countedFromMs > fromMs ? { countedFrom: instant(countedFromMs) } : {}),
  }
}

function instant(ms: number): string {
  return new Date(ms).toISOString()
}
