// What shows the task runs of an execution, with the one that is chosen beside it. The panel comes when something is chosen.
import { useCallback, type ReactNode } from 'react'
import { textParam, useSearchState } from '../../lib/search-state.ts'
import { lazyPart } from '../../widgets/lazy-part.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { SplitPane } from '../../widgets/split-pane.tsx'
import type { ExecutionHead } from './use-execution.ts'
import { useTaskRun, type TaskRun, type TaskRuns } from './use-task-runs.ts'

const TaskPanel = lazyPart(async () => (await import('./task-panel.tsx')).TaskPanel, <SkeletonRows rows={6} />)

/** What every view of the task runs is given. */
export interface RunsViewProps {
  readonly head: ExecutionHead
  readonly taskRuns: TaskRuns
  readonly onReplay: (from: string | undefined) => void
}

export interface ChosenRun {
  readonly task: string | undefined
  readonly run: TaskRun | undefined
  select(runId: string | undefined): void
}

const PARAMS = { task: textParam }

export function useChosenRun(head: ExecutionHead, taskRuns: TaskRuns): ChosenRun {
  const [{ task }, setSearch] = useSearchState(PARAMS)
  const run = useTaskRun(head.id, task, taskRuns.runs)
  const select = useCallback((next: string | undefined) => setSearch({ task: next }, { replace: true }), [setSearch])
  return { task, run, select }
}

export interface WithPanelProps extends Pick<RunsViewProps, 'head' | 'onReplay'> {
  readonly run: TaskRun | undefined
  readonly select: (runId: string | undefined) => void
  readonly isAtNode?: boolean
  readonly children: ReactNode
}

/** A task that is chosen stands beside what it was chosen in. */
export function WithPanel({ head, run, select, onReplay, isAtNode = false, children }: WithPanelProps): ReactNode {
  const close = (): void => select(undefined)
  return (
    <SplitPane
      name="execution"
      sideTitle={[run?.taskId, run?.value].filter(Boolean).join(' ')}
      onCloseSide={close}
      side={
        run && (
          <TaskPanel key={run.id} {...{ head, run, isAtNode }} onSelect={select} onReplay={onReplay} onClose={close} />
        )
      }
    >
      {children}
    </SplitPane>
  )
}
