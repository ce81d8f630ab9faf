import { useInfiniteQuery, type InfiniteData, type UseInfiniteQueryResult } from '@tanstack/react-query'
import { api } from '../../lib/api.ts'
import type { FilterState } from '../../lib/search-state.ts'
import { usePollMs } from '../../lib/live/live.ts'
import { nowMs } from '../../platform/clock.ts'

export type ExecutionPage = Awaited<ReturnType<typeof api.executions.search>>
export type ExecutionRow = ExecutionPage['results'][number]

const SIZE = 50

/** The list of executions, page by page. */
export function useExecutions(
  { filters, query }: FilterState,
  sort: string,
): UseInfiniteQueryResult<InfiniteData<ExecutionPage>> {
  return useInfiniteQuery({
    queryKey: ['executions', 'search', filters, sort],
    queryFn: ({ pageParam, signal }) =>
      api.executions.search({ query: { page: pageParam, size: SIZE, sort: [sort], ...query(nowMs()) }, signal }),
    initialPageParam: 1,
    getNextPageParam: (last, pages) => (pages.length * SIZE < last.total ? pages.length + 1 : undefined),
    placeholderData: before => before,
    refetchInterval: usePollMs(),
  })
}
