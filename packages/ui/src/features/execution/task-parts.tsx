// What is to be known of one task run, part by part.
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { Link } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { isFinalState } from '../../lib/states.ts'
import { formatClock, formatDuration } from '../../lib/time.ts'
import { CodeBlock } from '../../widgets/code-block.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { barsOf } from '../gantt/gantt-bars.ts'
import type { GanttRun } from '../gantt/gantt-run.ts'
import { StateBadge } from '../states/state-badge.tsx'
import { taskInSource } from './line-of-task.ts'
import { LogLines } from './log-lines.tsx'
import { OutputsOf } from './outputs-of.tsx'
import { panelMessages as t } from './panel-messages.ts'
import classes from './task-panel.module.css'
import { useSource, type ExecutionHead } from './use-execution.ts'
import { useLogTail } from './use-log-tail.ts'
import { executionIdOf, type TaskRun } from './use-task-runs.ts'

export interface PartProps {
  readonly head: ExecutionHead
  readonly run: TaskRun
}

/** The last lines that it wrote. */
export function Log({ head, run, count }: PartProps & { readonly count: number }): ReactNode {
  const isOver = isFinalState(run.state.current)
  const executionId = executionIdOf(run.id)
  const lines = useLogTail(executionId, { taskRunId: run.id, count, isOver })
  if (!lines) return <SkeletonRows rows={4} />
  if (lines.length === 0) return <p className={classes['muted']}>{t('noLog')}</p>
  return (
    <>
      {lines.length === count && <p className={classes['muted']}>{t('lastLines', { count })}</p>}
      <LogLines lines={lines} isFollowing={!isOver} />
      <Link to={`${paths.execution({ ...head, id: executionId }, 'logs')}?task=${run.taskId}`}>{t('wholeLog')}</Link>
    </>
  )
}

export function Outputs({ run }: Pick<PartProps, 'run'>): ReactNode {
  const executionId = executionIdOf(run.id)
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['executions', executionId, 'outputs', run.id],
    queryFn: ({ signal }) => api.executions.outputsOfRun({ params: { executionId, taskRunId: run.id }, signal }),
    enabled: run.hasOutputs === true,
  })
  if (run.hasOutputs !== true) return <p className={classes['muted']}>{t('noOutputs')}</p>
  if (error) return <ErrorCard error={error} onRetry={() => void refetch()} />
  if (isPending) return <SkeletonRows rows={3} />
  return <OutputsOf executionId={executionId} taskId={run.taskId} value={run.value} outputs={data} />
}

export function Attempts({ run }: Pick<PartProps, 'run'>): ReactNode {
  const bars = barsOf(run satisfies GanttRun, Date.parse(run.state.endDate ?? run.state.startDate))
  return (
    <ol className={classes['attempts']}>
      {bars.map(({ kind, startMs, endMs, state }, index) => (
        <li key={index} className={classes['attempt']}>
          <span className={classes['muted']}>{formatClock(startMs)}</span>
          {kind === 'queued' || kind === 'waiting' ? <span>{t(kind)}</span> : <StateBadge state={state} />}
          <span className={classes['length']}>{formatDuration(endMs - startMs)}</span>
        </li>
      ))}
    </ol>
  )
}

export function Code({ head, run }: PartProps): ReactNode {
  const source = useSource(head)
  const place = source === undefined ? undefined : taskInSource(source, run.taskId)
  if (!place) return <p className={classes['muted']}>{t('noCode')}</p>
  return (
    <>
      <p className={classes['muted']}>{t('line', { line: place.line, revision: head.flowRevision })}</p>
      <CodeBlock label={t('code')} text={place.text} />
    </>
  )
}
