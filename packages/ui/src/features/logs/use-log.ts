import { routes } from '@batuta/api'
import { keepPreviousData, useQueries, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { api, apiUrl } from '../../lib/api.ts'
import { useLive, usePollMs } from '../../lib/live/live.ts'
import { lineAt, pagesAround, placeOfLine, wishOf, type LogPage } from './log-pages.ts'

export type LogLine = Awaited<ReturnType<typeof api.logs.window>>['lines'][number]
export type LogIndex = Awaited<ReturnType<typeof api.logs.index>>
export type Level = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR'

export interface LogFilter {
  readonly level?: Level
  readonly task?: string
  readonly attempt?: number
}

const HITS_MAX = 1_000
const INDEX_FRESH_MS = 3_000
/** While the server counts a long log. */
const COUNTING_MS = 250

/** What a viewer shows: rows by their place, read when they come into sight. */
export interface LogSource {
  /** Undefined until the server has said how many there are. */
  readonly total: number | undefined
  readonly error: unknown
  lineAt(position: number): LogLine | undefined
  see(first: number, last: number): void
  retry(): void
}

export function useLogIndex(executionId: string): UseQueryResult<LogIndex> {
  const poll = usePollMs()
  return useQuery({
    queryKey: ['logs', executionId, 'index'],
    queryFn: ({ signal }) => api.logs.index({ params: { executionId }, signal }),
    staleTime: INDEX_FRESH_MS,
    refetchInterval: ({ state: { data } }) => (data?.isCounting === true ? COUNTING_MS : poll),
  })
}

interface LogWish {
  readonly filter: LogFilter
  readonly isOn: boolean
  /** The line to begin with, from 1: it is counted before anything is shown. */
  readonly line: number | undefined
}

/** All lines that the filter keeps. */
export function useLogWindow(executionId: string, { filter, isOn, line }: LogWish): LogSource {
  const [sight, setSight] = useState({ first: 0, last: 0 })
  const [from] = useState(Math.max(0, (line ?? 1) - 1))
  const poll = usePollMs()
  const key = ['logs', executionId, 'window', filter]
  const tail = useQuery({
    queryKey: [...key, 'tail'],
    queryFn: ({ signal }) => api.logs.window({ params: { executionId }, query: { from, count: 1, ...filter }, signal }),
    refetchInterval: ({ state: { data } }) => (data?.isCounting === true ? COUNTING_MS : poll),
    enabled: isOn,
  })
  const total = tail.data?.total
  // The first page is asked for together with how many there are.
  const wanted = total === undefined && from === 0 ? [0] : pagesAround(sight.first, sight.last, total ?? 0)
  const answers = useQueries({
    queries: wanted.map(page => ({
      queryKey: [...key, page],
      queryFn: ({ signal }: { readonly signal: AbortSignal }) =>
        api.logs.window({ params: { executionId }, query: { ...wishOf(page), ...filter }, signal }),
      staleTime: Infinity,
      enabled: isOn,
      placeholderData: keepPreviousData,
    })),
  })
  const pages = new Map<number, LogPage<LogLine>>(
    answers.flatMap(({ data, isPlaceholderData }, index) => {
      const page = wanted[index]
      return data && page !== undefined && !isPlaceholderData ? [[page, data] as const] : []
    }),
  )
  useGrowth(executionId, { isOn, pages, total })
  const failed = [tail, ...answers].find(({ error }) => error !== null)
  return {
    total,
    error: failed?.error,
    lineAt: position => lineAt(pages, position),
    see: useCallback(
      (first, last) => setSight(before => (before.first === first && before.last === last ? before : { first, last })),
      [],
    ),
    retry: () => void failed?.refetch(),
  }
}

interface Growth {
  readonly isOn: boolean
  readonly pages: ReadonlyMap<number, LogPage<LogLine>>
  readonly total: number | undefined
}

/** New lines make the end of the log, and the page that was the last, stale. */
function useGrowth(executionId: string, { isOn, pages, total }: Growth): void {
  const client = useQueryClient()
  const known = useRef<number>(undefined)
  useLive(isOn ? { topic: `logs:${executionId}` } : undefined, ({ type }) => {
    if (type !== 'delta' && type !== 'gap') return
    void client.invalidateQueries({ queryKey: ['logs', executionId, 'index'] })
    void client.invalidateQueries({
      predicate: ({ queryKey }) => queryKey[0] === 'logs' && queryKey[1] === executionId && queryKey.at(-1) === 'tail',
    })
  })
  const newest = useRef(pages)
  useEffect(() => {
    newest.current = pages
  })
  useEffect(() => {
    const before = known.current
    known.current = total
    if (before === undefined || total === undefined || total <= before) return
    const stale = new Set(shortPages(newest.current, total))
    void client.invalidateQueries({
      predicate: ({ queryKey }) =>
        queryKey[0] === 'logs' && queryKey[1] === executionId && stale.has(Number(queryKey.at(-1))),
    })
  }, [client, executionId, total])
}

/** Those that lack lines which there are by now. */
function shortPages(pages: Growth['pages'], total: number): readonly number[] {
  return [...pages].flatMap(([page, { position, lines }]) => {
    const wish = wishOf(page)
    return position + lines.length < Math.min(total, wish.position + wish.count) ? [page] : []
  })
}

export interface Hits {
  readonly lines: readonly LogLine[]
  /** There are more than were asked for. */
  readonly isMore: boolean
  readonly error: unknown
  readonly isPending: boolean
}

/** Where a text stands, the first thousand times. */
export function useHits(executionId: string, q: string, filter: LogFilter): Hits {
  const { data, error, isFetching } = useQuery({
    queryKey: ['logs', executionId, 'find', q, filter],
    queryFn: ({ signal }) =>
      api.logs.find({ params: { executionId }, query: { q, size: HITS_MAX, ...filter }, signal }),
    enabled: q !== '',
    placeholderData: keepPreviousData,
    refetchInterval: usePollMs(),
  })
  const lines = useMemo(() => (q === '' ? [] : (data?.hits ?? [])), [q, data])
  return { lines, isMore: q !== '' && typeof data?.next === 'number', error, isPending: isFetching }
}

/** Among the lines that the filter keeps, the place of a line, or of the next one that is kept. */
export async function findPlace(executionId: string, line: number, filter: LogFilter): Promise<number> {
  if (Object.keys(filter).length === 0) return line
  const params = { executionId }
  const near = await api.logs.window({ params, query: { from: line, count: 1, ...filter } })
  const page = await api.logs.window({ params, query: { position: near.position, count: 200, ...filter } })
  return placeOfLine(page, line)
}

/** The next line with an error after a line, or the last one before it. */
export async function findError(executionId: string, line: number, step: 1 | -1): Promise<number | undefined> {
  const params = { executionId }
  if (step === 1) {
    const { lines } = await api.logs.window({ params, query: { from: line + 1, count: 1, level: 'ERROR' } })
    return lines[0]?.line
  }
  const place = await findPlace(executionId, line, { level: 'ERROR' })
  if (place === 0) return undefined
  const { position, lines } = await api.logs.window({
    params,
    query: { position: place - 1, count: 200, level: 'ERROR' },
  })
  return lines[place - 1 - position]?.line
}

export function downloadUrl(executionId: string, { level, task, attempt }: LogFilter): string {
  return apiUrl(routes.logs.download, {
    params: { executionId },
    query: { minLevel: level, taskId: task, attempt },
  })
}
