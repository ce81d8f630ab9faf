import { ApiError } from '@batuta/api'
import {
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'
import { api } from '../../lib/api.ts'
import { useFlowActions } from '../flows/use-flow-actions.ts'

export type BlueprintHead = Awaited<ReturnType<typeof api.blueprints.list>>['results'][number]
export type Blueprint = Awaited<ReturnType<typeof api.blueprints.get>>

/** What comes with the program changes only when it is started anew. */
const FRESH_MS = 3_600_000
const KIND = 'flow'
const SIZE_MAX = 500

export function useBlueprints(): UseQueryResult<readonly BlueprintHead[]> {
  return useQuery({
    queryKey: ['blueprints', 'list'],
    queryFn: async ({ signal }) => {
      const { results } = await api.blueprints.list({ params: { kind: KIND }, query: { size: SIZE_MAX }, signal })
      return results
    },
    staleTime: FRESH_MS,
  })
}

export function useBlueprint(id: string | undefined): UseQueryResult<Blueprint> {
  return useQuery({
    queryKey: ['blueprints', 'one', id],
    queryFn: ({ signal }) => api.blueprints.get({ params: { kind: KIND, id: id ?? '' }, signal }),
    enabled: id !== undefined,
    staleTime: FRESH_MS,
  })
}

/** Saves it as a flow and starts it, asking for its inputs where it has some. One that was saved before is run as it stands. */
export function useRunBlueprint(): UseMutationResult<
  void,
  Error,
  { readonly flow: FlowName; readonly source: string }
> {
  const actions = useFlowActions()
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ flow, source }) => {
      await api.flows.create({ body: source }).catch((error: unknown) => {
        if (!(error instanceof ApiError && error.code === 'flow-exists')) throw error
      })
      await client.invalidateQueries({ queryKey: ['flows'] })
      const { inputs } = await api.flows.get({ params: flow })
      await actions.run({ ...flow, ...(inputs && { inputs }) })
    },
  })
}

export interface FlowName {
  readonly namespace: string
  readonly id: string
}
