// Try a task, everything until it, or the whole flow, as it stands in the editor: with what an earlier execution came to standing in for the rest.
import { Button } from '@mantine/core'
import { useEffect, useId, useRef, useState, type ReactNode } from 'react'
import { Empty } from '../../../widgets/empty.tsx'
import { ErrorCard } from '../../../widgets/error-card.tsx'
import { Icon } from '../../../widgets/icon.tsx'
import { tip } from '../../../widgets/tooltip.ts'
import { GivenForm } from './given-form.tsx'
import { t } from './messages.ts'
import type { RehearsalProps } from './plan-panel.tsx'
import classes from './rehearsal.module.css'
import { TryResult } from './try-result.tsx'
import { useGiven, type Given } from './use-given.ts'
import type { Trial, TryWish } from './use-try.ts'

type Scope = 'task' | 'until' | 'all'

export interface TryPanelProps extends RehearsalProps {
  /** Where the cursor is. */
  readonly task: string | undefined
  readonly trial: Trial
  /** Counts how often somebody wished to try without looking at the panel first. */
  readonly wished: number
}

export function TryPanel({ text, flow, hasErrors, onTask, task, trial, wished }: TryPanelProps): ReactNode {
  const given = useGiven(text, flow)
  const [scope, setScope] = useState<Scope>('task')
  const chosen = task === undefined ? 'all' : scope
  const start = (): void => {
    if (!hasErrors) trial.start(wishOf({ text, given, task, scope: chosen }))
  }
  useWished(wished, start)
  const why = hasErrors ? t('whyErrors') : undefined
  return (
    <div className={classes['panel']}>
      <GivenForm given={given} note={t('tryText')}>
        <Scopes task={task} scope={chosen} hasEarlier={given.executionId !== undefined} onScope={setScope} />
        <div className={classes['buttons']}>
          <Button
            variant="filled"
            leftSection={<Icon name="run" size={14} />}
            loading={trial.isRunning}
            aria-disabled={why !== undefined}
            data-disabled={why !== undefined}
            {...tip(why ?? t('tryNow'), 'f9')}
            onClick={start}
          >
            {t('tryNow')}
          </Button>
          {trial.isRunning && <Button onClick={trial.stop}>{t('cancel')}</Button>}
        </div>
      </GivenForm>
      <div className={classes['told']} aria-live="polite" aria-busy={trial.isRunning}>
        <Told text={text} trial={trial} onTask={onTask} />
      </div>
    </div>
  )
}

/** Also when the panel is opened by the wish. */
function useWished(wished: number, start: () => void): void {
  const answered = useRef(0)
  useEffect(() => {
    if (wished === answered.current) return
    answered.current = wished
    start()
  })
}

interface Wishing {
  readonly text: string
  readonly given: Given
  readonly task: string | undefined
  readonly scope: Scope
}

function wishOf({ text, given, task, scope }: Wishing): TryWish {
  const { inputs, executionId } = given
  return {
    source: text,
    inputs,
    ...(executionId === undefined ? {} : { executionId }),
    // What is to run before it is not to be stood in for.
    ...(executionId !== undefined && scope === 'task' ? { reuse: true } : {}),
    ...(task === undefined || scope === 'all' ? {} : { taskId: task, until: scope === 'until' }),
  }
}

interface ScopesProps {
  readonly task: string | undefined
  readonly scope: Scope
  readonly hasEarlier: boolean
  readonly onScope: (scope: Scope) => void
}

function Scopes({ task, scope, hasEarlier, onScope }: ScopesProps): ReactNode {
  const name = useId()
  const scopes: readonly (readonly [Scope, string])[] = [
    ...(task === undefined
      ? []
      : ([
          ['task', t(hasEarlier ? 'scopeTaskAs' : 'scopeTask', { task })],
          ['until', t('scopeUntil', { task })],
        ] as const)),
    ['all', t('scopeAll')],
  ]
  return (
    <div role="radiogroup" aria-label={t('scope')} className={classes['scopes']}>
      {scopes.map(([value, title]) => (
        <label key={value} className={classes['check']}>
          <input type="radio" name={name} checked={scope === value} onChange={() => onScope(value)} />
          {title}
        </label>
      ))}
    </div>
  )
}

function Told({ text, trial, onTask }: Pick<TryPanelProps, 'text' | 'trial' | 'onTask'>): ReactNode {
  const { isRunning, result, error } = trial
  if (error !== undefined) return <ErrorCard title={t('tryFailed')} error={error} />
  if (result) return <TryResult {...result} isOld={result.wish.source !== text} onTask={onTask} />
  if (isRunning) return <p className={classes['muted']}>{t('trying')}</p>
  return <Empty icon="test" title={t('tryFirst')} />
}
