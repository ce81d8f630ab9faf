import { ApiError } from '@batuta/api'
import {
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'
import { api } from '../../lib/api.ts'
import { showToast } from '../../widgets/toast.tsx'
import { useFlowActions } from '../flows/use-flow-actions.ts'
import { t } from './messages.ts'

export type BlueprintHead = Awaited<ReturnType<typeof api.blueprints.list>>['results'][number]
/** Those that come with the program, and those that somebody here has put by. */
export type Shelf = 'community' | 'custom'
export type Blueprint = Awaited<ReturnType<typeof api.blueprints.get>>

/** What comes with the program changes only when it is started anew. */
const FRESH_MS = 3_600_000
const KIND = 'flow'
const SIZE_MAX = 500

export function useBlueprints(shelf: Shelf): UseQueryResult<readonly BlueprintHead[]> {
  const query = { size: SIZE_MAX }
  return useQuery({
    queryKey: ['blueprints', 'list', shelf],
    queryFn: async ({ signal }) => {
      if (shelf === 'custom') return (await api.blueprints.listCustom({ query, signal })).results
      return (await api.blueprints.list({ params: { kind: KIND }, query, signal })).results
    },
    staleTime: shelf === 'custom' ? 0 : FRESH_MS,
  })
}

export function useBlueprint(id: string | undefined, shelf: Shelf): UseQueryResult<Blueprint> {
  return useQuery({
    queryKey: ['blueprints', 'one', shelf, id],
    queryFn: ({ signal }) =>
      shelf === 'custom'
        ? api.blueprints.getCustom({ params: { id: id ?? '' }, signal })
        : api.blueprints.get({ params: { kind: KIND, id: id ?? '' }, signal }),
    enabled: id !== undefined,
    staleTime: shelf === 'custom' ? 0 : FRESH_MS,
  })
}

export interface BlueprintDraft {
  readonly title: string
  readonly description: string
  readonly tags: readonly string[]
  readonly source: string
}

/** Makes a new one where there is no id. */
export function useSaveBlueprint(id: string | undefined): UseMutationResult<Blueprint, Error, BlueprintDraft> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ tags, ...draft }) => {
      const body = { ...draft, tags: [...tags] }
      if (id === undefined) return await api.blueprints.createCustom({ body })
      return await api.blueprints.updateCustom({ params: { id }, body })
    },
    onSuccess: ({ title }) => showToast({ kind: 'success', text: t('saved', { title }) }),
    onSettled: async () => await client.invalidateQueries({ queryKey: ['blueprints'] }),
  })
}

/** Taken back it has another id. */
export function useRemoveBlueprint(): UseMutationResult<void, Error, Blueprint> {
  const client = useQueryClient()
  const look = async (): Promise<void> => await client.invalidateQueries({ queryKey: ['blueprints', 'list'] })
  return useMutation({
    mutationFn: async ({ id }) => await api.blueprints.deleteCustom({ params: { id } }),
    onSuccess: (_, { title, description, tags, source }) =>
      showToast({
        kind: 'success',
        text: t('removed', { title }),
        action: {
          title: t('undo'),
          run: () =>
            void api.blueprints.createCustom({ body: { title, description, tags: [...tags], source } }).then(look),
        },
      }),
    onError: error => showToast({ kind: 'error', text: t('notRemoved'), detail: error.message }),
    onSettled: look,
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
