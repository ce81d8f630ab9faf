import { ApiError } from '@batuta/api'
import { trust } from '@batuta/core'
import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type InfiniteData,
  type UseInfiniteQueryResult,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'
import { api } from '../../lib/api.ts'
import { useLive, usePollMs } from '../../lib/live/live.ts'
import type { InputReport } from '../input-form/input-fields.ts'

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

/** What the server says to an answer, before it is given. */
export function useAnswerReport(
  task: HumanTask,
  values: Readonly<Record<string, unknown>>,
): UseQueryResult<InputReport> {
  const asked = JSON.stringify(values)
  const { executionId, taskRunId } = task
  return useQuery({
    queryKey: ['answers', 'validate', executionId, taskRunId, asked],
    queryFn: async ({ signal }) =>
      trust<InputReport>(
        await api.executions.validateResume({
          params: { executionId },
          query: taskRunId === undefined ? {} : { taskRunId },
          body: values,
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 0,
  })
}

export type Answer =
  | {
      readonly type: 'resume'
      readonly values: Readonly<Record<string, unknown>>
      readonly files: Readonly<Record<string, File>>
    }
  | { readonly type: 'reject' }

export function useAnswer({ executionId, taskRunId }: HumanTask): UseMutationResult<void, unknown, Answer> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async answer => {
      const params = { executionId }
      if (answer.type === 'reject') {
        await api.executions.kill({ params, query: {} })
        return
      }
      const query = taskRunId === undefined ? {} : { taskRunId }
      await api.executions.resume({ params, query, body: bodyOf(answer.values, answer.files) })
    },
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: ['inbox'] })
      await client.invalidateQueries({ queryKey: ['executions'] })
    },
  })
}

function bodyOf(
  values: Readonly<Record<string, unknown>>,
  files: Readonly<Record<string, File>>,
): FormData | Readonly<Record<string, unknown>> {
  const parts = Object.entries(files)
  if (parts.length === 0) return values
  const form = new FormData()
  for (const [id, value] of Object.entries(values))
    form.append(id, typeof value === 'string' ? value : JSON.stringify(value))
  for (const [id, file] of parts) form.append(id, file, file.name)
  return form
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
