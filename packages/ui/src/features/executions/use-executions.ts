// The list of executions, page by page by key, and how it moves: rows that are shown change in place, new ones wait until they are asked for, unless
// the list stands at its beginning.
import {
  useInfiniteQuery,
  useQuery,
  useQueryClient,
  type InfiniteData,
  type UseInfiniteQueryResult,
} from '@tanstack/react-query'
import { trust } from '@batuta/core'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { api } from '../../lib/api.ts'
import type { FilterField } from '../../lib/filters/filter.ts'
import { filterQuery, readFilterPairs } from '../../lib/filters/filter-url.ts'
import { useLive, usePollMs, type LiveFrame } from '../../lib/live/live.ts'
import { usePageAhead, usePrepared } from '../../lib/use-page-ahead.ts'
import type { FilterState } from '../../lib/search-state.ts'
import { nowMs } from '../../platform/clock.ts'
import type { Suggestion } from '../../widgets/suggest-filters.ts'
import { keepRunBars } from '../flows/keep-run-bars.ts'
import { DISTINCT_FIELDS, EXECUTION_FIELDS } from './execution-fields.ts'
import { fitStart } from './fit-range.ts'
import { mergeRows } from './merge-rows.ts'

export type ExecutionPage = Awaited<ReturnType<typeof api.executions.search>>
export type ExecutionRow = ExecutionPage['results'][number]
export type ExecutionQuery = ReturnType<FilterState['query']>
type Pages = InfiniteData<ExecutionPage>

const SIZE = 50
const FLOWS_MAX = 100

export interface LiveExecutions {
  readonly list: UseInfiniteQueryResult<Pages>
  /** What the server is asked; `-24h` counts from when the filter was set. */
  readonly query: ExecutionQuery
  /** Rows that came while somebody read further below. */
  readonly waiting: number
  showWaiting(): void
}

export function useExecutions({ filters }: FilterState, sort: string, isAtTop: boolean): LiveExecutions {
  const client = useQueryClient()
  const key = useMemo(() => ['executions', 'search', filters, sort], [filters, sort])
  // The moment belongs to the filter: `-24h` stays where it is while one reads.
  const query = useMemo(() => filterQuery(filters, EXECUTION_FIELDS, nowMs()), [filters])
  const ask = useCallback(
    (cursor: string, signal: AbortSignal) =>
      api.executions.search({ query: { cursor, size: SIZE, sort: [sort], ...query }, signal }),
    [query, sort],
  )
  const ahead = usePageAhead(
    useMemo(() => ['executions', 'ahead', filters, sort], [filters, sort]),
    ask,
  )
  const list = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => ahead.take(pageParam, signal),
    initialPageParam: '',
    getNextPageParam: nextCursor,
    placeholderData: before => before,
    refetchInterval: usePollMs(),
  })
  usePrepared(ahead, list, nextCursor)
  const { waiting, hear: hearRows, show } = useWaiting(key, isAtTop)
  const hear = useCallback(
    (frame: LiveFrame): void => {
      // Rows of the page ahead may be among those that changed.
      if (frame.type === 'delta') ahead.forget()
      hearRows(frame)
    },
    [ahead, hearRows],
  )
  const text = new URLSearchParams(Object.entries(query)).toString()
  useLive(sort === 'state.startDate:desc' ? { topic: `list:${nameOf(text)}`, query: text } : undefined, hear)
  const showWaiting = useCallback(() => {
    show()
    void client.invalidateQueries({ queryKey: ['executions', 'counts'] })
  }, [client, show])
  return { list, query, waiting, showWaiting }
}

function nextCursor({ next }: ExecutionPage): string | undefined {
  return next ?? undefined
}

interface Waiting {
  readonly waiting: number
  hear(frame: LiveFrame): void
  show(): void
}

function useWaiting(key: readonly unknown[], isAtTop: boolean): Waiting {
  const client = useQueryClient()
  const [held, setHeld] = useState<readonly ExecutionRow[]>([])
  useEffect(() => setHeld([]), [key])
  const merge = useCallback(
    (rows: readonly ExecutionRow[], gone: readonly string[], isNewTaken: boolean): readonly ExecutionRow[] => {
      let left: readonly ExecutionRow[] = []
      client.setQueryData<Pages>(key, before => {
        if (!before) return before
        const merged = mergeRows(before.pages, { rows, gone, isNewTaken })
        left = merged.left
        return merged.pages === before.pages ? before : { ...before, pages: [...merged.pages] }
      })
      return left
    },
    [client, key],
  )
  const hear = useCallback(
    (frame: LiveFrame): void => {
      const { rows, gone, isPartial } = trust<ListFrame>(frame)
      if (frame.type === 'delta' && isPartial === true) void client.invalidateQueries({ queryKey: key })
      const left = merge(rows ?? [], gone ?? [], isAtTop)
      if (left.length > 0) setHeld(before => [...left, ...before.filter(({ id }) => !left.some(row => row.id === id))])
    },
    [client, key, merge, isAtTop],
  )
  const show = useCallback(() => {
    merge(held, [], true)
    setHeld([])
  }, [held, merge])
  return { waiting: held.length, hear, show }
}

