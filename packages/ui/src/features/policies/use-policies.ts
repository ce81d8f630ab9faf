// Policies of the tenant, of the whole server, or of a namespace: three times the same, at three addresses of the API.
import {
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'
import type { Need } from '../../lib/access/may.ts'
import { api } from '../../lib/api.ts'
import { useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { showToast } from '../../widgets/toast.tsx'
import { t } from './messages.ts'

export type Policy = Awaited<ReturnType<typeof api.policies.get>>
export type Evaluation = Awaited<ReturnType<typeof api.policies.evaluate>>

/** A namespace's by its name. */
export type PolicyScope = 'tenant' | 'instance' | { readonly namespace: string }

export interface Found {
  readonly results: readonly Policy[]
  readonly total: number
}

export const BROKEN_MAX = 100
const POLICIES_MAX = 500
const UNDO_MS = 30_000

/** As in addresses: a namespace behind a colon, for it may be called as the others are. */
export function nameOfScope(scope: PolicyScope): string {
  return typeof scope === 'string' ? scope : `:${scope.namespace}`
}

export function scopeOf(name: string): PolicyScope {
  if (name.startsWith(':')) return { namespace: name.slice(1) }
  return name === 'instance' ? 'instance' : 'tenant'
}

export function needOf(scope: PolicyScope, action: 'READ' | 'CREATE' | 'UPDATE' | 'DELETE'): Need {
  if (scope === 'tenant') return `TENANT_SETTINGS:${action}`
  return scope === 'instance' ? `SYSTEM_SETTINGS:${action}` : `POLICY:${action}`
}

export function namespaceOf(scope: PolicyScope): string | undefined {
  return typeof scope === 'string' ? undefined : scope.namespace
}

export function usePolicies(scope: PolicyScope): UseQueryResult<Found> {
  return useQuery({
    queryKey: ['policies', 'list', nameOfScope(scope)],
    queryFn: async ({ signal }) => {
      const query = { page: 1, size: POLICIES_MAX }
      if (scope === 'tenant') return await api.policies.search({ query, signal })
      if (scope === 'instance') return await api.instancePolicies.search({ query, signal })
      return await api.namespacePolicies.search({ params: scope, query, signal })
    },
  })
}

export function usePolicy(scope: PolicyScope, id: string): UseQueryResult<Policy> {
  return useQuery({
    queryKey: ['policies', 'one', nameOfScope(scope), id],
    queryFn: ({ signal }) => {
      if (scope === 'tenant') return api.policies.get({ params: { id }, signal })
      if (scope === 'instance') return api.instancePolicies.get({ params: { id }, signal })
      return api.namespacePolicies.get({ params: { ...scope, id }, signal })
    },
  })
}

/** Which saved flows break it. */
export function useEvaluation(scope: PolicyScope, id: string): UseQueryResult<Evaluation> {
  return useQuery({
    queryKey: ['policies', 'evaluation', nameOfScope(scope), id],
    queryFn: ({ signal }) => {
      const query = { page: 1, size: BROKEN_MAX }
      if (scope === 'tenant') return api.policies.evaluate({ params: { id }, query, signal })
      if (scope === 'instance') return api.instancePolicies.evaluate({ params: { id }, query, signal })
      return api.namespacePolicies.evaluate({ params: { ...scope, id }, query, signal })
    },
  })
}

/** `id`: the policy that is changed; without one a new one is made. */
export function useSavePolicy(scope: PolicyScope, id: string | undefined): UseMutationResult<Policy, Error, string> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: source => (id === undefined ? createIn(scope, source) : updateIn(scope, id, source)),
    onSuccess: async policy => {
      client.setQueryData(['policies', 'one', nameOfScope(scope), policy.id], policy)
      await client.invalidateQueries({ queryKey: ['policies'] })
    },
  })
}

async function createIn(scope: PolicyScope, source: string): Promise<Policy> {
  const body = { source }
  if (scope === 'tenant') return await api.policies.create({ body })
  if (scope === 'instance') return await api.instancePolicies.create({ body })
  return await api.namespacePolicies.create({ params: scope, body })
}

async function updateIn(scope: PolicyScope, id: string, source: string): Promise<Policy> {
  const body = { source }
  if (scope === 'tenant') return await api.policies.update({ params: { id }, body })
  if (scope === 'instance') return await api.instancePolicies.update({ params: { id }, body })
  return await api.namespacePolicies.update({ params: { ...scope, id }, body })
}

async function deleteIn(scope: PolicyScope, id: string): Promise<void> {
  if (scope === 'tenant') await api.policies.delete({ params: { id } })
  else if (scope === 'instance') await api.instancePolicies.delete({ params: { id } })
  else await api.namespacePolicies.delete({ params: { ...scope, id } })
}

/** Takes it away, and offers to bring it back. */
export function useDeletePolicy(scope: PolicyScope): (policy: Policy) => void {
  const client = useQueryClient()
  const go = useGo()
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      showToast({ kind: 'error', text: t('notRemoved'), detail: String(error) })
    }
    await client.invalidateQueries({ queryKey: ['policies', 'list'] })
  }
  const remove = async ({ id, source }: Policy): Promise<void> => {
    await deleteIn(scope, id)
    go(listOf(scope), { replace: true })
    const restore = async (): Promise<void> => void (await createIn(scope, source))
    const action = { title: t('undo'), run: () => void attempt(restore) }
    showToast({ kind: 'success', text: t('removed', { id }), action, lastsMs: UNDO_MS })
  }
  return policy => void attempt(() => remove(policy))
}

export function listOf(scope: PolicyScope): string {
  return typeof scope === 'string' ? paths.policies(scope) : paths.namespace(scope.namespace, 'policies')
}
