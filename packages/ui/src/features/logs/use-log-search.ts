import { useInfiniteQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { api } from '../../lib/api.ts'
import type { FilterField } from '../../lib/filters/filter.ts'
import { useLiveState } from '../../lib/live/live.ts'
import type { FilterState } from '../../lib/search-state.ts'
import { nowMs } from '../../platform/clock.ts'
import type { Suggestion } from '../../widgets/suggest-filters.ts'

export type FoundLine = Awaited<ReturnType<typeof api.logs.search>>['results'][number]

const SIZE = 200
const TAIL_MS = 2_000
/** Of live pages the first is asked for again; more would be asked for again, too. */
const TAILED_PAGES = 2

/** Filters that are not those of the bar. */
export type LogScope = Readonly<Record<`filters[${string}`, string>>

export interface LogWish {
  readonly isTailing: boolean
  readonly scope: LogScope | undefined
}

export interface LogSearch {
  readonly rows: readonly FoundLine[]
  readonly total: number | undefined
  readonly error: unknown
  readonly isPending: boolean
  more(): void
  refetch(): void
}

/** Lines of many executions, the newest first. */
export function useLogSearch({ filters, query }: FilterState, { isTailing, scope }: LogWish): LogSearch {
  const live = useLiveState()
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: ['logs', 'search', filters, scope],
    queryFn: ({ pageParam, signal }) =>
      api.logs.search({ query: { page: pageParam, size: SIZE, ...query(nowMs()), ...scope }, signal }),
    initialPageParam: 1,
    getNextPageParam: (last, pages) => (pages.length * SIZE < last.total ? pages.length + 1 : undefined),
    placeholderData: before => before,
    refetchInterval: ({ state }) =>
      isTailing && live !== 'paused' && (state.data?.pages.length ?? 0) <= TAILED_PAGES ? TAIL_MS : false,
  })
  return {
    rows: useMemo(() => data?.pages.flatMap(({ results }) => results) ?? [], [data]),
    total: data?.pages[0]?.total,
    error,
    isPending,
    more: useCallback(() => {
      if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
    }, [hasNextPage, isFetchingNextPage, fetchNextPage]),
    refetch: () => void refetch(),
  }
}

/** Namespaces and flows that have run. */
export async function valuesOfLogs(
  { param }: FilterField,
  begin: string,
  signal: AbortSignal,
): Promise<readonly Suggestion[]> {
  if (param !== 'namespace' && param !== 'flowId') return []
  const values = await api.executions.distinctValues({
    query: { field: param, q: begin, size: 12, counts: true },
    signal,
  })
  return values.map(item =>
    typeof item === 'string'
      ? { text: item, isWhole: true }
      : { text: item.value, isWhole: true, ...(item.count === undefined ? {} : { hint: String(item.count) }) },
  )
}
