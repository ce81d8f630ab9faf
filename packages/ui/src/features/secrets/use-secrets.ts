import { useMutation, useQuery, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query'
import { api } from '../../lib/api.ts'
import { queryClient } from '../../lib/query.ts'
import { showToast } from '../../widgets/toast.tsx'
import { listSecrets, type SecretMeta, type SecretRow, type SecretTag } from './list-secrets.ts'
import { t } from './messages.ts'

export interface Secrets {
  readonly rows: readonly SecretRow[]
  /** Whether a key of encryption is configured. */
  readonly canSave: boolean
}

export interface SecretWrite {
  readonly namespace: string
  readonly key: string
  /** Nothing: the present one stays. */
  readonly value: string
  readonly description: string
  readonly tags: readonly SecretTag[]
}

const SIZE = 100
const PAGES_MAX = 50
const ALL: readonly string[] = ['secrets']

/** All of them: they are few beside what uses them, and what flows miss is only known of all. */
export function useSecrets(): UseQueryResult<Secrets> {
  return useQuery({
    queryKey: [...ALL, 'list'],
    queryFn: async ({ signal }) => {
      const [metas, { canSave, asked }] = await Promise.all([readMetas(signal), api.secrets.usage({ signal })])
      return { rows: listSecrets(metas, asked), canSave }
    },
  })
}

async function readMetas(signal: AbortSignal): Promise<readonly SecretMeta[]> {
  const found: SecretMeta[] = []
  for (let page = 1; page <= PAGES_MAX; page += 1) {
    const { results, total } = await api.secrets.search({ query: { page, size: SIZE }, signal })
    found.push(...results)
    if (found.length >= total) break
  }
  return found
}

export function useSaveSecret(): UseMutationResult<unknown, Error, SecretWrite> {
  return useMutation({
    mutationFn: async ({ namespace, key, value, description, tags }) => {
      const said = { description, tags: tags.map(tag => ({ ...tag })) }
      if (value === '') await api.secrets.describe({ params: { namespace, key }, body: said })
      else await api.secrets.save({ params: { namespace }, body: { key, value, ...said } })
    },
    onSuccess: (_, { key }) => showToast({ kind: 'success', text: t('saved', { name: key }) }),
    onSettled: refresh,
  })
}

export async function deleteSecret({
  namespace,
  key,
}: {
  readonly namespace: string
  readonly key: string
}): Promise<void> {
  try {
    await api.secrets.delete({ params: { namespace, key } })
    showToast({ kind: 'success', text: t('deleted', { name: key }) })
  } catch (error) {
    showToast({ kind: 'error', text: t('notDeleted', { name: key }), detail: String(error) })
  }
  await refresh()
}

function refresh(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: ALL })
}
