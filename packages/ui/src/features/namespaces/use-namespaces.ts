import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { api } from '../../lib/api.ts'

const NAMES_MAX = 1_000

/** The names of all namespaces that there are. */
export function useNamespaceNames(): UseQueryResult<readonly string[]> {
  return useQuery({
    queryKey: ['namespaces', 'names'],
    queryFn: async ({ signal }) =>
      (await api.namespaces.search({ query: { page: 1, size: NAMES_MAX, sort: ['id:asc'] }, signal })).results.map(
        ({ id }) => id,
      ),
    staleTime: 30_000,
  })
}
