import { ApiError } from '@batuta/api'
import { useMutation, useQuery, useQueryClient, type UseMutationResult } from '@tanstack/react-query'
import { api } from '../../lib/api.ts'
import { useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { writeLocal } from '../../platform/local-store.ts'
import { TUTORIAL, type Example } from './examples.ts'
import { FIRST_RUN } from './first-run.ts'

/** Saves an example and starts it. One that was saved before is run as it stands: somebody may have changed it. */
export function useRunExample(): UseMutationResult<unknown, Error, Example> {
  const go = useGo()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: async ({ id, source }: Example) => {
      await api.flows.create({ body: source }).catch((error: unknown) => {
        if (!(error instanceof ApiError && error.code === 'flow-exists')) throw error
      })
      return await api.executions.create({ params: { namespace: TUTORIAL, id } })
    },
    onSuccess: execution => {
      writeLocal(FIRST_RUN, execution.id)
      void queries.invalidateQueries({ queryKey: ['executions'] })
      go(paths.execution(execution))
    },
  })
}

export interface Progress {
  readonly hasRun: boolean
  readonly hasChanged: boolean
  readonly hasScheduled: boolean
  readonly hasReplayed: boolean
}

/** How far the newcomer has come: read from what there is, so that nobody has to tick anything. */
export function useProgress(): Progress {
  const { data: flows } = useQuery({
    queryKey: ['flows', 'search', TUTORIAL],
    queryFn: ({ signal }) => api.flows.search({ query: { namespace: TUTORIAL, size: 20 }, signal }),
  })
  const { data: executions } = useQuery({
    queryKey: ['executions', 'search', TUTORIAL],
    queryFn: ({ signal }) => api.executions.search({ query: { namespace: TUTORIAL, size: 50 }, signal }),
  })
  return {
    hasRun: (executions?.total ?? 0) > 0,
    hasChanged: flows?.results.some(({ revision }) => revision > 1) === true,
    hasScheduled: flows?.results.some(({ triggers = [] }) => triggers.length > 0) === true,
    hasReplayed:
      executions?.results.some(({ id, originalId }) => originalId !== undefined && originalId !== id) === true,
  }
}
