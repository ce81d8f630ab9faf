import { ApiError } from '@batuta/api'
import { useMutation, useQuery, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query'
import { api } from '../../lib/api.ts'
import { useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { TRY_NAMESPACE, type ExampleFlow } from './example-flow.ts'
import type { TypeEntry } from './search-types.ts'

/** What the server knows changes only when it is started anew. */
const FRESH_MS = 3_600_000

export function useTypes(): UseQueryResult<readonly TypeEntry[]> {
  return useQuery({
    queryKey: ['plugins', 'index'],
    queryFn: ({ signal }) => api.plugins.index({ signal }),
    staleTime: FRESH_MS,
  })
}

export function useTypeDocument(cls: string): UseQueryResult<Readonly<Record<string, unknown>>> {
  return useQuery({
    queryKey: ['plugins', 'get', cls],
    queryFn: ({ signal }) => api.plugins.get({ params: { cls }, signal }),
    staleTime: FRESH_MS,
  })
}

/** Saves the example as a flow, and starts it or opens it. */
export function useTryExample(): UseMutationResult<
  void,
  Error,
  { readonly flow: ExampleFlow; readonly isRun: boolean }
> {
  const go = useGo()
  return useMutation({
    mutationFn: async ({ flow: { id, source }, isRun }) => {
      const namespace = TRY_NAMESPACE
      await api.flows.create({ body: source }).catch(async (error: unknown) => {
        if (!(error instanceof ApiError && error.code === 'flow-exists')) throw error
        await api.flows.update({ params: { namespace, id }, body: source })
      })
      if (!isRun) return go(paths.flow({ namespace, id }, 'edit'))
      go(paths.execution(await api.executions.create({ params: { namespace, id } })))
    },
  })
}
