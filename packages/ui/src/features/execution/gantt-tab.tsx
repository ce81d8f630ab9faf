import { useCallback, useState, type ReactNode } from 'react'
import { useAction } from '../../lib/actions.ts'
import { textParam, useSearchState } from '../../lib/search-state.ts'
import { isFinalState } from '../../lib/states.ts'
import { useLocal } from '../../lib/use-local.ts'
import { writeLocal } from '../../platform/local-store.ts'
import { Icon } from '../../widgets/icon.tsx'
import { lazyPart } from '../../widgets/lazy-part.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { Gantt } from '../gantt/gantt.tsx'
import classes from './execution-page.module.css'
import { t } from './messages.ts'
import { useDeclaredEdges } from './use-declared-edges.ts'
import { useTree } from './use-task-runs.ts'
import { useChosenRun, WithPanel, type RunsViewProps } from './with-panel.tsx'

/** Neither its program nor a line of it is asked for before somebody wants to see it. */
const LogPane = lazyPart(async () => (await import('./log-pane.tsx')).LogPane, <SkeletonRows rows={6} />)

const PARAMS = { zoom: textParam }
const WITH_LOG = 'gantt.log'
/** Where somebody moved the border between the two it stays; else the chart takes what its rows need. */
const LOG_HEIGHT = 'pane.gantt-log'

export interface GanttTabProps extends RunsViewProps {
  readonly isFull: boolean
}

/** The task runs over time, with the one that is chosen beside them. */
export function GanttTab({ head, taskRuns, onReplay, isFull }: GanttTabProps): ReactNode {
  const [{ zoom }, setSearch] = useSearchState(PARAMS)
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set())
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set())
  const tree = useTree(head.id, taskRuns, { toggled, seen })
  const declared = useDeclaredEdges(head, taskRuns.runs)
  const { task, run, select } = useChosenRun(head, taskRuns)
  const { state } = head
  const isOver = isFinalState(state.current)
  const toggle = useCallback(
    (key: string): void =>
      setToggled(before => {
        const next = new Set(before)
        if (!next.delete(key)) next.add(key)
        return next
      }),
    [],
  )
  const see = useCallback(
    (runIds: readonly string[]): void =>
      setSeen(before => (runIds.every(id => before.has(id)) ? before : new Set([...before, ...runIds]))),
    [],
  )
  const keepZoom = useCallback(
    (next: string | undefined): void => setSearch({ zoom: next }, { replace: true }),
    [setSearch],
  )
  const log = useLogChoice(isFull)
  return (
    <div className={isFull || run ? classes['tall'] : undefined}>
      <WithPanel {...{ head, run, select, onReplay }}>
        <Gantt
          {...{ tree, zoom, declared, isFull: isFull || run !== undefined }}
          runs={taskRuns.runs}
          total={taskRuns.total}
          isWhole={taskRuns.isWhole}
          startMs={Date.parse(state.startDate)}
          endMs={isOver && state.endDate !== undefined ? Date.parse(state.endDate) : undefined}
          selected={task}
          onSelect={select}
          onToggle={toggle}
          onZoom={keepZoom}
          onSight={see}
          isFitting={log.isShown && !log.isSized}
          tools={isFull && <LogToggle isShown={log.isShown} toggle={log.toggle} />}
        />
        {log.isShown && <LogPane {...{ head, run }} heightKey={LOG_HEIGHT} onClose={log.toggle} />}
      </WithPanel>
    </div>
  )
}

interface LogChoice {
  readonly isShown: boolean
  readonly isSized: boolean
  toggle(): void
}

/** Whether the log stands below the chart: as it was left. */
function useLogChoice(isFull: boolean): LogChoice {
  const isShown = useLocal(WITH_LOG) === 'true' && isFull
  const isSized = useLocal(LOG_HEIGHT) !== undefined
  const toggle = (): void => writeLocal(WITH_LOG, isShown ? undefined : 'true')
  useAction({
    id: 'gantt.log',
    title: t(isShown ? 'hideLog' : 'showLogBelow'),
    section: t('gantt'),
    keys: 'l',
    why: isFull ? undefined : t('whyNoLogBelow'),
    run: toggle,
  })
  return { isShown, isSized, toggle }
}

function LogToggle({ isShown, toggle }: Pick<LogChoice, 'isShown' | 'toggle'>): ReactNode {
  return (
    <button
      type="button"
      className={classes['toggle']}
      aria-pressed={isShown}
      onClick={toggle}
      {...tip(t(isShown ? 'hideLog' : 'showLogBelow'), 'l')}
    >
      <Icon name="logs" size={14} />
      {t('log')}
    </button>
  )
}
