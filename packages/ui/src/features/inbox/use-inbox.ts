import { ApiError } from '@batuta/api'
import {
  useInfiniteQuery,
  useQuery,
  useQueryClient,
  type InfiniteData,
  type UseInfiniteQueryResult,
  type UseQueryResult,
} from '@tanstack/react-query'
import { api } from '../../lib/api.ts'
import { useLive, usePollMs } from '../../lib/live/live.ts'

type Tasks = Awaited<ReturnType<typeof api.people.humanTasks>>
export type HumanTask = Tasks['results'][number]

const SIZE = 50

/** What waits for people, the newest executions first. */
export function useInbox(): UseInfiniteQueryResult<InfiniteData<Tasks>> {
  const client = useQueryClient()
  useLive({ topic: 'inbox' }, ({ type }) => {
    if (type === 'delta') void client.invalidateQueries({ queryKey: ['inbox'] })
  })
  return useInfiniteQuery({
    queryKey: ['inbox', 'tasks'],
    queryFn: ({ pageParam, signal }) =>
      api.people.humanTasks({ query: { size: SIZE, ...(pageParam === '' ? {} : { cursor: pageParam }) }, signal }),
    initialPageParam: '',
    getNextPageParam: last => last.next ?? undefined,
    refetchInterval: usePollMs(),
  })
}

export function taskKey({ executionId, taskRunId = '' }: HumanTask): string {
  return `${executionId}/${taskRunId}`
}

/** Somebody else was quicker. */
export function isDecided(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 409 || error.status === 404)
}

export function useInputsOf(executionId: string): UseQueryResult<Readonly<Record<string, unknown>>> {
  return useQuery({
    queryKey: ['executions', executionId, 'inputs'],
    queryFn: async ({ signal }) => (await api.executions.get({ params: { executionId }, signal })).inputs ?? {},
    staleTime: Infinity,
  })
}
