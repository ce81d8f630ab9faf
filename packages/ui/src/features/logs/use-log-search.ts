import { useInfiniteQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo } from 'react'
import { api } from '../../lib/api.ts'
import type { FilterField } from '../../lib/filters/filter.ts'
import { useLiveState } from '../../lib/live/live.ts'
import type { FilterState } from '../../lib/search-state.ts'
import { nowMs } from '../../platform/clock.ts'
import type { Suggestion } from '../../widgets/suggest-filters.ts'

export type FoundLine = Awaited<ReturnType<typeof api.logs.search>>['results'][number]

const SIZE = 200
const TAIL_MS = 2_000
/** Lines that fill a screen. */
const ENOUGH = 40
const PAGES_ALONE_MAX = 20
/** Of live pages the first is asked for again; more would be asked for again, too. */
const TAILED_PAGES = 4

/** Filters that are not those of the bar. */
export type LogScope = Readonly<Record<`filters[${string}`, string>>

export interface LogWish {
  readonly isTailing: boolean
  readonly scope: LogScope | undefined
}

export interface LogSearch {
  readonly rows: readonly FoundLine[]
  /** Goes on by itself. */
  readonly isLooking: boolean
  /** There are executions that were not looked at. */
  readonly isMore: boolean
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
      api.logs.search({ query: { cursor: pageParam, size: SIZE, ...query(nowMs()), ...scope }, signal }),
    initialPageParam: '',
    getNextPageParam: last => last.next ?? undefined,
    placeholderData: before => before,
    refetchInterval: ({ state }) =>
      isTailing && live !== 'paused' && (state.data?.pages.length ?? 0) <= TAILED_PAGES ? TAIL_MS : false,
  })
  const rows = useMemo(() => data?.pages.flatMap(({ results }) => results) ?? [], [data])
  const looked = data?.pages.length ?? 0
  // A page looks at so many executions and may have found nothing in them: it goes on by itself for a while.
  const isLooking = !isPending && hasNextPage && rows.length < ENOUGH && looked < PAGES_ALONE_MAX
  useEffect(() => {
    if (isLooking && !isFetchingNextPage) void fetchNextPage()
  }, [isLooking, isFetchingNextPage, fetchNextPage])
  return {
    rows,
    isLooking,
    isMore: hasNextPage,
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
