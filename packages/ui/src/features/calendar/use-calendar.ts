import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query'
import { api } from '../../lib/api.ts'
import { useLiveState } from '../../lib/live/live.ts'
import type { CalendarRange, CalendarView } from './calendar-range.ts'

export type CalendarData = Awaited<ReturnType<typeof api.planning.calendar>>
export type CalendarBucket = CalendarData['buckets'][number]

const EVERY_MS = 30_000

export interface CalendarWish {
  readonly range: CalendarRange
  readonly view: CalendarView
  readonly namespace: string | undefined
}

/** Days of a month; hours of a week or a day. */
export function useCalendar({ range, view, namespace }: CalendarWish): UseQueryResult<CalendarData> {
  const live = useLiveState()
  const query = {
    from: new Date(range.fromMs).toISOString(),
    to: new Date(range.toMs).toISOString(),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    bucket: view === 'month' ? 'P1D' : 'PT1H',
    ...(namespace === undefined ? {} : { namespace }),
  }
  return useQuery({
    queryKey: ['calendar', query],
    queryFn: ({ signal }) => api.planning.calendar({ query, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: live === 'paused' || live === 'offline' ? false : EVERY_MS,
  })
}

export interface BucketSum {
  readonly done: number
  readonly failed: number
  readonly other: number
  readonly planned: number
}

export function sumOf({ states, planned }: CalendarBucket): BucketSum {
  const done = (states['SUCCESS'] ?? 0) + (states['WARNING'] ?? 0)
  const failed = states['FAILED'] ?? 0
  const all = Object.values(states).reduce((one, other) => one + other, 0)
  return { done, failed, other: all - done - failed, planned }
}
