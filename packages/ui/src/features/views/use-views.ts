// Saved filters of a list: those that come with the page, one's own, and what others share.
import { useMutation, useQuery, useQueryClient, type UseMutationResult } from '@tanstack/react-query'
import { api } from '../../lib/api.ts'
import { messageOf } from '../../widgets/error-card.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { t } from './messages.ts'

export type View = Awaited<ReturnType<typeof api.people.listViews>>[number]

export interface ViewDraft {
  readonly id: string
  readonly name: string
  readonly page: string
  readonly filters: string
  readonly columns?: readonly string[]
  readonly isShared: boolean
}

const NONE: readonly View[] = []
const FRESH_MS = 30_000

export function useViews(page: string, isWanted: boolean): readonly View[] {
  const { data = NONE } = useQuery({
    queryKey: ['views', page],
    queryFn: ({ signal }) => api.people.listViews({ query: { page }, signal }),
    enabled: isWanted,
    staleTime: FRESH_MS,
  })
  return data
}

export function useSaveView(onSaved: (view: View) => void): UseMutationResult<View, Error, ViewDraft> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ id, columns, ...draft }: ViewDraft) =>
      await api.people.saveView({
        params: { id },
        body: { ...draft, ...(columns ? { columns: [...columns] } : {}) },
      }),
    onSuccess: async view => {
      await client.invalidateQueries({ queryKey: ['views'] })
      showToast({ kind: 'success', text: t('saved', { name: view.name }) })
      onSaved(view)
    },
    onError: error => showToast({ kind: 'error', text: t('failed'), detail: messageOf(error) }),
  })
}

const UNDO_MS = 30_000

export function useRemoveView(): (view: View) => void {
  const client = useQueryClient()
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: ['views'] })
  const again = useMutation({
    mutationFn: async ({ id, name, page, filters, columns, isShared }: View) =>
      await api.people.saveView({
        params: { id },
        body: {
          ...{ name, page },
          ...(filters === undefined ? {} : { filters }),
          ...(columns === undefined ? {} : { columns }),
          ...(isShared === undefined ? {} : { isShared }),
        },
      }),
    onSuccess: refresh,
    onError: error => showToast({ kind: 'error', text: t('failed'), detail: messageOf(error) }),
  })
  const remove = useMutation({
    mutationFn: async (view: View) => await api.people.deleteView({ params: { id: view.id } }),
    onSuccess: async (_, view) => {
      await refresh()
      showToast({
        kind: 'success',
        text: t('removed', { name: view.name }),
        lastsMs: UNDO_MS,
        action: { title: t('undo'), run: () => again.mutate(view) },
      })
    },
    onError: error => showToast({ kind: 'error', text: t('failed'), detail: messageOf(error) }),
  })
  return view => remove.mutate(view)
}
