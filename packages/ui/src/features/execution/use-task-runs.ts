// The task runs of an execution. Of most they are all read at once; of a large one those of the flow itself, and those of a group when it comes in sight.
// Live frames change what was read.
import { useQueries, useQuery, type QueryClient, type UseQueryResult } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api } from '../../lib/api.ts'
import { usePollMs } from '../../lib/live/live.ts'
import { isFinalState } from '../../lib/states.ts'
import { isGroup, isSubflow, type GanttRun } from '../gantt/gantt-run.ts'
import { isLargeLoop, isOpenRow, type TreeSource } from '../gantt/gantt-tree.ts'
import { mergeById, mergeRuns } from './merge-runs.ts'

type RunWindow = Awaited<ReturnType<typeof api.executions.taskRuns>>
export type TaskRun = RunWindow['results'][number]
export type LoopBuckets = Awaited<ReturnType<typeof api.executions.taskRunBuckets>>

export interface TaskRuns {
  /** All of them, or those that belong to no group. */
  readonly runs: readonly TaskRun[]
  readonly isWhole: boolean
  readonly total: number
}

const FIRST = 100
const MORE = 1_000
/** Up to so many are read whole. */
const WHOLE_MAX = 2_000
const ROOTS_MAX = 500
const CHILDREN_MAX = 500

export function useTaskRuns(id: string, state: string | undefined): UseQueryResult<TaskRuns> {
  const pollMs = usePollMs()
  return useQuery({
    queryKey: ['executions', id, 'runs'],
    queryFn: ({ signal }) => readRuns(id, signal),
    refetchInterval: state !== undefined && isFinalState(state) ? false : pollMs,
  })
}

async function readRuns(id: string, signal: AbortSignal): Promise<TaskRuns> {
  const params = { executionId: id }
  const first = await api.executions.taskRuns({ params, query: { size: FIRST }, signal })
  const { total } = first
  if (first.next === null) return { runs: first.results, isWhole: true, total }
  if (total > WHOLE_MAX) {
    const roots = await api.executions.taskRuns({ params, query: { parent: 'root', size: ROOTS_MAX }, signal })
    return { runs: roots.results, isWhole: false, total }
  }
  const runs = [...first.results]
  let next: string | null = first.next
  while (next !== null && runs.length < WHOLE_MAX) {
    const more: RunWindow = await api.executions.taskRuns({ params, query: { cursor: next, size: MORE }, signal })
    runs.push(...more.results)
    next = more.next
  }
  return { runs, isWhole: true, total }
}

/** Puts what the stream tells into all that was read of the execution. */
export function mergeLiveRuns(client: QueryClient, id: string, told: readonly TaskRun[]): void {
  if (told.length === 0) return
  client.setQueryData<TaskRuns>(
    ['executions', id, 'runs'],
    before => before && mergeRuns(before, told, { wholeMax: WHOLE_MAX }),
  )
  for (const parent of new Set(told.flatMap(({ parentTaskRunId }) => parentTaskRunId ?? [])))
    client.setQueryData<readonly TaskRun[]>(
      ['executions', id, 'children', parent],
      before =>
        before && mergeById(before, told, run => run.parentTaskRunId === parent && before.length < CHILDREN_MAX),
    )
}

export interface TreeLook {
  /** Rows that were folded or unfolded by hand. */
  readonly toggled: ReadonlySet<string>
  /** Groups that came in sight. */
  readonly seen: ReadonlySet<string>
}

/** The tree, with the branches that are open, were not read with the whole and have been in sight or failed. */
export function useTree(id: string, taskRuns: TaskRuns | undefined, look: TreeLook): TreeSource {
  const { toggled } = look
  const index = useMemo(() => indexOf(taskRuns), [taskRuns])
  const wanted = useMemo(() => [...(taskRuns?.runs ?? [])], [taskRuns])
  // What a branch brings may have branches itself: asked for level by level as they come.
  const first = useBranches(id, branchesOf(wanted, taskRuns?.isWhole === true, look))
  const second = useBranches(id, branchesOf(first.runs, false, look))
  const third = useBranches(id, branchesOf(second.runs, false, look))
  return useMemo(() => {
    const parts = [first, second, third]
    const children = (key: string): readonly TaskRun[] | undefined => {
      for (const part of parts) {
        const found = part.byParent.get(key)
        if (found) return found
      }
      return undefined
    }
    return {
      roots: taskRuns?.isWhole === true ? (index.get('') ?? []) : (taskRuns?.runs ?? []),
      childrenOf: run => (taskRuns?.isWhole === true ? index.get(run.id) : undefined) ?? children(run.id),
      notableOf: run => parts.flatMap(part => part.notable.get(run.id) ?? []),
      toggled,
    }
  }, [index, taskRuns, first, second, third, toggled])
}

function indexOf(taskRuns: TaskRuns | undefined): ReadonlyMap<string, readonly TaskRun[]> {
  const index = new Map<string, TaskRun[]>()
  if (taskRuns?.isWhole !== true) return index
  for (const run of taskRuns.runs) {
    const siblings = index.get(run.parentTaskRunId ?? '')
    if (siblings) siblings.push(run)
    else index.set(run.parentTaskRunId ?? '', [run])
  }
  return index
}

