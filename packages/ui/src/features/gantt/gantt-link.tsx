// The line from what a task run waited for to its own beginning: of the row under the pointer, else of the one that is chosen.
import type { ReactNode } from 'react'
import { cx } from '../../widgets/class-names.ts'
import { endMsOf } from './gantt-bars.ts'
import { startMsOf, type GanttRun } from './gantt-run.ts'
import type { GanttRow } from './gantt-tree.ts'
import { percentOf, type Span } from './gantt-view.ts'
import classes from './gantt.module.css'
import { rowOfRun, waitedFor } from './waited-for.ts'

export interface GanttLink {
  /** Indexes of rows. */
  readonly from: number
  readonly to: number
  readonly before: GanttRun
  readonly endMs: number
  readonly startMs: number
}

export interface LinkWish {
  readonly rows: readonly GanttRow[]
  readonly runs: readonly GanttRun[]
  readonly id: string | undefined
  readonly nowMs: number
}

export function linkOf({ rows, runs, id, nowMs }: LinkWish): GanttLink | undefined {
  const run = runs.find(one => one.id === id)
  const before = run && waitedFor(runs, run.id, nowMs)
  if (!before) return undefined
  const [from, to] = [rowOfRun(rows, runs, before.id), rowOfRun(rows, runs, run.id)]
  if (from < 0 || to < 0 || from === to) return undefined
  return { from, to, before, endMs: endMsOf(before, nowMs), startMs: startMsOf(run) }
}

export interface LinkLineProps {
  readonly link: GanttLink
  readonly view: Span
  /** Middle of a row. */
  readonly middleOf: (index: number) => number
}

/** Half the height of a bar. */
const BAR_PX = 6

export function LinkLine({ link: { from, to, endMs, startMs }, view, middleOf }: LinkLineProps): ReactNode {
  const [left, right] = [percentOf(endMs, view), percentOf(startMs, view)]
  const [top, bottom] = [middleOf(from), middleOf(to)]
  const isDown = bottom > top
  return (
    <div className={classes['links']} aria-hidden="true">
      {right > left && (
        <span className={classes['across']} style={{ top, left: `${left}%`, width: `${right - left}%` }} />
      )}
      <span
        className={cx(classes['along'], isDown ? classes['down'] : classes['up'])}
        style={{
          left: `min(${right}%, 100% - 3px)`,
          top: isDown ? top : bottom + BAR_PX,
          height: Math.max(0, Math.abs(bottom - top) - BAR_PX),
        }}
      />
    </div>
  )
}
