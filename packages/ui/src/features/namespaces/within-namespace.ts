import type { FilterState } from '../../lib/search-state.ts'

/** The filter of a list that shows one namespace with those below it; it is not in the address, for the path says it. */
export function withinNamespace(namespace: string): FilterState {
  return {
    filters: [{ field: 'ns', op: 'PREFIX', values: [namespace] }],
    setFilters: () => undefined,
    query: () => ({ 'filters[namespace][PREFIX]': namespace }),
  }
}
