import { useMemo } from 'react'
import type { GanttRun } from '../gantt/gantt-run.ts'
import type { Declared } from '../gantt/run-edges.ts'
import { useRevision, type ExecutionHead } from './use-execution.ts'
import { executionIdOf } from './use-task-runs.ts'

/** What the tasks of a Dag wait for stands in the flow. It is asked for only where one ran. */
export function useDeclaredEdges(head: ExecutionHead, runs: readonly GanttRun[]): Declared {
  const hasDag = useMemo(() => runs.some(({ type }) => type?.endsWith('.Dag')), [runs])
  const { data: flow } = useRevision(hasDag ? head : undefined)
  // What a subflow ran stands in another flow.
  return useMemo(() => ({ flow, isOwn: run => executionIdOf(run.id) === head.id }), [flow, head.id])
}
