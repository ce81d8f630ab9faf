// What an execution waits for, and the way on: the form of a pause, the queue, a breakpoint, what is still being killed.
import type { ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { InputForm } from '../input-form/input-form.tsx'
import { useAnswer, useAnswerForm } from '../inbox/use-answer.ts'
import { sentOf } from '../input-form/input-fields.ts'
import { refusalsOf } from '../run-dialog/use-run.ts'
import { StateIcon } from '../states/state-icon.tsx'
import { t } from './messages.ts'
import { QueuedCard } from './queued-card.tsx'
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
      return <QueuedCard head={head} />
    case 'BREAKPOINT':
      return (
        <Card state="BREAKPOINT" title={t('breakpointTitle')}>
          <MayButton
            need="EXECUTION:UPDATE"
            namespace={head.namespace}
            variant="filled"
            onClick={() => act.mutate({ type: 'step' })}
          >
            {t('step')}
          </MayButton>
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
  const place = { namespace: head.namespace, executionId: head.id, taskRunId: run?.id }
  const form = useAnswerForm(place)
  const { fields, entries, isTried, report } = form
  const resume = useAnswer(place)
  const problem = report.error ?? resume.error
  const isWhole = fields.every(({ problems, isShown }) => !isShown || problems.length === 0)
  const title = run ? t('waitingTitle', { task: run.taskId }) : t('pausedTitle')
  return (
    <Card state="PAUSED" title={title} {...(run ? {} : { text: t('pausedText') })}>
      <form
        className={classes['form']}
        onSubmit={event => {
          event.preventDefault()
          form.setTried(true)
          if (isWhole) resume.mutate({ type: 'resume', ...sentOf(fields, entries) }, { onSuccess: tellResumed })
        }}
      >
        <InputForm {...{ fields, entries, isTried }} refusals={refusalsOf(resume.error)} onChange={form.change} />
        {problem ? <ErrorCard title={t('notDone', { action: t('resume') })} error={problem} /> : null}
        <div className={classes['steps']}>
          <MayButton
            need="EXECUTION:UPDATE"
            namespace={head.namespace}
            type="submit"
            variant="filled"
            loading={resume.isPending}
          >
            {t('resume')}
          </MayButton>
        </div>
      </form>
    </Card>
  )
}

function tellResumed(): void {
  showToast({ kind: 'success', text: t('done', { action: t('resume') }) })
}
