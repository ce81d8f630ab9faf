// Why it failed, before anything else: the message in full, the task, its attempt and its line, the end of its log, and what can be done next.
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { api } from '../../lib/api.ts'
import { Link, useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { PAGES } from '../../app/routes.ts'
import { nowMs } from '../../platform/clock.ts'
import { formatMoment } from '../../lib/time.ts'
import { CopyButton } from '../../widgets/copy-button.tsx'
import { StateIcon } from '../states/state-icon.tsx'
import { failedRun, messageOfLines } from './failure.ts'
import classes from './failure-card.module.css'
import { taskInSource } from './line-of-task.ts'
import { LogLines } from './log-lines.tsx'
import { t } from './messages.ts'
import { useFlowRuns, useSource, type ExecutionHead } from './use-execution.ts'
import { useLogTail } from './use-log-tail.ts'
import type { TaskRun, TaskRuns } from './use-task-runs.ts'

export interface FailureCardProps {
  readonly head: ExecutionHead
  readonly taskRuns: TaskRuns
  readonly onTask: (runId: string) => void
  readonly onReplay: (from: string | undefined) => void
}

const LINES = 12

export function FailureCard({ head, taskRuns, onTask, onReplay }: FailureCardProps): ReactNode {
  const run = useFailedRun(head, taskRuns)
  const source = useSource(head)
  const lines = useLogTail(head.id, { taskRunId: run?.id, count: LINES, isOver: true })
  const place = run && source !== undefined ? taskInSource(source, run.taskId) : undefined
  const message = (lines && messageOfLines(lines)) ?? t('noMessage')
  const title = titleOf(run)
  return (
    <section className={classes['card']} aria-label={title}>
      <header className={classes['head']}>
        <span className={classes['icon']}>
          <StateIcon state="FAILED" size={18} />
        </span>
        <h2 className={classes['title']}>{title}</h2>
      </header>
      {lines && <pre className={classes['message']}>{message}</pre>}
      <History head={head} line={place?.line} />
      {lines && lines.length > 1 && (
        <details className={classes['log']}>
          <summary>{t('logEnd')}</summary>
          <LogLines lines={lines} />
        </details>
      )}
      <Steps {...{ head, run, onTask, onReplay }} line={place?.line} />
      <div className={classes['copy']}>
        <CopyButton
          label={t('copyColleague')}
          text={`${title}\n${message}\n${location.origin}/ui${paths.execution(head)}`}
        />
      </div>
    </section>
  )
}

function titleOf(run: TaskRun | undefined): string {
  if (!run) return t('failedItself')
  const attempts = run.attempts?.length ?? 0
  const task = run.value === undefined ? run.taskId : `${run.taskId} (${run.value})`
  return attempts > 1 ? t('failedAttempt', { task, attempt: attempts, attempts }) : t('failedAt', { task })
}

/** Among those that were read, or asked for. */
function useFailedRun({ id }: ExecutionHead, { runs, isWhole }: TaskRuns): TaskRun | undefined {
  const { data } = useQuery({
    queryKey: ['executions', id, 'failed-runs'],
    queryFn: async ({ signal }) =>
      (await api.executions.taskRuns({ params: { executionId: id }, query: { state: ['FAILED'], size: 100 }, signal }))
        .results,
    enabled: !isWhole,
  })
  return failedRun(isWhole ? runs : (data ?? []))
}

/** What the last executions of the flow say about it. */
function History({ head, line }: { readonly head: ExecutionHead; readonly line: number | undefined }): ReactNode {
  const runs = useFlowRuns(head)?.runs ?? []
  const success = runs.find(({ state, id }) => state === 'SUCCESS' && id < head.id)
  const failures = runs.filter(({ state }) => state === 'FAILED').length
  const facts = [
    ...(line === undefined ? [] : [t('line', { line })]),
    ...(runs.length > 1 ? [t('equalFailures', { count: failures, of: runs.length })] : []),
    ...(success ? [] : runs.length > 1 ? [t('noSuccess')] : []),
  ]
  return (
    <p className={classes['facts']}>
      {facts.join(' · ')}
      {success && (
        <>
          {facts.length > 0 && ' · '}
          <Link to={paths.execution({ ...head, id: success.id })}>
            {t('lastSuccess', { time: formatMoment(Date.parse(success.startDate), nowMs()) })}
          </Link>
        </>
      )}
    </p>
  )
}

interface StepsProps extends Omit<FailureCardProps, 'taskRuns'> {
  readonly run: TaskRun | undefined
  readonly line: number | undefined
}

function Steps({ head, run, line, onTask, onReplay }: StepsProps): ReactNode {
  const go = useGo()
  const success = useFlowRuns(head)?.runs.find(({ state, id }) => state === 'SUCCESS' && id < head.id)
  const editor = `${paths.flow({ namespace: head.namespace, id: head.flowId }, 'edit')}#task=${run?.taskId ?? ''}&line=${line ?? 1}`
  return (
    <div className={classes['steps']}>
      {run && (
        <Button size="compact-sm" onClick={() => onTask(run.id)}>
          {t('showTask')}
        </Button>
      )}
      <MayButton need="EXECUTION:CREATE" namespace={head.namespace} size="compact-sm" onClick={() => onReplay(run?.id)}>
        {run ? t('replayFrom', { task: run.taskId }) : t('replay')}
      </MayButton>
      {success && (
        <Button size="compact-sm" onClick={() => go(paths.compare(success.id, head.id))}>
          {t('compareSuccess')}
        </Button>
      )}
      {HAS_EDITOR && (
        <Button size="compact-sm" variant="filled" onClick={() => go(editor)}>
          {t('fix')}
        </Button>
      )}
    </div>
  )
}

/** The page of a flow, in which its source is edited. */
const HAS_EDITOR = PAGES.some(({ path }) => path.startsWith('/flows/edit/'))
