import { useCallback, useState, type ReactNode } from 'react'
import { textParam, useSearchState } from '../../lib/search-state.ts'
import { isFinalState } from '../../lib/states.ts'
import { Gantt } from '../gantt/gantt.tsx'
import classes from './execution-page.module.css'
import { useTree } from './use-task-runs.ts'
import { useChosenRun, WithPanel, type RunsViewProps } from './with-panel.tsx'

const PARAMS = { zoom: textParam }

export interface GanttTabProps extends RunsViewProps {
  readonly isFull: boolean
}

/** The task runs over time, with the one that is chosen beside them. */
export function GanttTab({ head, taskRuns, onReplay, isFull }: GanttTabProps): ReactNode {
  const [{ zoom }, setSearch] = useSearchState(PARAMS)
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set())
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set())
  const tree = useTree(head.id, taskRuns, { toggled, seen })
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
  return (
    <div className={isFull || run ? classes['tall'] : undefined}>
      <WithPanel {...{ head, run, select, onReplay }}>
        <Gantt
          {...{ tree, zoom, isFull: isFull || run !== undefined }}
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
        />
      </WithPanel>
    </div>
  )
}
