// What the list of flows shows: the flows page by page, and beside them how their last executions went and when the next ones come.
import {
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
  type InfiniteData,
  type UseInfiniteQueryResult,
} from '@tanstack/react-query'
import { useMemo, useRef } from 'react'
import { api } from '../../lib/api.ts'
import { useLive, usePollMs } from '../../lib/live/live.ts'
import type { FilterState } from '../../lib/search-state.ts'
import { nowMs } from '../../platform/clock.ts'

export type FlowList = Awaited<ReturnType<typeof api.flows.search>>
export type FlowRow = FlowList['results'][number]
export type RunBarsOfFlow = Awaited<ReturnType<typeof api.flows.runBars>>[number]

export const FLOW_PAGE_SIZE = 50
export const RUNS_SHOWN = 20
const BARS_EVERY_MS = 2_000
const SORT = ['namespace:asc', 'id:asc']

export function useFlows({ filters, query }: FilterState): UseInfiniteQueryResult<InfiniteData<FlowList>> {
  return useInfiniteQuery({
    queryKey: ['flows', 'search', filters],
    queryFn: ({ pageParam, signal }) =>
      api.flows.search({ query: { page: pageParam, size: FLOW_PAGE_SIZE, sort: SORT, ...query(nowMs()) }, signal }),
    initialPageParam: 1,
    getNextPageParam: (last, pages) => (pages.length * FLOW_PAGE_SIZE < last.total ? pages.length + 1 : undefined),
    placeholderData: before => before,
  })
}

export function flowKey({ namespace, id }: { readonly namespace: string; readonly id: string }): string {
  return `${namespace}.${id}`
}

/** One call for each page of rows; while executions come and go it is asked again, never more often than every two seconds. */
export function useRunBars(rows: readonly Pick<FlowRow, 'namespace' | 'id'>[]): ReadonlyMap<string, RunBarsOfFlow> {
  const client = useQueryClient()
  const keys = rows.map(flowKey)
  const askedAt = useRef(0)
  useLive({ topic: 'counts' }, () => {
    if (nowMs() - askedAt.current < BARS_EVERY_MS) return
    askedAt.current = nowMs()
    void client.invalidateQueries({ queryKey: ['flows', 'run-bars'] })
  })
  const { data } = useQuery({
    queryKey: ['flows', 'run-bars', keys],
    queryFn: async ({ signal }) => {
      const pages = Array.from({ length: Math.ceil(keys.length / FLOW_PAGE_SIZE) }, (_, page) =>
        keys.slice(page * FLOW_PAGE_SIZE, (page + 1) * FLOW_PAGE_SIZE),
      )
      const answers = await Promise.all(
        pages.map(flows => api.flows.runBars({ query: { flows, runs: RUNS_SHOWN }, signal })),
      )
      return answers.flat()
    },
    enabled: keys.length > 0,
    placeholderData: keepPreviousData,
    refetchInterval: usePollMs(),
  })
  return useMemo(
    () => new Map((data ?? []).map(bars => [flowKey({ namespace: bars.namespace, id: bars.flowId }), bars])),
    [data],
  )
}
