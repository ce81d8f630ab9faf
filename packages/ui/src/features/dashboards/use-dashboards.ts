import {
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, isNotFound } from '../../lib/api.ts'
import { usePreferences } from '../../lib/preferences.ts'
import { nowMs } from '../../platform/clock.ts'
import { inOneCall } from './in-one-call.ts'

export type Dashboard = Awaited<ReturnType<typeof api.dashboards.get>>
export type ChartAnswer = Awaited<ReturnType<typeof api.dashboards.charts>>[string]

/** What is looked at. */
export interface BoardWish {
  readonly lengthMs: number
  /** Instead of the last `lengthMs`. */
  readonly span?: { readonly fromMs: number; readonly toMs: number } | undefined
  readonly namespace: string | undefined
}

export interface ShownRows extends ChartAnswer {
  readonly fromMs: number
  readonly toMs: number
}

/** Where the rows of charts come from: a board that is saved, or one that is being written. */
export interface RowsSource {
  readonly key: readonly unknown[]
  ask(chartId: string): Promise<ShownRows | undefined>
}

const BOARDS = 200
const SLOWLY_MS = 60_000

export function useDashboards(): UseQueryResult<readonly Dashboard[]> {
  return useQuery({
    queryKey: ['dashboards', 'list'],
    queryFn: async ({ signal }) => (await api.dashboards.search({ query: { page: 1, size: BOARDS }, signal })).results,
    staleTime: SLOWLY_MS,
  })
}

export function useDashboard(id: string | undefined): UseQueryResult<Dashboard> {
  return useQuery({
    queryKey: ['dashboards', 'one', id],
    queryFn: ({ signal }) => api.dashboards.get({ params: { id: id ?? '' }, signal }),
    enabled: id !== undefined,
    retry: (count, error) => !isNotFound(error) && count < 2,
  })
}

export function useBoardRows(id: string, { lengthMs, span, namespace }: BoardWish): RowsSource {
  const zone = useZone()
  const { fromMs, toMs } = span ?? {}
  return useMemo(() => {
    const ask = inOneCall(async charts => {
      const range = rangeOf(lengthMs, fromMs, toMs)
      const body = { ...bodyOf(range, { namespace, zone }), charts: [...charts] }
      return withRange(await api.dashboards.charts({ params: { id }, body }), range)
    })
    return { key: ['dashboards', 'rows', id, lengthMs, fromMs, toMs, namespace, zone], ask }
  }, [id, lengthMs, fromMs, toMs, namespace, zone])
}

export function useDraftRows(source: string, lengthMs: number): RowsSource {
  const zone = useZone()
  return useMemo(() => {
    const ask = inOneCall(async charts => {
      const range = rangeOf(lengthMs, undefined, undefined)
      const body = { ...bodyOf(range, { namespace: undefined, zone }), source, charts: [...charts] }
      return withRange((await api.dashboards.previewAll({ body })).charts, range)
    })
    return { key: ['dashboards', 'draft', source, lengthMs, zone], ask }
  }, [source, lengthMs, zone])
}

export function useRows({ key, ask }: RowsSource, chartId: string, isSeen: boolean): UseQueryResult<ShownRows> {
  return useQuery({
    queryKey: [...key, chartId],
    queryFn: async () => (await ask(chartId)) ?? { error: undefined, fromMs: 0, toMs: 0, results: [], total: 0 },
    enabled: isSeen,
    placeholderData: before => before,
    refetchInterval: SLOWLY_MS,
  })
}

/** What is wrong with a board that is being written. */
export function useProblems(source: string): readonly string[] | undefined {
  const { data } = useQuery({
    queryKey: ['dashboards', 'problems', source],
    queryFn: async ({ signal }) => {
      const { constraints } = await api.dashboards.validate({ body: source, signal })
      return constraints === undefined ? [] : constraints.split('\n')
    },
    staleTime: Infinity,
    placeholderData: before => before,
  })
  return data
}

/** Without an id it is a new one. */
export function useSaveDashboard(id: string | undefined): UseMutationResult<Dashboard, Error, string> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: string) =>
      id === undefined ? api.dashboards.create({ body }) : api.dashboards.update({ params: { id }, body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['dashboards'] }),
  })
}

export function useDeleteDashboard(): UseMutationResult<unknown, Error, string> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => api.dashboards.delete({ params: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['dashboards'] }),
  })
}

interface Range {
  readonly fromMs: number
  readonly toMs: number
}

function rangeOf(lengthMs: number, fromMs: number | undefined, toMs: number | undefined): Range {
  const now = nowMs()
  return fromMs === undefined || toMs === undefined ? { fromMs: now - lengthMs, toMs: now } : { fromMs, toMs }
}

interface Scope {
  readonly namespace: string | undefined
  readonly zone: string
}

function bodyOf(
  { fromMs, toMs }: Range,
  { namespace, zone }: Scope,
): { readonly startDate: string; readonly endDate: string; readonly zone: string; readonly namespace?: string } {
  return {
    startDate: new Date(fromMs).toISOString(),
    endDate: new Date(toMs).toISOString(),
    zone,
    ...(namespace === undefined ? {} : { namespace }),
  }
}

function withRange(answers: Readonly<Record<string, ChartAnswer>>, range: Range): Readonly<Record<string, ShownRows>> {
  return Object.fromEntries(Object.entries(answers).map(([id, answer]) => [id, { ...answer, ...range }]))
}

function useZone(): string {
  return usePreferences().zone === 'utc' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone
}
