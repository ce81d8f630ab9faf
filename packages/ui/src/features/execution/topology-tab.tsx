import { useMemo, type ReactNode } from 'react'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Empty } from '../../widgets/empty.tsx'
import { factsOfRuns } from '../topology/task-facts.ts'
import { Topology } from '../topology/topology.tsx'
import { t } from './messages.ts'
import { useRevision, type ExecutionHead } from './use-execution.ts'
import type { TaskRun } from './use-task-runs.ts'
import { useChosenRun, WithPanel, type RunsViewProps } from './with-panel.tsx'

/** The drawing of the flow in the revision that ran, with what its tasks came to. */
export function TopologyTab({ head, taskRuns, onReplay }: RunsViewProps): ReactNode {
  const { run, task, select } = useChosenRun(head, taskRuns)
  return (
    <WithPanel {...{ head, run, select, onReplay }} isAtNode>
      <Drawing head={head} runs={taskRuns.runs} task={task} onTask={select} />
    </WithPanel>
  )
}

interface DrawingProps {
  readonly head: ExecutionHead
  readonly runs: readonly TaskRun[]
  readonly task: string | undefined
  readonly onTask: (runId: string | undefined) => void
}

function Drawing({ head, runs, task, onTask }: DrawingProps): ReactNode {
  const { data: flow, isPending } = useRevision(head)
  const facts = useMemo(() => factsOfRuns(runs), [runs])
  const selected = runs.find(({ id }) => id === task)?.taskId
  if (isPending) return <SkeletonRows rows={6} />
  if (!flow) return <Empty icon="flow" title={t('noSource')} />
  return (
    <Topology
      flow={flow}
      facts={facts}
      selected={selected}
      onSelect={({ id }) => {
        const run = runs.findLast(({ taskId }) => taskId === id)
        onTask(run === undefined || run.id === task ? undefined : run.id)
      }}
    />
  )
}
