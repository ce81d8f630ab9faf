import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import { useMemo, useRef } from 'react'
import { api } from '../../lib/api.ts'
import { useLive, usePollMs } from '../../lib/live/live.ts'
import type { FlowRef } from '../../lib/paths.ts'
import { nowMs } from '../../platform/clock.ts'

export type FlowDocument = Awaited<ReturnType<typeof api.flows.get>>
export type FlowGridDocument = Awaited<ReturnType<typeof api.flows.grid>>
export type RevisionDocument = Awaited<ReturnType<typeof api.flows.revisions>>[number]

export const GRID_RUNS = 30
const GRID_EVERY_MS = 1_000

/** A flow with its source; one that is deleted as well. */
export function useFlow({ namespace, id }: FlowRef): UseQueryResult<FlowDocument> {
  return useQuery({
    queryKey: ['flows', 'one', namespace, id],
    queryFn: ({ signal }) =>
      api.flows.get({ params: { namespace, id }, query: { source: true, allowDeleted: true }, signal }),
  })
}

/** The last runs and what each task came to; told again while they go on. */
export function useFlowGrid({ namespace, id }: FlowRef, runs: number = GRID_RUNS): UseQueryResult<FlowGridDocument> {
  const client = useQueryClient()
  const key = ['flows', 'grid', namespace, id]
  const askedAt = useRef(0)
  useLive({ topic: `flow:${namespace}.${id}` }, () => {
    if (nowMs() - askedAt.current < GRID_EVERY_MS) return
    askedAt.current = nowMs()
    void client.invalidateQueries({ queryKey: key })
  })
  return useQuery({
    queryKey: [...key, runs],
    queryFn: ({ signal }) => api.flows.grid({ params: { namespace, id }, query: { runs }, signal }),
    refetchInterval: usePollMs(),
  })
}

export type RunFacts = Awaited<ReturnType<typeof api.flows.runBars>>[number]

export function useRunFacts({ namespace, id }: FlowRef): UseQueryResult<RunFacts | undefined> {
  return useQuery({
    queryKey: ['flows', 'run-bars', [`${namespace}.${id}`]],
    queryFn: ({ signal }) => api.flows.runBars({ query: { flows: [`${namespace}.${id}`] }, signal }),
    select: bars => bars[0],
  })
}

export type TriggerRow = Awaited<ReturnType<typeof api.triggers.search>>['results'][number]

export function useFlowTriggers({ namespace, id }: FlowRef, isOn: boolean): UseQueryResult<readonly TriggerRow[]> {
  return useQuery({
    queryKey: ['triggers', 'of-flow', namespace, id],
    queryFn: async ({ signal }) => {
      const { results } = await api.triggers.search({ query: { namespace, flowId: id, size: 200 }, signal })
      return results
    },
    enabled: isOn,
  })
}

export function useRevisions({ namespace, id }: FlowRef): UseQueryResult<readonly RevisionDocument[]> {
  return useQuery({
    queryKey: ['flows', 'revisions', namespace, id],
    queryFn: ({ signal }) => api.flows.revisions({ params: { namespace, id }, query: { allowDelete: true }, signal }),
  })
}

export type Author = Awaited<ReturnType<typeof api.flows.authors>>[number]

/** By revision, as far as it is known. */
export function useAuthors({ namespace, id }: FlowRef): ReadonlyMap<number, Author> {
  const { data = [] } = useQuery({
    queryKey: ['flows', 'authors', namespace, id],
    queryFn: ({ signal }) => api.flows.authors({ params: { namespace, id }, signal }),
    retry: false,
  })
  return useMemo(() => new Map(data.map(author => [author.revision, author])), [data])
}

export interface Neighbours {
  readonly nodes: readonly { readonly uid: string; readonly namespace: string; readonly id: string }[]
  readonly edges: readonly { readonly source: string; readonly target: string; readonly relation: string }[]
}

export function useDependencies({ namespace, id }: FlowRef, expandAll: boolean): UseQueryResult<Neighbours> {
  return useQuery({
    queryKey: ['flows', 'dependencies', namespace, id, expandAll],
    queryFn: async ({ signal }) =>
      readNeighbours(await api.flows.dependencies({ params: { namespace, id }, query: { expandAll }, signal })),
  })
}

function readNeighbours(document: Readonly<Record<string, unknown>>): Neighbours {
  const text = (item: unknown, key: string): string =>
    typeof item === 'object' && item !== null ? String(Object.entries(item).find(([name]) => name === key)?.[1]) : ''
  const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
  return {
    nodes: list(document['nodes']).map(node => ({
      uid: text(node, 'uid'),
      namespace: text(node, 'namespace'),
      id: text(node, 'id'),
    })),
    edges: list(document['edges']).map(edge => ({
      source: text(edge, 'source'),
      target: text(edge, 'target'),
      relation: text(edge, 'relation'),
    })),
  }
}
