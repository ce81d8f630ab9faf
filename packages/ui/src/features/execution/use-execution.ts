// One execution: its head, its flow, and how it moves. Task runs have a file of their own.
import { useQuery, useQueryClient, type QueryClient, type UseQueryResult } from '@tanstack/react-query'
import { trust } from '@batuta/core'
import { api } from '../../lib/api.ts'
import { useLive, usePollMs, type LiveFrame } from '../../lib/live/live.ts'
import { isFinalState } from '../../lib/states.ts'
import { mergeLiveRuns, type TaskRun } from './use-task-runs.ts'

export type ExecutionHead = Awaited<ReturnType<typeof api.executions.get>>

export function useExecution(id: string): UseQueryResult<ExecutionHead> {
  const pollMs = usePollMs()
  return useQuery({
    queryKey: ['executions', id, 'head'],
    queryFn: ({ signal }) => api.executions.get({ params: { executionId: id }, query: { taskRunsMax: 0 }, signal }),
    refetchInterval: ({ state: { data } }) => (data && isFinalState(data.state.current) ? false : pollMs),
  })
}

interface ExecutionFrame {
  readonly execution?: ExecutionHead
  readonly taskRuns?: readonly TaskRun[]
  readonly isPartial?: boolean
  readonly isEnded?: boolean
}

/** Hears of the execution while the page is there. */
export function useLiveExecution(id: string): void {
  const client = useQueryClient()
  useLive({ topic: `exec:${id}` }, frame => hear(client, id, frame))
}

function hear(client: QueryClient, id: string, frame: LiveFrame): void {
  const { execution, taskRuns = [], isPartial = false, isEnded = false } = trust<ExecutionFrame>(frame)
  if (frame.type === 'gone') {
    void client.invalidateQueries({ queryKey: ['executions', id] })
    return
  }
  const before = client.getQueryData<ExecutionHead>(['executions', id, 'head'])
  const hasEndedNow = isEnded && before !== undefined && !isFinalState(before.state.current)
  if (execution && before)
    client.setQueryData<ExecutionHead>(['executions', id, 'head'], {
      ...before,
      state: execution.state,
      ...(execution.labels === undefined ? {} : { labels: execution.labels }),
    })
  mergeLiveRuns(client, id, taskRuns)
  // A snapshot tells what is under way: what ended between the first question and it is read again, once.
  const isBehind = isPartial || (frame.type === 'snapshot' && !isEnded)
  if (isBehind || hasEndedNow) void client.invalidateQueries({ queryKey: ['executions', id] })
}

export type FlowOfRun = Awaited<ReturnType<typeof api.flows.get>>

/** The flow in the revision that ran; absent where it was deleted. */
export function useRevision(head: ExecutionHead | undefined): UseQueryResult<FlowOfRun> {
  return useQuery({
    queryKey: ['flows', head?.namespace, head?.flowId, 'revision', head?.flowRevision],
    queryFn: ({ signal }) =>
      api.flows.get({
        params: { namespace: head?.namespace ?? '', id: head?.flowId ?? '' },
        query: { source: true, revision: head?.flowRevision ?? 1 },
        signal,
      }),
    enabled: head !== undefined,
    staleTime: Infinity,
    retry: false,
  })
}

export function useSource(head: ExecutionHead | undefined): string | undefined {
  return useRevision(head).data?.source
}

/** Of the flow as it is now: undefined where it is gone or not asked yet. */
export function useNewestRevision(head: ExecutionHead | undefined): number | undefined {
  return useFlowRuns(head)?.revision
}

export type FlowSpeed = Awaited<ReturnType<typeof api.flows.runBars>>[number]

/** The last executions of the flow and how long they took. */
export function useFlowRuns(head: ExecutionHead | undefined): FlowSpeed | undefined {
  const name = head === undefined ? '' : `${head.namespace}.${head.flowId}`
  const { data } = useQuery({
    queryKey: ['flows', 'speeds', [name]],
    queryFn: ({ signal }) => api.flows.runBars({ query: { flows: [name], runs: 20 }, signal }),
    enabled: head !== undefined,
    staleTime: 30_000,
  })
  return data?.[0]
}
