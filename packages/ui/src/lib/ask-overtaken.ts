// A first answer may have been written before what made it old: the library takes it for fresh, and would never ask again.

/** What is needed of the library's Query, its events and its QueryClient. */
interface Asked {
  readonly queryKey: readonly unknown[]
  readonly state: { readonly data: unknown; readonly fetchStatus: string }
}

interface CacheEvent {
  readonly type: string
  readonly query: Asked
  readonly action?: { readonly type: string; readonly manual?: boolean }
}

interface Client {
  getQueryCache(): { subscribe(listener: (event: CacheEvent) => void): unknown }
  invalidateQueries(filters: { readonly queryKey: readonly unknown[]; readonly exact: true }): Promise<void>
}

/** Asks once more for what was outdated while its first answer was on its way; that answer is shown meanwhile. Later answers are broken off by the library itself. */
export function askOvertaken(client: Client): void {
  const overtaken = new WeakSet<Asked>()
  client.getQueryCache().subscribe(({ query, action }) => {
    if (action?.type === 'invalidate' && query.state.data === undefined && query.state.fetchStatus !== 'idle')
      overtaken.add(query)
    if (action?.type === 'error') overtaken.delete(query)
    if (action?.type !== 'success' || action.manual === true || !overtaken.delete(query)) return
    // Not before the library is done with this answer.
    queueMicrotask(() => void client.invalidateQueries({ queryKey: query.queryKey, exact: true }))
  })
}
