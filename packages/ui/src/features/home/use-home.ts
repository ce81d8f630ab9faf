import { keepPreviousData, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import { api } from '../../lib/api.ts'
import { useLive, usePollMs } from '../../lib/live/live.ts'
import { nowMs } from '../../platform/clock.ts'
import { triggerRowOf, type TriggerRow } from '../triggers/trigger-row.ts'

/** The lengths of time that home looks at, as filters of lists know them. */
export const SPANS = { '24h': 'PT24H', '7d': 'PT168H', '30d': 'PT720H' } as const
export type Range = keyof typeof SPANS

export interface Scope {
  readonly lengthMs: number
  readonly namespace: string | undefined
}

export type Counts = Awaited<ReturnType<typeof api.executions.counts>>
export type Rows = Awaited<ReturnType<typeof api.executions.search>>['results']
export type Incidents = Awaited<ReturnType<typeof api.people.incidents>>
export type Incident = Incidents['results'][number]
export type Planned = Awaited<ReturnType<typeof api.planning.calendar>>['planned'][number]
export type HumanTasks = Awaited<ReturnType<typeof api.people.humanTasks>>['results']

const SHOWN = 8
const JUDGED = 50
const TRIGGERS = 200
const DAY_MS = 86_400_000
const SLOWLY_MS = 30_000
const SOON_MS = 1_000
const UNDER_WAY = ['RUNNING', 'RETRYING', 'RESTARTED', 'KILLING']

/** What is counted changes when something runs. */
export function useHomeLive(): void {
  const client = useQueryClient()
  useLive({ topic: 'counts' }, ({ type }) => {
    if (type === 'delta') void client.invalidateQueries({ queryKey: ['home'] })
  })
}

export function useCounts({ lengthMs, namespace }: Scope): UseQueryResult<Counts> {
  return useHomeQuery(['counts', lengthMs, namespace], () =>
    api.executions.counts({
      query: { startDate: new Date(nowMs() - lengthMs).toISOString(), by: 'namespace', ...ofNamespace(namespace) },
    }),
  )
}

export function useRunning({ namespace }: Scope): UseQueryResult<Rows> {
  return useHomeQuery(['running', namespace], async () => {
    const query = { cursor: '', size: SHOWN, state: [...UNDER_WAY], ...ofNamespace(namespace) }
    return (await api.executions.search({ query })).results
  })
}

/** The newest, to be compared with what is usual. */
export function useNewest({ namespace, lengthMs }: Scope): UseQueryResult<Rows> {
  return useHomeQuery(['newest', namespace, lengthMs], async () => {
    const startDate = new Date(nowMs() - lengthMs).toISOString()
    const query = { cursor: '', size: JUDGED, startDate, ...ofNamespace(namespace) }
    return (await api.executions.search({ query })).results
  })
}

/** Asked again soon while the server still reads what made older ones fail. */
export function useIncidents({ lengthMs, namespace }: Scope): UseQueryResult<Incidents> {
  const ask = (): Promise<Incidents> => {
    const from = new Date(nowMs() - lengthMs).toISOString()
    return api.people.incidents({ query: { from, ...ofNamespace(namespace) } })
  }
  return useHomeQuery(['incidents', lengthMs, namespace], ask, ({ isReading }) => isReading === true)
}

export function useWaiting({ namespace }: Scope): UseQueryResult<HumanTasks> {
  return useHomeQuery(
    ['waiting', namespace],
    async () => (await api.people.humanTasks({ query: { size: SHOWN, ...ofNamespace(namespace) } })).results,
  )
}

export function useNextDay({ namespace }: Scope): UseQueryResult<readonly Planned[]> {
  return useHomeQuery(['next', namespace], async () => {
    const now = nowMs()
    const [from, to] = [new Date(now).toISOString(), new Date(now + DAY_MS).toISOString()]
    return (await api.planning.calendar({ query: { from, to, bucket: 'PT24H', ...ofNamespace(namespace) } })).planned
  })
}

/** Whose date has come; until it is asked again no other can be late for long. */
export function useDueTriggers({ namespace }: Scope): UseQueryResult<readonly TriggerRow[]> {
  return useHomeQuery(['triggers', namespace], async () => {
    const dueBefore = new Date(nowMs()).toISOString()
    const query = { page: 1, size: TRIGGERS, all: true, dueBefore, ...ofNamespace(namespace) }
    const { results } = await api.triggers.search({ query })
    return results.map(triggerRowOf)
  })
}

export function useNamespaces(): UseQueryResult<readonly string[]> {
  return useQuery({
    queryKey: ['namespaces', 'of-flows'],
    queryFn: ({ signal }) => api.flows.distinctNamespaces({ query: {}, signal }),
    staleTime: SLOWLY_MS,
  })
}

function useHomeQuery<T>(
  key: readonly unknown[],
  queryFn: () => Promise<T>,
  isPartial?: (found: T) => boolean,
): UseQueryResult<T> {
  const poll = usePollMs()
  // Dates come near also where nothing runs.
  const usual = poll === false ? SLOWLY_MS : poll
  return useQuery<T>({
    queryKey: ['home', ...key],
    queryFn,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state: { data } }) => (data !== undefined && isPartial?.(data) === true ? SOON_MS : usual),
  })
}

function ofNamespace(namespace: string | undefined): { readonly namespace?: string } {
  return namespace === undefined ? {} : { namespace }
}

/** `company.sales` and `company.ops` can be looked at together. */
export function withParents(names: readonly string[]): readonly string[] {
  const all = names.flatMap(name => {
    const parts = name.split('.')
    return parts.map((_, index) => parts.slice(0, index + 1).join('.'))
  })
  return [...new Set(all)].sort()
}
