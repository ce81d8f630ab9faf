import type { ReactNode } from 'react'
import { stateWord } from '../../../lib/states.ts'
import { cx } from '../../../widgets/class-names.ts'
import { JsonView } from '../../../widgets/json-view.tsx'
import { LogLines } from '../../execution/log-lines.tsx'
import { StateBadge } from '../../states/state-badge.tsx'
import { t } from './messages.ts'
import classes from './rehearsal.module.css'
import type { Tried, TriedRun, TryWish } from './use-try.ts'

export interface TryResultProps {
  readonly wish: TryWish
  readonly tried: Tried
  /** The text has changed since. */
  readonly isOld: boolean
  readonly onTask: (id: string) => void
}

export function TryResult({ wish, tried, isOld, onTask }: TryResultProps): ReactNode {
  const { execution, problems, pinned, isCut } = tried
  const runs = execution?.taskRunList ?? []
  const stopped = runs.filter(({ state }) => state.current === 'BREAKPOINT')
  const played = runs.filter(({ state }) => state.current !== 'BREAKPOINT')
  // What was asked for comes first, then what went wrong, then what it took.
  const first = played.filter(({ taskId }) => taskId === wish.taskId)
  const failed = played.filter(run => !first.includes(run) && run.state.current === 'FAILED')
  const others = played.filter(run => !first.includes(run) && !failed.includes(run))
  const isReached = wish.taskId === undefined || first.length > 0
  return (
    <section className={classes['result']} aria-label={t('results')}>
      {isOld && <p className={classes['muted']}>{t('oldText')}</p>}
      {problems.map(problem => (
        <p key={problem} className={classes['problem']} role="alert">
          {problem}
        </p>
      ))}
      {isCut && <p className={classes['problem']}>{t('cut')}</p>}
      {!isReached && stopped.length > 0 && (
        <p className={classes['problem']}>{t('stopped', { tasks: stopped.map(({ taskId }) => taskId).join(', ') })}</p>
      )}
      {execution && wish.taskId === undefined && <p>{t('ended', { state: stateWord(execution.state.current) })}</p>}
      <ol className={classes['tasks']}>
        {[...first, ...failed, ...others].map(run => (
          <li key={run.id}>
            <Run run={run} tried={tried} isPinned={pinned.includes(run.taskId)} onTask={onTask} />
          </li>
        ))}
      </ol>
    </section>
  )
}

interface RunProps {
  readonly run: TriedRun
  readonly tried: Tried
  readonly isPinned: boolean
  readonly onTask: (id: string) => void
}

function Run({ run, tried, isPinned, onTask }: RunProps): ReactNode {
  const { taskId, value, state, outputs } = run
  const name = value === undefined ? taskId : `${taskId} · ${value}`
  // The lines of a loop are told with its first run: they do not say which run they are of.
  const isFirst = tried.execution?.taskRunList?.find(other => other.taskId === taskId) === run
  const lines = isFirst ? tried.logs.filter(line => line.taskId === taskId) : []
  return (
    <section className={cx(classes['task'], isPinned && classes['skipped'])} aria-label={name}>
      <div className={classes['taskHead']}>
        <StateBadge state={state.current} />
        <button type="button" className={classes['taskName']} onClick={() => onTask(taskId)}>
          {name}
        </button>
        {isPinned && <span className={classes['pinned']}>{t('pinned')}</span>}
      </div>
      {outputs !== undefined && Object.keys(outputs).length > 0 && (
        <JsonView value={outputs} label={t('outputsOf', { task: name })} depth={isPinned ? 0 : 2} />
      )}
      {lines.length > 0 && <LogLines lines={lines.map((line, index) => ({ ...line, line: index }))} />}
    </section>
  )
}
