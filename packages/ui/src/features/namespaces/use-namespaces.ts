import { useMutation, useQueries, useQuery, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query'
import { api } from '../../lib/api.ts'
import { queryClient } from '../../lib/query.ts'
import { nowMs } from '../../platform/clock.ts'
import { showToast } from '../../widgets/toast.tsx'
import { withAncestors } from './ancestors.ts'
import { t } from './messages.ts'
import type { NamespaceFacts } from './namespace-tree.ts'

export type NamespaceDocument = Awaited<ReturnType<typeof api.namespaces.get>>
export type NamespacePatch = Omit<Partial<NamespaceDocument>, 'id'>

const SIZE = 1_000
const PAGES_MAX = 10
const DAY_MS = 86_400_000
const LOOK_AGAIN_MS = 15_000
const UNDO_MS = 30_000

/** The names of all namespaces that there are. */
export function useNamespaceNames(): UseQueryResult<readonly string[]> {
  return useQuery({
    queryKey: ['namespaces', 'names'],
    queryFn: async ({ signal }) => (await readAll(signal)).map(({ id }) => id),
    staleTime: 30_000,
  })
}

type Found = Awaited<ReturnType<typeof api.namespaces.search>>['results'][number]

async function readAll(signal: AbortSignal, counts = false): Promise<readonly Found[]> {
  const found: Found[] = []
  for (let page = 1; page <= PAGES_MAX; page += 1) {
    const { results, total } = await api.namespaces.search({ query: { page, size: SIZE, counts }, signal })
    found.push(...results)
    if (found.length >= total) break
  }
  return found
}

/** With how many flows, runs and failures they have. */
export function useNamespaceFacts(): UseQueryResult<readonly NamespaceFacts[]> {
  return useQuery({
    queryKey: ['namespaces', 'facts'],
    queryFn: async ({ signal }) =>
      (await readAll(signal, true)).map(({ id, flows = 0, runs, failures }) => ({ id, flows, runs, failures })),
    refetchInterval: LOOK_AGAIN_MS,
  })
}

export function sinceYesterday(): { readonly 'filters[startDate][GREATER_THAN_OR_EQUAL_TO]': string } {
  return { 'filters[startDate][GREATER_THAN_OR_EQUAL_TO]': new Date(nowMs() - DAY_MS).toISOString() }
}

/** A namespace and those above it, the nearest first; undefined until all are there. */
export function useNamespaceChain(id: string): {
  readonly chain: readonly NamespaceDocument[] | undefined
  readonly error: Error | null
  retry(): void
} {
  const found = useQueries({
    queries: withAncestors(id).map(each => ({
      queryKey: ['namespaces', 'get', each],
      queryFn: ({ signal }: { readonly signal: AbortSignal }) => api.namespaces.get({ params: { id: each }, signal }),
    })),
  })
  const chain = found.flatMap(({ data }) => (data === undefined ? [] : [data]))
  return {
    chain: chain.length === found.length ? chain : undefined,
    error: found.find(({ error }) => error !== null)?.error ?? null,
    retry: () => void queryClient.invalidateQueries({ queryKey: ['namespaces', 'get'] }),
  }
}

export function useSaveNamespace(id: string): UseMutationResult<unknown, Error, NamespacePatch> {
  return useMutation({
    mutationFn: async patch => {
      const before = await api.namespaces.get({ params: { id } })
      await api.namespaces.update({ params: { id }, body: patch })
      const names = Object.keys(patch)
      const back = Object.fromEntries(names.map(name => [name, valueOf(before, name)]))
      showToast({
        kind: 'success',
        text: t('saved', { namespace: id }),
        lastsMs: UNDO_MS,
        action: { title: t('undo'), run: () => void restore(id, back) },
      })
    },
    onSettled: refresh,
  })
}

/** As it was; what was not said is said to be empty. */
function valueOf(document: NamespaceDocument, name: string): unknown {
  const found: unknown = Object.entries(document).find(([key]) => key === name)?.[1]
  return found ?? EMPTY[name]
}

const EMPTY: Readonly<Record<string, unknown>> = { description: '', variables: {}, pluginDefaults: [] }

async function restore(id: string, patch: NamespacePatch): Promise<void> {
  try {
    await api.namespaces.update({ params: { id }, body: patch })
    showToast({ kind: 'success', text: t('saved', { namespace: id }) })
  } catch (error) {
    showToast({ kind: 'error', text: t('notSaved', { namespace: id }), detail: String(error) })
  }
  await refresh()
}

function refresh(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: ['namespaces'] })
}
