// Kill switches and announcements: what an administrator says to everybody, and to the engine.
import { useMutation, useQuery, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query'
import { api } from '../../lib/api.ts'
import { queryClient } from '../../lib/query.ts'
import { showToast } from '../../widgets/toast.tsx'
import { t } from './notice-messages.ts'

export type KillSwitch = Awaited<ReturnType<typeof api.killSwitches.search>>[number]
export type Announcement = Awaited<ReturnType<typeof api.banners.search>>[number]
export type SwitchDraft = Parameters<typeof api.killSwitches.create>[0]['body']
export type AnnouncementDraft = Parameters<typeof api.banners.create>[0]['body']

export interface Found<Row> {
  readonly results: readonly Row[]
  readonly total: number
}

const LOOK_AGAIN_MS = 10_000

export function useKillSwitches(): UseQueryResult<Found<KillSwitch>> {
  return useQuery({
    queryKey: ['instance', 'kill-switches'],
    queryFn: async ({ signal }) => listed(await api.killSwitches.search({ signal })),
    refetchInterval: LOOK_AGAIN_MS,
  })
}

export function useAnnouncements(): UseQueryResult<Found<Announcement>> {
  return useQuery({
    queryKey: ['instance', 'announcements'],
    queryFn: async ({ signal }) => listed(await api.banners.search({ signal })),
    refetchInterval: LOOK_AGAIN_MS,
  })
}

function listed<Row>(results: readonly Row[]): Found<Row> {
  return { results, total: results.length }
}

/** It is told when it is done, and why it is not; what the shell shows is asked for anew. */
export function useNotice<Given>(
  change: (given: Given) => Promise<unknown>,
  told: (given: Given) => string,
): UseMutationResult<unknown, Error, Given> {
  return useMutation({
    mutationFn: change,
    onSuccess: (_, given) => showToast({ kind: 'success', text: told(given) }),
    onError: error => showToast({ kind: 'error', text: t('notSaved'), detail: error.message }),
    onSettled: async () => {
      await queryClient.invalidateQueries({ queryKey: ['instance'] })
      await queryClient.invalidateQueries({ queryKey: ['banners'] })
    },
  })
}

/** What a form says, as the server takes it back. */
export function draftOf(found: KillSwitch, patch: Partial<SwitchDraft> = {}): SwitchDraft {
  const { name, description, namespace, flowId, executionIds, startDate, endDate, evaluationType, enabled } = found
  return {
    ...{ name, executionIds, startDate, evaluationType, enabled },
    ...(description === undefined ? {} : { description }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(flowId === undefined ? {} : { flowId }),
    ...(endDate === undefined ? {} : { endDate }),
    ...patch,
  }
}

/** `2026-11-22T14:30` of a field, in the zone of the browser; undefined where it is empty. */
export function momentOf(entry: string): string | undefined {
  const date = new Date(entry)
  return entry === '' || Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}
