// A new execution that goes on from the moment that is looked at, with other inputs or with other outputs of what was done by then.
import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useId, useState, type ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { isFinalState } from '../../lib/states.ts'
import { ActButton } from '../../widgets/act-button.tsx'
import { Dialog } from '../../widgets/dialog.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { InputForm } from '../input-form/input-form.tsx'
import { sentOf } from '../input-form/input-fields.ts'
import { refusalsOf } from '../run-dialog/use-run.ts'
import { debugMessages as t } from './debug-messages.ts'
import { Select } from '../../widgets/select.tsx'
import classes from './replay-dialog.module.css'
import { useReplayInputs, type ReplayInputs } from './use-replay-inputs.ts'
import type { ExecutionHead } from './use-execution.ts'

export interface ForkDialogProps {
  readonly head: ExecutionHead
  /** As it was at the moment. */
  readonly then: ExecutionHead
  readonly seq: number
  readonly onClose: () => void
}

const NONE = ''

export function ForkDialog({ head, then, seq, onClose }: ForkDialogProps): ReactNode {
  const go = useGo()
  const done = (then.taskRunList ?? []).filter(
    run => run.outputs !== undefined && ['SUCCESS', 'WARNING'].includes(run.state.current),
  )
  const [isChanged, setChanged] = useState(false)
  const [runId, setRunId] = useState(NONE)
  const [text, setText] = useState('')
  const inputs = useReplayInputs(head, head.flowRevision)
  const outputs = runId === NONE ? undefined : readOutputs(text)
  const fork = useMutation({
    mutationFn: () =>
      api.executions.fork({
        params: { executionId: head.id },
        query: { at: seq },
        body: {
          ...(isChanged ? { inputs: sentOf(inputs.fields, inputs.entries).values } : {}),
          ...(outputs?.value === undefined ? {} : { outputs: { [runId]: outputs.value } }),
        },
      }),
    onSuccess: execution => {
      showToast({ kind: 'success', text: t('forked') })
      go(paths.execution(execution))
    },
  })
  const begun = (then.taskRunList ?? []).filter(({ state }) => !isFinalState(state.current)).map(({ taskId }) => taskId)
  const choose = (id: string): void => {
    setRunId(id)
    setText(JSON.stringify(done.find(run => run.id === id)?.outputs ?? {}, null, 2))
  }
  return (
    <Dialog
      title={t('forkTitle', { seq: seq + 1 })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <ActButton variant="filled" loading={fork.isPending} why={outputs?.problem} onClick={() => fork.mutate()}>
            {t('fork')}
          </ActButton>
        </>
      }
    >
      <p className={classes['intro']}>{t('forkIntro')}</p>
      {begun.length > 0 && <p className={classes['note']}>{t('forkAgain', { tasks: begun.join(', ') })}</p>}
      <Inputs {...{ inputs, isChanged }} error={fork.error} onChange={setChanged} />
      <Outputs {...{ done, runId, text, problem: outputs?.problem }} onRun={choose} onText={setText} />
      {fork.error && <ErrorCard title={t('forkFailed')} error={fork.error} />}
    </Dialog>
  )
}

interface InputsProps {
  readonly inputs: ReplayInputs
  readonly isChanged: boolean
  readonly error: Error | null
  readonly onChange: (isChanged: boolean) => void
}

/** Files stay as they were. */
function Inputs({ inputs, isChanged, error, onChange }: InputsProps): ReactNode {
  const fields = inputs.fields.filter(({ type }) => type !== 'FILE')
  if (fields.length === 0) return null
  return (
    <fieldset className={classes['group']}>
      <legend>{t('forkInputs')}</legend>
      <label className={classes['choice']}>
        <input type="checkbox" checked={isChanged} onChange={() => onChange(!isChanged)} />
        {t('forkOther')}
      </label>
      {isChanged && (
        <InputForm
          fields={fields}
          entries={inputs.entries}
          onChange={inputs.change}
          isTried={error !== null}
          refusals={refusalsOf(error)}
        />
      )}
    </fieldset>
  )
}

interface OutputsProps {
  readonly done: NonNullable<ExecutionHead['taskRunList']>
  readonly runId: string
  readonly text: string
  readonly problem: string | undefined
  readonly onRun: (id: string) => void
  readonly onText: (text: string) => void
}

function Outputs({ done, runId, text, problem, onRun, onText }: OutputsProps): ReactNode {
  const id = useId()
  if (done.length === 0) return null
  return (
    <fieldset className={classes['group']}>
      <legend>{t('forkOutputs')}</legend>
      <Select aria-label={t('forkTask')} value={runId} onChange={event => onRun(event.currentTarget.value)}>
        <option value={NONE}>{t('forkSame')}</option>
        {done.map(run => (
          <option key={run.id} value={run.id}>
            {run.value === undefined ? run.taskId : `${run.taskId} (${run.value})`}
          </option>
        ))}
      </Select>
      {runId !== NONE && (
        <>
          <label htmlFor={id}>{t('forkJson')}</label>
          <textarea
            id={id}
            className={classes['json']}
            rows={8}
            spellCheck={false}
            value={text}
            aria-invalid={problem !== undefined}
            {...(problem === undefined ? {} : { 'aria-describedby': `${id}-problem` })}
            onChange={event => onText(event.currentTarget.value)}
          />
          {problem !== undefined && (
            <p id={`${id}-problem`} className={classes['problem']}>
              {problem}
            </p>
          )}
        </>
      )}
    </fieldset>
  )
}

interface ReadOutputs {
  readonly value?: Record<string, unknown>
  readonly problem?: string
}

function readOutputs(text: string): ReadOutputs {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { value: Object.fromEntries(Object.entries(value)) }
    return { problem: t('forkNoMap') }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}
