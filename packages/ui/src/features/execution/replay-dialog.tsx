// Starts an execution anew: from where, under which revision, with which inputs. What is used again and what is done again is said before.
import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { api } from '../../lib/api.ts'
import { useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { Dialog } from '../../widgets/dialog.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { failedRun } from './failure.ts'
import { InputForm } from '../input-form/input-form.tsx'
import { refusalsOf } from '../run-dialog/use-run.ts'
import { isLeaf } from '../gantt/gantt-run.ts'
import { orderOf } from '../gantt/gantt-tree.ts'
import { replayMessages as t } from './replay-messages.ts'
import classes from './replay-dialog.module.css'
import { useNewestRevision, type ExecutionHead } from './use-execution.ts'
import { useReplayInputs } from './use-replay-inputs.ts'
import { useTaskRuns, type TaskRun } from './use-task-runs.ts'

export interface ReplayDialogProps {
  readonly head: ExecutionHead
  /** The task run to begin from. */
  readonly from: string | undefined
  readonly onClose: () => void
}

const mayRun = ({ namespace }: ExecutionHead) => ({ need: 'EXECUTION:CREATE', namespace }) as const
const START = ''
const TASKS_MAX = 200

export function ReplayDialog({ head, from, onClose }: ReplayDialogProps): ReactNode {
  const go = useGo()
  const runs = useTaskRuns(head.id, head.state.current).data?.runs ?? []
  const newest = useNewestRevision(head)
  const [runId, setRunId] = useState(from ?? START)
  const [isNewest, setNewest] = useState(false)
  const [isChanged, setChanged] = useState(false)
  const revision = isNewest && newest !== undefined ? newest : head.flowRevision
  const inputs = useReplayInputs(head, revision)
  const replay = useMutation({
    mutationFn: async () => {
      const params = { executionId: head.id }
      const query = { ...(runId === START ? {} : { taskRunId: runId }), ...(isNewest ? { revision } : {}) }
      if (!isChanged) return await api.executions.replay({ params, query })
      return await api.executions.replayWithInputs({ params, query, body: inputs.body() })
    },
    onSuccess: execution => {
      showToast({ kind: 'success', text: t('underWay') })
      go(paths.execution(execution))
    },
  })
  const hasInputs = inputs.fields.length > 0
  return (
    <Dialog
      title={t('title')}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <MayButton {...mayRun(head)} variant="filled" loading={replay.isPending} onClick={() => replay.mutate()}>
            {t('replay')}
          </MayButton>
        </>
      }
    >
      <p className={classes['intro']}>{t('intro')}</p>
      <fieldset className={classes['group']}>
        <legend>{t('from')}</legend>
        <FromChoice {...{ runs, runId }} onChange={setRunId} />
        <Consequence {...{ runs, runId }} />
      </fieldset>
      <RevisionChoice {...{ head, newest, isNewest }} onChange={setNewest} />
      {hasInputs && (
        <fieldset className={classes['group']}>
          <legend>{t('inputs')}</legend>
          <Radio isOn={!isChanged} onOn={() => setChanged(false)} name="inputs">
            {t('sameInputs')}
          </Radio>
          <Radio isOn={isChanged} onOn={() => setChanged(true)} name="inputs">
            {t('otherInputs')}
          </Radio>
          {isChanged && (
            <InputForm
              fields={inputs.fields}
              entries={inputs.entries}
              onChange={inputs.change}
              isTried={replay.isError}
              refusals={refusalsOf(replay.error)}
            />
          )}
        </fieldset>
      )}
      {replay.error && <ErrorCard title={t('failed')} error={replay.error} />}
    </Dialog>
  )
}

interface RevisionProps {
  readonly head: ExecutionHead
  readonly newest: number | undefined
  readonly isNewest: boolean
  readonly onChange: (isNewest: boolean) => void
}

function RevisionChoice({ head, newest, isNewest, onChange }: RevisionProps): ReactNode {
  if (newest === undefined || newest === head.flowRevision) return null
  return (
    <fieldset className={classes['group']}>
      <legend>{t('revision')}</legend>
      <Radio isOn={!isNewest} onOn={() => onChange(false)} name="revision">
        {t('same', { revision: String(head.flowRevision) })}
      </Radio>
      <Radio isOn={isNewest} onOn={() => onChange(true)} name="revision">
        {t('latest', { revision: String(newest) })}
      </Radio>
    </fieldset>
  )
}

interface FromProps {
  readonly runs: readonly TaskRun[]
  readonly runId: string
}

/** From the start, from what failed, or from a task that is chosen. */
function FromChoice({ runs, runId, onChange }: FromProps & { readonly onChange: (runId: string) => void }): ReactNode {
  const failed = failedRun(runs)
  const tasks = runs.filter(isLeaf).slice(0, TASKS_MAX)
  const isTask = runId !== START && runId !== failed?.id
  const [first] = tasks
  return (
    <>
      <Radio isOn={runId === START} onOn={() => onChange(START)} name="from">
        {t('fromStart')}
      </Radio>
      {failed && (
        <Radio isOn={runId === failed.id} onOn={() => onChange(failed.id)} name="from">
          {t('fromFailed', { task: nameOf(failed) })}
        </Radio>
      )}
      {first && (
        <Radio isOn={isTask} onOn={() => onChange(first.id)} name="from">
          {t('fromTask')}
        </Radio>
      )}
      {isTask && (
        <select
          className={classes['select']}
          aria-label={t('task')}
          value={runId}
          onChange={event => onChange(event.currentTarget.value)}
        >
          {tasks.map(run => (
            <option key={run.id} value={run.id}>
              {nameOf(run)}
            </option>
          ))}
        </select>
      )}
    </>
  )
}

function Consequence({ runs, runId }: FromProps): ReactNode {
  const chosen = runs.find(({ id }) => id === runId)
  if (!chosen) return <p className={classes['hint']}>{t('allAgain')}</p>
  const kept = runs.filter(
    run =>
      isLeaf(run) &&
      orderOf(run) < orderOf(chosen) &&
      run.state.endDate !== undefined &&
      run.state.endDate <= chosen.state.startDate,
  )
  if (kept.length === 0) return <p className={classes['hint']}>{t('againFrom', { task: nameOf(chosen) })}</p>
  const names = kept.slice(0, 4).map(nameOf).join(', ')
  const more = kept.length > 4 ? ` +${kept.length - 4}` : ''
  return <p className={classes['hint']}>{t('reused', { tasks: names + more, task: nameOf(chosen) })}</p>
}

function nameOf({ taskId, value }: TaskRun): string {
  return value === undefined ? taskId : `${taskId} (${value})`
}

interface RadioProps {
  readonly isOn: boolean
  readonly onOn: () => void
  readonly name: string
  readonly children: ReactNode
}

function Radio({ isOn, onOn, name, children }: RadioProps): ReactNode {
  return (
    <label className={classes['choice']}>
      <input type="radio" name={name} checked={isOn} onChange={onOn} />
      {children}
    </label>
  )
}
