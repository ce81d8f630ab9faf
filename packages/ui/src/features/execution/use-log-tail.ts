// The end of a log, for places that are no log viewer.
import { useQuery } from '@tanstack/react-query'
import { api } from '../../lib/api.ts'

export type LogLine = Awaited<ReturnType<typeof api.logs.window>>['lines'][number]

export interface LogTailWish {
  readonly taskRunId?: string | undefined
  readonly count: number
  /** Nothing is written any more. */
  readonly isOver: boolean
}

const AGAIN_MS = 2_000

export function useLogTail(
  executionId: string,
  { taskRunId, count, isOver }: LogTailWish,
): readonly LogLine[] | undefined {
  const { data } = useQuery({
    queryKey: ['logs', executionId, 'tail', taskRunId, count],
    queryFn: ({ signal }) =>
      api.logs.window({
        params: { executionId },
        // Traces of stacks are in the whole log.
        query: { from: -count, count, level: 'INFO', ...(taskRunId === undefined ? {} : { taskRunId }) },
        signal,
      }),
    refetchInterval: isOver ? false : AGAIN_MS,
  })
  return data?.lines
}
