// What an execution waits for, and the way on: the form of a pause, the queue, a breakpoint, what is still being killed.
import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { trust } from '@batuta/core'
import { useState, type ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { InputForm } from '../input-form/input-form.tsx'
import { fieldsOf, sentOf, type Entries, type InputReport } from '../input-form/input-fields.ts'
import { refusalsOf } from '../run-dialog/use-run.ts'
import { StateIcon } from '../states/state-icon.tsx'
import { t } from './messages.ts'
import type { ExecutionHead } from './use-execution.ts'
import { useExecutionAction } from './use-execution-action.ts'
import type { TaskRun } from './use-task-runs.ts'
import classes from './waiting-card.module.css'

export interface WaitingCardProps {
  readonly head: ExecutionHead
  readonly runs: readonly TaskRun[]
}

export function WaitingCard({ head, runs }: WaitingCardProps): ReactNode {
  const act = useExecutionAction(head, () => undefined)
  switch (head.state.current) {
    case 'PAUSED':
      return <PausedCard head={head} run={runs.findLast(({ state }) => state.current === 'PAUSED')} />
    case 'QUEUED':
      return (
        <Card state="QUEUED" title={t('queuedTitle')} text={t('queuedText')}>
          <Button onClick={() => act.mutate({ type: 'unqueue' })}>{t('unqueue')}</Button>
        </Card>
      )
    case 'BREAKPOINT':
      return (
        <Card state="BREAKPOINT" title={t('breakpointTitle')}>
          <Button variant="filled" onClick={() => act.mutate({ type: 'step' })}>
            {t('step')}
          </Button>
        </Card>
      )
    case 'KILLING': {
      const open = runs.filter(({ state }) => !['KILLED', 'SUCCESS', 'FAILED', 'WARNING'].includes(state.current))
      return <Card state="KILLING" title={t('killingTitle')} text={t('killingText', { count: open.length })} />
    }
    default:
      return null
  }
}

interface CardProps {
  readonly state: string
  readonly title: string
  readonly text?: string
  readonly children?: ReactNode
}

function Card({ state, title, text, children }: CardProps): ReactNode {
  return (
    <section className={classes['card']} aria-label={title}>
      <header className={classes['head']}>
        <StateIcon state={state} size={18} />
        <h2>{title}</h2>
      </header>
      {text !== undefined && <p className={classes['text']}>{text}</p>}
      {children !== undefined && <div className={classes['steps']}>{children}</div>}
    </section>
  )
}

/** The form of the task that waits; nothing to fill in where nothing is asked. */
function PausedCard({ head, run }: { readonly head: ExecutionHead; readonly run: TaskRun | undefined }): ReactNode {
  const client = useQueryClient()
  const [entries, setEntries] = useState<Entries>(new Map())
  const [isTried, setTried] = useState(false)
  const params = { executionId: head.id }
  const query = run === undefined ? {} : { taskRunId: run.id }
  const { data: report, error } = useQuery({
    queryKey: ['executions', head.id, 'resume', run?.id, [...entries].filter(([, entry]) => !(entry instanceof File))],
    queryFn: async ({ signal }) => {
      const { values } = sentOf(fields, entries)
      return trust<InputReport>(await api.executions.validateResume({ params, query, body: values, signal }))
    },
    placeholderData: before => before,
    gcTime: 0,
  })
  const fields = report ? fieldsOf(report) : []
  const resume = useMutation({
    mutationFn: () => api.executions.resume({ params, query, body: formOf(sentOf(fields, entries)) }),
    onSuccess: () => {
      showToast({ kind: 'success', text: t('done', { action: t('resume') }) })
      void client.invalidateQueries({ queryKey: ['executions', head.id] })
    },
  })
  const isWhole = fields.every(({ problems, isShown }) => !isShown || problems.length === 0)
  const title = run ? t('waitingTitle', { task: run.taskId }) : t('pausedTitle')
  return (
    <Card state="PAUSED" title={title} {...(run ? {} : { text: t('pausedText') })}>
      <form
        className={classes['form']}
        onSubmit={event => {
          event.preventDefault()
          setTried(true)
          if (isWhole) resume.mutate()
        }}
      >
        <InputForm
          {...{ fields, entries, isTried }}
          refusals={refusalsOf(resume.error)}
          onChange={(id, entry) => setEntries(before => new Map(before).set(id, entry))}
        />
        {(error ?? resume.error) && (
          <ErrorCard title={t('notDone', { action: t('resume') })} error={error ?? resume.error} />
        )}
        <div className={classes['steps']}>
          <Button type="submit" variant="filled" loading={resume.isPending}>
            {t('resume')}
          </Button>
        </div>
      </form>
    </Card>
  )
}

function formOf({ values, files }: ReturnType<typeof sentOf>): unknown {
  if (Object.keys(files).length === 0) return values
  const form = new FormData()
  for (const [id, value] of Object.entries(values))
    form.append(id, typeof value === 'string' ? value : JSON.stringify(value))
  for (const [id, file] of Object.entries(files)) form.append(id, file, file.name)
  return form
}
