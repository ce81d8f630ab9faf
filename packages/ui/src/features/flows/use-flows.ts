// What the list of flows shows: the flows page by page, and beside them how their last executions went and when the next ones come.
import {
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
  type InfiniteData,
  type UseInfiniteQueryResult,
} from '@tanstack/react-query'
import { useCallback, useMemo, useRef, useState } from 'react'
import { api } from '../../lib/api.ts'
import { useLive, usePollMs } from '../../lib/live/live.ts'
import { usePageAhead, usePrepared } from '../../lib/use-page-ahead.ts'
import type { FilterState } from '../../lib/search-state.ts'
import { nowMs } from '../../platform/clock.ts'
import { keepRunBars } from './keep-run-bars.ts'

export type FlowList = Awaited<ReturnType<typeof api.flows.search>>
export type FlowRow = FlowList['results'][number]
export type RunBarsOfFlow = Awaited<ReturnType<typeof api.flows.runBars>>[number]

const FLOW_PAGE_SIZE = 50
export const RUNS_SHOWN = 20
const BARS_EVERY_MS = 2_000
/** What makes the bars of flows outdated finds them all. */
const BARS_OF_FLOW = ['flows', 'run-bars', 'of']
const SORT = ['namespace:asc', 'id:asc']

export function useFlows({ filters, query }: FilterState): UseInfiniteQueryResult<InfiniteData<FlowList>> {
  const ask = useCallback(
    (page: number, signal: AbortSignal) =>
      api.flows.search({ query: { page, size: FLOW_PAGE_SIZE, sort: SORT, outline: true, ...query(nowMs()) }, signal }),
    [query],
  )
  const ahead = usePageAhead(
    useMemo(() => ['flows', 'ahead', filters], [filters]),
    ask,
  )
  const list = useInfiniteQuery({
    queryKey: ['flows', 'search', filters],
    queryFn: ({ pageParam, signal }) => ahead.take(pageParam, signal),
    initialPageParam: 1,
    getNextPageParam: nextPage,
    placeholderData: before => before,
  })
  usePrepared(ahead, list, nextPage)
  return list
}

function nextPage(last: FlowList, pages: readonly FlowList[]): number | undefined {
  return pages.length * FLOW_PAGE_SIZE < last.total ? pages.length + 1 : undefined
}

export function flowKey({ namespace, id }: { readonly namespace: string; readonly id: string }): string {
  return `${namespace}.${id}`
}

/** Asked for page by page; while executions come and go they are asked for again, never more often than every two seconds. */
export function useRunBars(rows: readonly Pick<FlowRow, 'namespace' | 'id'>[]): ReadonlyMap<string, RunBarsOfFlow> {
  const client = useQueryClient()
  const poll = usePollMs()
  const keys = rows.map(flowKey)
  const askedAt = useRef(0)
  // What was known before may be old: nobody has listened meanwhile.
  const [bornMs] = useState(nowMs)
  useLive({ topic: 'counts' }, () => {
    if (nowMs() - askedAt.current < BARS_EVERY_MS) return
    askedAt.current = nowMs()
    void client.invalidateQueries({ queryKey: ['flows', 'run-bars'] })
  })
  const { data } = useQuery({
    queryKey: ['flows', 'run-bars', keys],
    queryFn: ({ signal }) =>
      keepRunBars(client, {
        key: BARS_OF_FLOW,
        flows: keys,
        sinceMs: poll === false ? bornMs : Math.max(bornMs, nowMs() - poll / 2),
        ask: flows => askRunBars(flows, signal),
      }),
    enabled: keys.length > 0,
    placeholderData: keepPreviousData,
    refetchInterval: poll,
  })
  return useMemo(
    () => new Map((data ?? []).map(bars => [flowKey({ namespace: bars.namespace, id: bars.flowId }), bars])),
    [data],
  )
}

async function askRunBars(flows: readonly string[], signal: AbortSignal): Promise<readonly RunBarsOfFlow[]> {
  return await api.flows.runBars({ query: { flows: [...flows], runs: RUNS_SHOWN }, signal })
}
