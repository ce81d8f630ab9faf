// One task run beside the chart: the end of its log, what it gave, its attempts, its code; of a loop its iterations.
import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { Link } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { isFinalState } from '../../lib/states.ts'
import { formatClock, formatDuration } from '../../lib/time.ts'
import { CodeBlock } from '../../widgets/code-block.tsx'
import { Duration } from '../../widgets/duration.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { barsOf } from '../gantt/gantt-bars.ts'
import { isLoop, type GanttRun } from '../gantt/gantt-run.ts'
import { StateBadge } from '../states/state-badge.tsx'
import { ExecutionLink, shortType } from './facts.tsx'
import { Iterations } from './iterations.tsx'
import { taskInSource } from './line-of-task.ts'
import { LogLines } from './log-lines.tsx'
import { OutputsOf } from './outputs-of.tsx'
import { panelMessages as t } from './panel-messages.ts'
import classes from './task-panel.module.css'
import { useSource, type ExecutionHead } from './use-execution.ts'
import { useLogTail } from './use-log-tail.ts'
import { executionIdOf, type TaskRun } from './use-task-runs.ts'

export interface TaskPanelProps {
  readonly head: ExecutionHead
  readonly run: TaskRun
  readonly onSelect: (runId: string) => void
  readonly onReplay: (runId: string) => void
  readonly onClose: () => void
}

const TABS = ['iterations', 'log', 'outputs', 'attempts', 'code'] as const
type TabId = (typeof TABS)[number]

export function TaskPanel({ head, run, onSelect, onReplay, onClose }: TaskPanelProps): ReactNode {
  const shown = TABS.filter(tab => (tab === 'iterations' ? isLoop(run) : true))
  const [chosen, setChosen] = useState<TabId | undefined>(undefined)
  const tab = chosen !== undefined && shown.includes(chosen) ? chosen : (shown[0] ?? 'log')
  const isOver = isFinalState(run.state.current)
  return (
    <div className={classes['panel']}>
      <header className={classes['head']}>
        <div className={classes['title']}>
          <h2>
            {run.taskId}
            {run.value !== undefined && <span className={classes['muted']}> {run.value}</span>}
          </h2>
          <button type="button" className={classes['close']} onClick={onClose}>
            {t('close')}
          </button>
        </div>
        <p className={classes['facts']}>
          <StateBadge state={run.state.current} />
          <Duration
            startMs={Date.parse(run.state.startDate)}
            endMs={isOver ? Date.parse(run.state.endDate ?? '') : undefined}
          />
          <span className={classes['muted']}>{shortType(run.type)}</span>
          {run.childExecutionId !== undefined && <ExecutionLink id={run.childExecutionId} />}
          <button type="button" className={classes['link']} onClick={() => onReplay(run.id)}>
            {t('replay')}
          </button>
        </p>
      </header>
      <div role="tablist" aria-label={t('tabs')} className={classes['tabs']}>
        {shown.map(id => (
          <button
            key={id}
            type="button"
            role="tab"
            aria-selected={id === tab}
            className={classes['tab']}
            onClick={() => setChosen(id)}
          >
            {t(id)}
          </button>
        ))}
      </div>
      <div role="tabpanel" aria-label={t(tab)} className={classes['body']}>
        {tab === 'iterations' && <Iterations run={run} onSelect={onSelect} />}
        {tab === 'log' && <Log head={head} run={run} isOver={isOver} />}
        {tab === 'outputs' && <Outputs run={run} />}
        {tab === 'attempts' && <Attempts run={run} />}
        {tab === 'code' && <Code head={head} run={run} />}
      </div>
    </div>
  )
}

const LINES = 60

function Log({
  head,
  run,
  isOver,
}: {
  readonly head: ExecutionHead
  readonly run: TaskRun
  readonly isOver: boolean
}): ReactNode {
  const executionId = executionIdOf(run.id)
  const lines = useLogTail(executionId, { taskRunId: run.id, count: LINES, isOver })
  if (!lines) return <SkeletonRows rows={4} />
  if (lines.length === 0) return <p className={classes['muted']}>{t('noLog')}</p>
  return (
    <>
      {lines.length === LINES && <p className={classes['muted']}>{t('lastLines', { count: LINES })}</p>}
      <LogLines lines={lines} isFollowing={!isOver} />
      <Link to={`${paths.execution({ ...head, id: executionId }, 'logs')}?task=${run.taskId}`}>{t('wholeLog')}</Link>
    </>
  )
}

function Outputs({ run }: { readonly run: TaskRun }): ReactNode {
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

function Attempts({ run }: { readonly run: TaskRun }): ReactNode {
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

function Code({ head, run }: { readonly head: ExecutionHead; readonly run: TaskRun }): ReactNode {
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