interface Branch {
  readonly run: GanttRun
  readonly kind: 'children' | 'subflow' | 'loop'
}

function branchesOf(runs: readonly GanttRun[], isWhole: boolean, { toggled, seen }: TreeLook): readonly Branch[] {
  return runs.flatMap((run): readonly Branch[] => {
    if (!(isGroup(run) || isSubflow(run)) || !isOpenRow(run, toggled)) return []
    if (isLargeLoop(run)) return [{ run, kind: 'loop' }]
    if (isSubflow(run)) return [{ run, kind: 'subflow' }]
    // Failures are looked for wherever they are.
    const isWanted = !isWhole && (seen.has(run.id) || (run.children?.failed ?? 0) > 0)
    return isWanted ? [{ run, kind: 'children' }] : []
  })
}

interface Branches {
  readonly byParent: ReadonlyMap<string, readonly TaskRun[]>
  readonly notable: ReadonlyMap<string, readonly TaskRun[]>
  readonly runs: readonly TaskRun[]
}

interface BranchAnswer {
  readonly branch: Branch
  readonly runs: readonly TaskRun[]
}

function useBranches(id: string, branches: readonly Branch[]): Branches {
  const pollMs = usePollMs()
  const answers = useQueries({
    queries: branches.map(branch => ({
      queryKey: keyOf(id, branch),
      queryFn: ({ signal }: { readonly signal: AbortSignal }) => readBranch(branch, signal),
      refetchInterval: isFinalState(branch.run.state.current) ? (false as const) : pollMs,
    })),
    combine: results => results.map(({ data }) => data),
  })
  return useMemo(() => {
    const told = branches.flatMap((branch, at): readonly BranchAnswer[] => {
      const runs = answers[at]
      return runs === undefined ? [] : [{ branch, runs }]
    })
    const of = (isLoop: boolean): ReadonlyMap<string, readonly TaskRun[]> =>
      new Map(
        told
          .filter(({ branch }) => (branch.kind === 'loop') === isLoop)
          .map(({ branch, runs }) => [branch.run.id, runs]),
      )
    return {
      byParent: of(false),
      notable: of(true),
      runs: told.flatMap(({ branch, runs }) => (branch.kind === 'loop' ? [] : runs)),
    }
  }, [answers, branches])
}

function keyOf(id: string, { run, kind }: Branch): readonly string[] {
  if (kind === 'subflow') return ['executions', run.childExecutionId ?? '', 'all-runs']
  return ['executions', id, kind, run.id]
}

async function readBranch({ run, kind }: Branch, signal: AbortSignal): Promise<readonly TaskRun[]> {
  const executionId = executionIdOf(run.id)
  switch (kind) {
    case 'children': {
      const query = { parent: run.id, size: CHILDREN_MAX }
      return (await api.executions.taskRuns({ params: { executionId }, query, signal })).results
    }
    case 'subflow': {
      const query = { parent: 'root', size: CHILDREN_MAX }
      const params = { executionId: run.childExecutionId ?? '' }
      return (await api.executions.taskRuns({ params, query, signal })).results
    }
    case 'loop': {
      const { failed, worst } = await readBuckets(run.id, signal)
      const seen = new Set<string>()
      return [...failed, ...worst].filter(({ id }) => !seen.has(id) && seen.add(id))
    }
  }
}

/** What the iterations of a loop came to. */
export function useBuckets(run: GanttRun): LoopBuckets | undefined {
  const pollMs = usePollMs()
  const { data } = useQuery({
    queryKey: ['executions', executionIdOf(run.id), 'buckets', run.id],
    queryFn: ({ signal }) => readBuckets(run.id, signal),
    refetchInterval: isFinalState(run.state.current) ? false : pollMs === false ? 1_000 : pollMs,
  })
  return data
}

async function readBuckets(runId: string, signal: AbortSignal): Promise<LoopBuckets> {
  return await api.executions.taskRunBuckets({
    params: { executionId: executionIdOf(runId) },
    query: { parent: runId, count: 100 },
    signal,
  })
}

/** The id of a task run begins with that of its execution. */
export function executionIdOf(runId: string): string {
  return runId.slice(0, runId.lastIndexOf('-'))
}

/** One of them, wherever it stands. */
export function useTaskRun(id: string, runId: string | undefined, known: readonly TaskRun[]): TaskRun | undefined {
  const found = known.find(run => run.id === runId)
  const { data } = useQuery({
    queryKey: ['executions', id, 'run', runId],
    queryFn: async ({ signal }) => {
      const params = { executionId: executionIdOf(runId ?? '') }
      const { results } = await api.executions.taskRuns({ params, query: { around: runId ?? '', size: 3 }, signal })
      return results.find(run => run.id === runId) ?? null
    },
    enabled: runId !== undefined && runId.includes('-') && found === undefined,
    refetchInterval: usePollMs(),
  })
  return found ?? data ?? undefined
}
