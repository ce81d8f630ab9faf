import {
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'
import { api } from '../../lib/api.ts'
import { useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { showToast } from '../../widgets/toast.tsx'
import { attempt } from '../flows/use-flow-actions.ts'
import { t } from './messages.ts'

export type AppHead = Awaited<ReturnType<typeof api.apps.search>>['results'][number]
export type AppDocument = Awaited<ReturnType<typeof api.apps.get>>

const APPS_MAX = 1_000
const UNDO_MS = 30_000

export function useApps(): UseQueryResult<readonly AppHead[]> {
  return useQuery({
    queryKey: ['apps', 'list'],
    queryFn: async ({ signal }) => (await api.apps.search({ query: { size: APPS_MAX }, signal })).results,
  })
}

export function useApp(uid: string): UseQueryResult<AppDocument> {
  return useQuery({
    queryKey: ['apps', 'one', uid],
    queryFn: ({ signal }) => api.apps.get({ params: { uid }, signal }),
  })
}

/** `uid`: the app that is changed; without one a new app is made. */
export function useSaveApp(uid: string | undefined): UseMutationResult<AppDocument, Error, string> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: body => (uid === undefined ? api.apps.create({ body }) : api.apps.update({ params: { uid }, body })),
    onSuccess: async app => {
      client.setQueryData(['apps', 'one', app.uid], app)
      await client.invalidateQueries({ queryKey: ['apps'] })
    },
  })
}

export interface AppActions {
  turn(app: AppDocument): Promise<void>
  remove(app: AppDocument): Promise<void>
}

export function useAppActions(): AppActions {
  const client = useQueryClient()
  const go = useGo()
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: ['apps'] })
  return {
    turn: async ({ uid, enabled }) => {
      await attempt(async () => {
        const params = { uid }
        await (enabled ? api.apps.disable({ params }) : api.apps.enable({ params }))
        await refresh()
      })
    },
    remove: async ({ uid, source }) => {
      const restore = async (): Promise<void> => {
        await attempt(async () => {
          const app = await api.apps.create({ body: source })
          await refresh()
          go(paths.app(app.uid))
        })
      }
      await attempt(async () => {
        await api.apps.delete({ params: { uid } })
        go(paths.apps(), { replace: true })
        await client.invalidateQueries({ queryKey: ['apps', 'list'] })
        const action = { title: t('undo'), run: () => void restore() }
        showToast({ kind: 'success', text: t('deleted'), action, lastsMs: UNDO_MS })
      })
    },
  }
}
