import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { newPageAhead, type PageAhead } from './page-ahead.ts'
import { useRest } from './use-rest.ts'

/** `key` and `ask` stay the same from one drawing to the next. */
export function usePageAhead<Param, Page>(
  key: readonly unknown[],
  ask: (param: Param, signal: AbortSignal) => Promise<Page>,
): PageAhead<Param, Page> {
  const client = useQueryClient()
  return useMemo(() => newPageAhead(client, key, ask), [client, key, ask])
}

/** Of a list in pages, what is asked of it here. */
interface ListOfPages<Page> {
  readonly data: { readonly pages: readonly Page[] } | undefined
  readonly isFetching: boolean
  readonly isPlaceholderData: boolean
}

/** Asks for it once the list is there and the browser has nothing else to do. */
export function usePrepared<Param, Page>(
  { prepare }: PageAhead<Param, Page>,
  { data, isFetching, isPlaceholderData }: ListOfPages<Page>,
  next: (last: Page, pages: readonly Page[]) => Param | undefined,
): void {
  const isThere = data !== undefined && !isFetching && !isPlaceholderData
  const isResting = useRest(isThere)
  const last = data?.pages.at(-1)
  const param = data === undefined || last === undefined ? undefined : next(last, data.pages)
  useEffect(() => {
    if (isResting && isThere && param !== undefined) void prepare(param)
  }, [isResting, isThere, param, prepare])
}