/** What the topic of a list tells. */
interface ListFrame {
  readonly rows?: readonly ExecutionRow[]
  readonly gone?: readonly string[]
  readonly isPartial?: boolean
}

/** Two tabs with the same filter listen to the same topic. */
function nameOf(text: string): string {
  let hash = 0
  for (const letter of text) hash = (Math.imul(hash, 31) + (letter.codePointAt(0) ?? 0)) | 0
  return (hash >>> 0).toString(36)
}

export type ExecutionCounts = Awaited<ReturnType<typeof api.executions.counts>>

const COUNTS_FRESH_MS = 10_000

/** How many there are by state, over time: of the last day unless the filter says when, and no earlier than there is something to see. */
export function useExecutionCounts(query: ExecutionQuery, isOn: boolean): ExecutionCounts | undefined {
  const whole = useCounts(query, isOn)
  const isFree = !Object.keys(query).some(name => /^filters\[(startDate|timeRange)/.test(name))
  const start = isFree && whole ? fitStart(whole) : undefined
  const part = useCounts(
    start === undefined ? query : { ...query, 'filters[startDate][GREATER_THAN_OR_EQUAL_TO]': start },
    isOn && start !== undefined,
  )
  return start === undefined ? whole : (part ?? whole)
}

function useCounts(query: ExecutionQuery, isOn: boolean): ExecutionCounts | undefined {
  const { data } = useQuery({
    queryKey: ['executions', 'counts', query],
    queryFn: ({ signal }) => api.executions.counts({ query, signal }),
    enabled: isOn,
    staleTime: COUNTS_FRESH_MS,
    refetchInterval: COUNTS_FRESH_MS,
    placeholderData: before => before,
  })
  return data
}

export type FlowSpeed = Awaited<ReturnType<typeof api.flows.runBars>>[number]

const SPEED_FRESH_MS = 60_000
const RUNS_COUNTED = 20
const SPEED_OF_FLOW = ['flows', 'speed', 'of']

/** How long the flows of the rows usually take. */
export function useFlowSpeeds(rows: readonly ExecutionRow[]): ReadonlyMap<string, FlowSpeed> {
  const client = useQueryClient()
  const flows = [...new Set(rows.map(({ namespace, flowId }) => `${namespace}.${flowId}`))].sort().slice(0, FLOWS_MAX)
  const { data } = useQuery({
    queryKey: ['flows', 'speed', flows],
    queryFn: ({ signal }) =>
      keepRunBars(client, {
        key: SPEED_OF_FLOW,
        flows,
        sinceMs: nowMs() - SPEED_FRESH_MS,
        ask: names => api.flows.runBars({ query: { flows: [...names], runs: RUNS_COUNTED, only: 'speed' }, signal }),
      }),
    enabled: flows.length > 0,
    staleTime: SPEED_FRESH_MS,
    placeholderData: before => before,
  })
  return useMemo(() => new Map(data?.map(speed => [`${speed.namespace}.${speed.flowId}`, speed])), [data])
}

/** Values of a field that begin so, with how many executions have them. */
export async function suggestValues(
  field: FilterField,
  begin: string,
  signal: AbortSignal,
): Promise<readonly Suggestion[]> {
  const name = DISTINCT_FIELDS[field.name]
  if (name === undefined) return []
  const found = await api.executions.distinctValues({
    query: { field: name, q: begin, size: 12, counts: true },
    signal,
  })
  return found.map(value =>
    typeof value === 'string'
      ? { text: value, isWhole: true }
      : { text: value.value, isWhole: true, ...(value.count === undefined ? {} : { hint: String(value.count) }) },
  )
}

/** How many a view has. */
export async function countExecutions(
  query: string,
  signal: AbortSignal,
): Promise<{ readonly count: number; readonly isEstimate: boolean }> {
  const filters = readFilterPairs([...new URLSearchParams(query)], EXECUTION_FIELDS)
  const { total, totalIsEstimate = false } = await api.executions.search({
    query: { cursor: '', size: 1, ...filterQuery(filters, EXECUTION_FIELDS, nowMs()) },
    signal,
  })
  return { count: total, isEstimate: totalIsEstimate }
}
