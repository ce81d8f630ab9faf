import { useState, type ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { Link } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { JsonView } from '../../widgets/json-view.tsx'
import { Kbd } from '../../widgets/kbd.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { TypedConfirm } from '../../widgets/typed-confirm.tsx'
import { sentOf } from '../input-form/input-fields.ts'
import { InputForm } from '../input-form/input-form.tsx'
import { InlineText } from '../input-form/inline-text.tsx'
import { refusalsOf } from '../run-dialog/use-run.ts'
import { Due } from './due.tsx'
import { SideBack } from '../../widgets/side-list.tsx'
import classes from './inbox.module.css'
import { t } from './messages.ts'
import { ShareLink } from './share-link.tsx'
import { useAnswer, useAnswerForm, type Answer } from './use-answer.ts'
import { isDecided, useInputsOf, type HumanTask } from './use-inbox.ts'

export interface HumanTaskPanelProps {
  readonly task: HumanTask
  /** It is decided, by this one or by another. */
  readonly onDone: () => void
}

/** What a paused execution asks, with its form. Also for the page of the execution. */
export function HumanTaskPanel({ task, onDone }: HumanTaskPanelProps): ReactNode {
  const form = useAnswerForm(task)
  const { fields, entries, report, isTried, refusals } = form
  const answering = useAnswer(task)
  const send = (answer: Answer): void => {
    answering.mutate(answer, {
      onSuccess: () => {
        showToast({
          kind: 'success',
          text: t(answer.type === 'reject' ? 'rejected' : 'resumed', { flow: task.flowId }),
        })
        onDone()
      },
      onError: error => {
        form.setRefusals(refusalsOf(error))
        if (!isDecided(error)) return
        showToast({ text: t('gone') })
        onDone()
      },
    })
  }
  const resume = (): void => {
    form.setTried(true)
    if (answering.isPending) return
    // Whoever is quicker than the judgement of what was typed last is judged by the answer.
    const isJudged = !report.isFetching && !report.isPlaceholderData
    if (isJudged && fields.some(({ isShown, problems }) => isShown && problems.length > 0)) return
    send({ type: 'resume', ...sentOf(fields, entries) })
  }
  return (
    <section
      className={classes['task']}
      aria-label={task.flowId}
      onKeyDown={event => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
        event.preventDefault()
        resume()
      }}
    >
      <TaskHead task={task} />
      <Started executionId={task.executionId} />
      {report.error ? (
        <ErrorCard title={t('formFailed')} error={report.error} onRetry={() => void report.refetch()} />
      ) : null}
      {report.isLoading && <SkeletonRows rows={3} />}
      {report.data && fields.length === 0 && <p className={classes['muted']}>{t('noForm')}</p>}
      <InputForm {...{ fields, entries, isTried, refusals }} onChange={form.change} />
      {answering.error && !isDecided(answering.error) ? (
        <ErrorCard title={t('sendFailed')} error={answering.error} />
      ) : null}
      <Decision
        task={task}
        isSending={answering.isPending}
        onResume={resume}
        onReject={() => send({ type: 'reject' })}
      />
    </section>
  )
}

interface DecisionProps {
  readonly task: HumanTask
  readonly isSending: boolean
  readonly onResume: () => void
  readonly onReject: () => void
}

function Decision({ task, isSending, onResume, onReject }: DecisionProps): ReactNode {
  const [isAsking, setAsking] = useState(false)
  const rights = { need: 'EXECUTION:UPDATE', namespace: task.namespace } as const
  return (
    <footer className={classes['foot']}>
      <ShareLink place={task} />
      <MayButton {...rights} onClick={() => setAsking(true)}>
        {t('reject')}
      </MayButton>
      <MayButton {...rights} variant="filled" loading={isSending} onClick={onResume}>
        {task.isDecision ? t('approve') : t('resume')}
        <Kbd keys="mod+enter" isOnButton />
      </MayButton>
      {isAsking && (
        <TypedConfirm
          title={t('rejectTitle', { flow: task.flowId })}
          action={t('reject')}
          onConfirm={() => {
            setAsking(false)
            onReject()
          }}
          onClose={() => setAsking(false)}
        >
          {t('rejectText')}
        </TypedConfirm>
      )}
    </footer>
  )
}

function TaskHead({ task }: { readonly task: HumanTask }): ReactNode {
  const execution = { namespace: task.namespace, flowId: task.flowId, id: task.executionId }
  return (
    <header className={classes['taskHead']}>
      <SideBack to={paths.inbox()}>{t('back')}</SideBack>
      <h2>
        <span className={classes['muted']}>{task.namespace} / </span>
        {task.flowId}
      </h2>
      <p className={classes['facts']}>
        <span>
          {task.taskId ?? t('by')} {task.value !== undefined && t('value', { value: task.value })}
        </span>
        <span>
          {t('waits')} <Timestamp atMs={Date.parse(task.since)} />
        </span>
        <Due task={task} />
        <Link to={paths.execution(execution)}>{t('openExecution')}</Link>
      </p>
      {task.title !== undefined && (
        <p className={classes['question']}>
          <InlineText text={task.title} />
        </p>
      )}
    </header>
  )
}

function Started({ executionId }: { readonly executionId: string }): ReactNode {
  const { data } = useInputsOf(executionId)
  if (!data || Object.keys(data).length === 0) return null
  return (
    <details className={classes['started']} open>
      <summary>{t('inputs')}</summary>
      <JsonView value={data} label={t('inputs')} />
    </details>
  )
}
