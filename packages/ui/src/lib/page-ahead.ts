// The page that comes next, asked for while the list is at rest: whoever jumps to the end of what is there does not wait for the server. It is taken once,
// and not after some seconds: nobody tells how it changes meanwhile.

export const AHEAD_FRESH_MS = 10_000

export interface PageAhead<Param, Page> {
  /** What was asked for ahead, or the answer of the server. */
  take(param: Param, signal: AbortSignal): Promise<Page>
  prepare(param: Param): Promise<void>
  /** What was asked for ahead is another by now. */
  forget(): void
}

interface Wanted<Page> {
  readonly queryKey: readonly unknown[]
  readonly queryFn: (context: { readonly signal: AbortSignal }) => Promise<Page>
  readonly staleTime: number
}

/** Where pages are kept: of the client of queries, what is needed of it. */
export interface KeptPages {
  fetchQuery<Page>(wanted: Wanted<Page>): Promise<Page>
  prefetchQuery<Page>(wanted: Wanted<Page>): Promise<void>
  getQueryState(key: readonly unknown[]): unknown
  removeQueries(which: { readonly queryKey: readonly unknown[]; readonly exact?: boolean }): void
}

/** Whatever makes outdated what is under `key` does so with the page ahead. */
export function newPageAhead<Param, Page>(
  client: KeptPages,
  key: readonly unknown[],
  ask: (param: Param, signal: AbortSignal) => Promise<Page>,
): PageAhead<Param, Page> {
  const of = (param: Param): Wanted<Page> => ({
    queryKey: [...key, param],
    queryFn: ({ signal }) => ask(param, signal),
    staleTime: AHEAD_FRESH_MS,
  })
  return {
    take: async (param, signal) => {
      const wanted = of(param)
      // Nobody has asked for it: that it is not wanted any more reaches the server.
      if (client.getQueryState(wanted.queryKey) === undefined) return await ask(param, signal)
      try {
        return await client.fetchQuery(wanted)
      } finally {
        client.removeQueries({ queryKey: wanted.queryKey, exact: true })
      }
    },
    prepare: async param => await client.prefetchQuery(of(param)),
    forget: () => client.removeQueries({ queryKey: key }),
  }
}
