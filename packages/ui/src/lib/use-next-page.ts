// The next page of a list that grows by itself. That it is under way is no business of the rows: they are not drawn anew for it.
import { useCallback, useLayoutEffect, useRef, useState } from 'react'

interface Pages {
  readonly pages: readonly unknown[]
}

/** Of a query in pages, what is asked of it here. */
export interface PagedList {
  readonly data: Pages | undefined
  readonly hasNextPage: boolean
  fetchNextPage(options: {
    readonly cancelRefetch: boolean
  }): Promise<{ readonly data: Pages | undefined; readonly isError: boolean }>
}

/** Asks once, however often it is called; becomes another function when there is something to ask for again. */
export function useNextPage({ data, hasNextPage, fetchNextPage }: PagedList): () => void {
  const [attempt, setAttempt] = useState(0)
  const asking = useRef(-1)
  const known = data?.pages.length ?? 0
  // Before the rows ask again: what came is drawn by now.
  useLayoutEffect(() => {
    asking.current = -1
  }, [data])
  return useCallback(() => {
    if (!hasNextPage || asking.current === attempt) return
    asking.current = attempt
    // What is read anew at this moment is not given up: it would never be read while somebody scrolls.
    void fetchNextPage({ cancelRefetch: false }).then(now => {
      // It is there but not drawn: whoever looks at the rows of before would ask for the page after it.
      if (!now.isError && (now.data?.pages.length ?? 0) > known) return
      asking.current = -1
      // It was the list that was read, not its next page: whoever still stands at the end asks again.
      if (!now.isError) setAttempt(before => before + 1)
    })
  }, [hasNextPage, fetchNextPage, known, attempt])
}
