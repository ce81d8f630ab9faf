import {
  useInfiniteQuery,
  useQuery,
  type InfiniteData,
  type UseInfiniteQueryResult,
  type UseQueryResult,
} from '@tanstack/react-query'
import { api } from '../../lib/api.ts'
import { nowMs } from '../../platform/clock.ts'
import type { AuditItem } from './read-entry.ts'

export type AuditDiff = Awaited<ReturnType<typeof api.auditLogs.diff>>

export interface AuditAsked {
  readonly q?: string | undefined
  readonly type?: string | undefined
  readonly resource?: string | undefined
  readonly userId?: string | undefined
  readonly namespace?: string | undefined
  /** Of what was changed. */
  readonly id?: string | undefined
  readonly range: AuditRange
}

export const AUDIT_RANGES = ['week', 'day', 'month', 'all'] as const

export type AuditRange = (typeof AUDIT_RANGES)[number]

const LENGTHS_MS: Readonly<Record<AuditRange, number | undefined>> = {
  day: 86_400_000,
  week: 7 * 86_400_000,
  month: 30 * 86_400_000,
  all: undefined,
}
const SIZE = 50
const MINUTE_MS = 60_000

interface Page {
  readonly results: readonly AuditItem[]
  readonly total: number
}

export function useAudit(asked: AuditAsked): UseInfiniteQueryResult<InfiniteData<Page>> {
  return useInfiniteQuery({
    queryKey: ['audit', 'search', asked],
    queryFn: ({ pageParam, signal }) =>
      api.auditLogs.search({ query: { ...auditQuery(asked), page: pageParam, size: SIZE }, signal }),
    initialPageParam: 1,
    getNextPageParam: (last: Page, pages: readonly Page[]) =>
      pages.length * SIZE < last.total ? pages.length + 1 : undefined,
  })
}

export interface AuditQuery {
  readonly q?: string
  readonly type?: string
  readonly resources?: string[]
  readonly userId?: string
  readonly namespace?: string
  readonly id?: string
  readonly startDate?: string
}

/** For the list and for its export. */
export function auditQuery({ resource, range, ...rest }: AuditAsked): AuditQuery {
  const lengthMs = LENGTHS_MS[range]
  // Whole minutes: the address of the export stays the same while one looks at it.
  const start = lengthMs === undefined ? undefined : Math.floor((nowMs() - lengthMs) / MINUTE_MS) * MINUTE_MS
  const given = Object.entries(rest).filter(([, value]) => value !== undefined && value !== '')
  return {
    ...Object.fromEntries(given),
    ...(resource === undefined || resource === '' ? {} : { resources: [resource] }),
    ...(start === undefined ? {} : { startDate: new Date(start).toISOString() }),
  }
}

export function useAuditDiff(id: string): UseQueryResult<AuditDiff> {
  return useQuery({
    queryKey: ['audit', 'diff', id],
    queryFn: ({ signal }) => api.auditLogs.diff({ params: { id }, signal }),
    staleTime: Infinity,
  })
}

export type AuditVerdict = Awaited<ReturnType<typeof api.auditLogs.verify>>

/** The server walks the whole chain: asked once, and again when somebody wants it. */
export function useVerdict(): UseQueryResult<AuditVerdict> {
  return useQuery({
    queryKey: ['audit', 'verify'],
    queryFn: ({ signal }) => api.auditLogs.verify({ signal }),
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    retry: false,
  })
}
