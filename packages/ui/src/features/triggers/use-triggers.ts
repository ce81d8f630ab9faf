import {
  useInfiniteQuery,
  useMutation,
  useQueryClient,
  type InfiniteData,
  type UseInfiniteQueryResult,
  type UseMutationResult,
} from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { api } from '../../lib/api.ts'
import { useLiveState } from '../../lib/live/live.ts'
import { usePageAhead, usePrepared } from '../../lib/use-page-ahead.ts'
import type { FilterState } from '../../lib/search-state.ts'
import { nowMs } from '../../platform/clock.ts'
import { showToast } from '../../widgets/toast.tsx'
import { t } from './messages.ts'
import { hasDates, type MissedPolicy, type TriggerRow } from './trigger-row.ts'

export type TriggerPage = Awaited<ReturnType<typeof api.triggers.search>>

const SIZE = 50
const EVERY_MS = 5_000

/** No topic tells of all triggers: the list is asked for again now and then. */
export function useTriggers({ filters, query }: FilterState): UseInfiniteQueryResult<InfiniteData<TriggerPage>> {
  const live = useLiveState()
  const ask = useCallback(
    (page: number, signal: AbortSignal) =>
      api.triggers.search({ query: { page, size: SIZE, all: true, ...query(nowMs()) }, signal }),
    [query],
  )
  const ahead = usePageAhead(
    useMemo(() => ['triggers', 'ahead', filters], [filters]),
    ask,
  )
  const list = useInfiniteQuery({
    queryKey: ['triggers', 'search', filters],
    queryFn: ({ pageParam, signal }) => ahead.take(pageParam, signal),
    initialPageParam: 1,
    getNextPageParam: nextPage,
    placeholderData: before => before,
    refetchInterval: live === 'paused' || live === 'offline' ? false : EVERY_MS,
  })
  usePrepared(ahead, list, nextPage)
  return list
}

function nextPage(last: TriggerPage, pages: readonly TriggerPage[]): number | undefined {
  return pages.length * SIZE < last.total ? pages.length + 1 : undefined
}

export interface NamedTrigger {
  readonly namespace: string
  readonly flowId: string
  readonly triggerId: string
}

export function nameOf({ namespace, flowId, triggerId }: NamedTrigger): NamedTrigger {
  return { namespace, flowId, triggerId }
}

/** Does something to a trigger, tells of it, and reads the list again. */
export function useAct<Given>(
  act: (given: Given) => Promise<unknown>,
  told: (given: Given) => Parameters<typeof showToast>[0],
): UseMutationResult<unknown, unknown, Given> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: act,
    onSuccess: async (_, given) => {
      showToast({ kind: 'success', ...told(given) })
      await client.invalidateQueries({ queryKey: ['triggers'] })
      await client.invalidateQueries({ queryKey: ['decisions'] })
    },
    onError: error => {
      showToast({ kind: 'error', text: t('actFailed'), detail: error instanceof Error ? error.message : String(error) })
    },
  })
}

export interface Switch {
  readonly row: TriggerRow
  readonly isOn: boolean
  /** What becomes of the dates that it missed while it was off, and how many there are. */
  readonly missed?: MissedPolicy
  readonly count?: number
}

export function useSwitch(): UseMutationResult<unknown, unknown, Switch> {
  const client = useQueryClient()
  const set = ({ row, isOn, missed }: Switch): Promise<unknown> =>
    api.triggers.update({ body: { ...nameOf(row), disabled: !isOn, ...(missed === undefined ? {} : { missed }) } })
  return useAct(set, given => ({
    text: toldOf(given),
    action: {
      title: t('undo'),
      run: () => {
        set(undoOf(given)).then(
          () => client.invalidateQueries({ queryKey: ['triggers'] }),
          (error: unknown) => showToast({ kind: 'error', text: t('actFailed'), detail: String(error) }),
        )
      },
    },
  }))
}

function toldOf({ row: { triggerId: trigger }, isOn, missed, count = 0 }: Switch): string {
  if (!isOn) return t('switchedOff', { trigger })
  if (missed === 'ALL') return t('switchedOnAll', { trigger, count })
  if (missed === 'LAST') return t('switchedOnLast', { trigger })
  return t('switchedOn', { trigger })
}

/** As if it had never been off: nothing that came due in these seconds is lost. */
function undoOf({ row, isOn }: Switch): Switch {
  return { row, isOn: !isOn, ...(!isOn && hasDates(row) ? { missed: 'ALL' } : {}) }
}
