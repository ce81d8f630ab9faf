// One task run beside the chart: the end of its log, what it gave, its attempts, its code; of a loop its iterations.
import { useState, type ReactNode } from 'react'
import { useAction } from '../../lib/actions.ts'
import { Link } from '../../lib/link.tsx'
import { paths, withQuery } from '../../lib/paths.ts'
import { isFinalState } from '../../lib/states.ts'
import { Duration } from '../../widgets/duration.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { isLoop } from '../gantt/gantt-run.ts'
import { StateBadge } from '../states/state-badge.tsx'
import { ExecutionLink, shortType } from './facts.tsx'
import { Iterations } from './iterations.tsx'
import { panelMessages as t } from './panel-messages.ts'
import { TaskGlance } from './task-glance.tsx'
import classes from './task-panel.module.css'
import { Attempts, Code, Log, Outputs } from './task-parts.tsx'
import type { ExecutionHead } from './use-execution.ts'
import { executionIdOf, type TaskRun } from './use-task-runs.ts'

export interface TaskPanelProps {
  readonly head: ExecutionHead
  readonly run: TaskRun
  readonly onSelect: (runId: string) => void
  readonly onReplay: (runId: string) => void
  readonly onClose: () => void
  /** Beside a drawing of the tasks: all in one look comes first, and the way to the chart. */
  readonly isAtNode?: boolean
}

const LINES = 60
const TABS = ['glance', 'iterations', 'log', 'outputs', 'attempts', 'code'] as const
type TabId = (typeof TABS)[number]

export function TaskPanel(props: TaskPanelProps): ReactNode {
  const { head, run, onSelect, onReplay, onClose, isAtNode = false } = props
  const close = (): void => {
    // The focus goes back to where it was chosen.
    document.querySelector<HTMLElement>('[data-block][aria-pressed=true], [role=treegrid]')?.focus()
    onClose()
  }
  useAction({ id: 'task.close', title: t('closePanel'), section: t('panel'), keys: 'escape', run: close })
  const shown = TABS.filter(tab => (tab === 'iterations' ? isLoop(run) : tab === 'glance' ? isAtNode : true))
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
          <button type="button" className={classes['close']} onClick={close} {...tip(t('closePanel'), 'escape')}>
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
        <Ways {...{ head, run, isAtNode }} />
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
        {tab === 'glance' && <TaskGlance {...{ head, run }} />}
        {tab === 'iterations' && <Iterations run={run} onSelect={onSelect} />}
        {tab === 'log' && <Log head={head} run={run} count={LINES} />}
        {tab === 'outputs' && <Outputs run={run} />}
        {tab === 'attempts' && <Attempts run={run} />}
        {tab === 'code' && <Code head={head} run={run} />}
      </div>
    </div>
  )
}

/** Where more of it is to be seen. */
function Ways({
  head,
  run,
  isAtNode,
}: Pick<TaskPanelProps, 'head' | 'run'> & { readonly isAtNode: boolean }): ReactNode {
  const own = { ...head, id: executionIdOf(run.id) }
  return (
    <nav className={classes['ways']} aria-label={t('ways')}>
      {isAtNode && <Link to={withQuery(paths.execution(head, 'gantt'), [['task', run.id]])}>{t('inGantt')}</Link>}
      <Link to={withQuery(paths.execution(own, 'logs'), [['task', run.taskId]])}>{t('logs')}</Link>
      {run.type !== undefined && <Link to={paths.plugin(run.type)}>{t('docs')}</Link>}
    </nav>
  )
}
