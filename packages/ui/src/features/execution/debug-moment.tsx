// How everything was at one event: what the event carries, what the chosen task had put out by then, the variables.
import type { ReactNode } from 'react'
import { isFinalState } from '../../lib/states.ts'
import { JsonView } from '../../widgets/json-view.tsx'
import type { GanttRun } from '../gantt/gantt-run.ts'
import { StateBadge } from '../states/state-badge.tsx'
import { debugMessages as t } from './debug-messages.ts'
import type { JournalEvent } from './debug-steps.ts'
import classes from './debug-tab.module.css'
import type { ExecutionHead } from './use-execution.ts'

export interface MomentProps {
  readonly then: ExecutionHead
  readonly event: JournalEvent | undefined
  readonly runs: readonly GanttRun[]
  readonly task: string | undefined
}

export function Moment({ then, event, runs, task }: MomentProps): ReactNode {
  const running = runs.filter(({ state }) => !isFinalState(state.current)).map(({ taskId }) => taskId)
  const chosen = (then.taskRunList ?? []).find(({ id }) => id === (task ?? event?.taskRunId))
  return (
    <div className={classes['moment']}>
      <p className={classes['line']}>
        <StateBadge state={then.state.current} />
        {running.length > 0 && <span className={classes['muted']}>{t('running', { tasks: running.join(', ') })}</span>}
      </p>
      {event?.details !== undefined && Object.keys(event.details).length > 0 && (
        <section>
          <h3>{t('event')}</h3>
          <JsonView key={event.seq} label={t('event')} value={event.details} depth={2} />
        </section>
      )}
      {chosen?.outputs !== undefined && (
        <section>
          <h3>{t('outputsOf', { task: chosen.taskId })}</h3>
          <JsonView key={chosen.id} label={t('outputsOf', { task: chosen.taskId })} value={chosen.outputs} />
        </section>
      )}
      <section>
        <h3>{t('variables')}</h3>
        <JsonView
          label={t('variables')}
          value={{ inputs: then.inputs ?? {}, variables: then.variables ?? {}, labels: then.labels ?? [] }}
        />
      </section>
    </div>
  )
}
