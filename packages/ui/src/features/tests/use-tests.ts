import {
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../lib/api.ts'
import { useGo } from '../../lib/link.tsx'
import { paths, type FlowRef } from '../../lib/paths.ts'
import { messageOf } from '../../widgets/error-card.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { attempt } from '../flows/use-flow-actions.ts'
import { t } from './messages.ts'

export type Suite = Awaited<ReturnType<typeof api.tests.get>>
export type SuiteResult = Awaited<ReturnType<typeof api.tests.result>>
export type CaseResult = SuiteResult['results'][number]

export interface TestedSuite {
  readonly suite: Suite
  readonly last: SuiteResult | undefined
}

const SUITES_MAX = 1_000
const RESULTS_SHOWN = 20

export function suiteKey({ namespace, id }: FlowRef): string {
  return `${namespace}/${id}`
}

/** Suites with their last results; of one flow, or all. */
export function useSuites(flow?: FlowRef): UseQueryResult<readonly TestedSuite[]> {
  return useQuery({
    queryKey: ['tests', 'list', flow && suiteKey(flow)],
    queryFn: async ({ signal }) => {
      const scope = flow ? { namespace: flow.namespace, flowId: flow.id, includeChildNamespaces: false } : {}
      const { results: suites } = await api.tests.search({ query: { size: SUITES_MAX, ...scope }, signal })
      const testSuiteIds = suites.map(({ namespace, id }) => ({ namespace, id }))
      const { results } =
        suites.length === 0 ? { results: [] } : await api.tests.lastResults({ body: { testSuiteIds }, signal })
      const last = new Map(results.map(result => [`${result.namespace}/${result.testSuiteId}`, result]))
      return suites.map(suite => ({ suite, last: last.get(suiteKey(suite)) }))
    },
  })
}

export function useSuite(ref: FlowRef | undefined): UseQueryResult<Suite> {
  return useQuery({
    queryKey: ['tests', 'one', ref && suiteKey(ref)],
    queryFn: ({ signal }) => api.tests.get({ params: ref ?? { namespace: '', id: '' }, signal }),
    enabled: ref !== undefined,
  })
}

/** The newest first. */
export function useResults({ namespace, id }: FlowRef): UseQueryResult<readonly SuiteResult[]> {
  return useQuery({
    queryKey: ['tests', 'results', namespace, id],
    queryFn: async ({ signal }) => {
      const query = { namespace, testSuiteId: id, size: RESULTS_SHOWN }
      return (await api.tests.searchResults({ query, signal })).results
    },
  })
}

export interface RunSuite extends FlowRef {
  readonly testCases?: readonly string[]
}

export function useRunSuite(): UseMutationResult<SuiteResult, Error, RunSuite> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ namespace, id, testCases }) =>
      api.tests.run({ params: { namespace, id }, body: testCases ? { testCases: [...testCases] } : {} }),
    // Told also where the page is another by now: a new suite that is saved and run is shown on its own page meanwhile.
    onError: error => showToast({ kind: 'error', text: t('notRun'), detail: messageOf(error) }),
    onSettled: () => client.invalidateQueries({ queryKey: ['tests'] }),
  })
}

export interface ManyRuns {
  /** Suites that are under way or wait for their turn. */
  readonly pending: ReadonlySet<string>
  run(suites: readonly FlowRef[]): Promise<void>
}

/** Suite after suite, so that each result is seen when it is there. */
export function useRunMany(): ManyRuns {
  const client = useQueryClient()
  const [pending, setPending] = useState<ReadonlySet<string>>(new Set())
  const run = async (suites: readonly FlowRef[]): Promise<void> => {
    setPending(new Set(suites.map(suiteKey)))
    try {
      for (const { namespace, id } of suites) {
        await api.tests.run({ params: { namespace, id }, body: {} })
        await client.invalidateQueries({ queryKey: ['tests'] })
        setPending(before => new Set([...before].filter(key => key !== suiteKey({ namespace, id }))))
      }
    } finally {
      setPending(new Set())
    }
  }
  return { pending, run }
}

/** `known`: the suite that is changed; without one a new suite is made. */
export function useSaveSuite(known: FlowRef | undefined): UseMutationResult<Suite, Error, string> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: body => (known ? api.tests.update({ params: known, body }) : api.tests.create({ body })),
    onSuccess: async suite => {
      client.setQueryData(['tests', 'one', suiteKey(suite)], suite)
      await client.invalidateQueries({ queryKey: ['tests'] })
    },
  })
}

/** Takes it away, and offers to bring it back. */
export function useDeleteSuite(): (suite: Suite) => void {
  const client = useQueryClient()
  const go = useGo()
  const restore = async (source: string): Promise<void> => {
    await attempt(async () => {
      const { namespace, id } = await api.tests.create({ body: source })
      await client.invalidateQueries({ queryKey: ['tests'] })
      go(paths.test(namespace, id))
    })
  }
  return suite => {
    void attempt(async () => {
      await api.tests.delete({ params: { namespace: suite.namespace, id: suite.id } })
      go(paths.tests(), { replace: true })
      await client.invalidateQueries({ queryKey: ['tests', 'list'] })
      const action = { title: t('undo'), run: () => void restore(suite.source) }
      showToast({ kind: 'success', text: t('deleted'), action, lastsMs: UNDO_MS })
    })
  }
}

const UNDO_MS = 30_000

/** What a new suite begins with: an execution as it went, or the inputs of a flow. */
export function useRecording(executionId: string | undefined): UseQueryResult<string> {
  return useQuery({
    queryKey: ['tests', 'record', executionId],
    queryFn: async ({ signal }) => {
      const { source } = await api.tests.record({ params: { executionId: executionId ?? '' }, signal })
      return source
    },
    enabled: executionId !== undefined,
    staleTime: Infinity,
  })
}
