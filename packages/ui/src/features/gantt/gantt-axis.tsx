import { useRef, type PointerEvent, type ReactNode } from 'react'
import { stateGroupOf } from '../../lib/states.ts'
import { formatClock, formatDuration } from '../../lib/time.ts'
import { endMsOf } from './gantt-bars.ts'
import { startMsOf, type GanttRun } from './gantt-run.ts'
import { lengthOf, panBy, percentOf, ticksOf, type Span } from './gantt-view.ts'
import classes from './gantt.module.css'

export interface GanttAxisProps {
  readonly view: Span
  readonly whole: Span
  readonly isAbsolute: boolean
}

const TICKS = 6
const TICKS_NARROW = 2
const narrow = matchMedia('(max-width: 767px)')

export function GanttAxis({ view, whole, isAbsolute }: GanttAxisProps): ReactNode {
  return (
    <div data-track="" className={classes['axis']} aria-hidden="true">
      {shownTicks(view, whole).map(({ at, left }) => (
        <span key={at} className={classes['tick']} style={{ left }}>
          {isAbsolute
            ? formatClock(at).replace(/\.000$/, '')
            : formatDuration(at - whole.fromMs).replace(/\.0 s$| 00 (?:s|min)$/, part => (part === '.0 s' ? ' s' : ''))}
        </span>
      ))}
    </div>
  )
}

/** The ticks go on through the rows, so that bars far apart can be compared. */
export function GanttGrid({ view, whole }: Omit<GanttAxisProps, 'isAbsolute'>): ReactNode {
  return (
    <div className={classes['grid']} aria-hidden="true">
      {shownTicks(view, whole).map(({ at, left }) => (
        <span key={at} style={{ left }} />
      ))}
    </div>
  )
}

function shownTicks(view: Span, whole: Span): readonly { readonly at: number; readonly left: string }[] {
  const leftMax = narrow.matches ? 75 : 97
  return ticksOf(view, whole.fromMs, narrow.matches ? TICKS_NARROW : TICKS).flatMap(at => {
    const left = percentOf(at, view)
    return left <= leftMax ? [{ at, left: `${left}%` }] : []
  })
}

export interface MinimapProps {
  readonly runs: readonly GanttRun[]
  readonly view: Span
  readonly whole: Span
  readonly nowMs: number
  readonly onShow: (view: Span) => void
}

const LINES_MAX = 120

/** All of the time with the part that is in sight, which can be dragged. */
export function Minimap({ runs, view, whole, nowMs, onShow }: MinimapProps): ReactNode {
  const from = useRef<{ readonly x: number; readonly view: Span } | undefined>(undefined)
  const shown = runs.slice(0, LINES_MAX)
  const down = (event: PointerEvent<HTMLDivElement>): void => {
    event.currentTarget.setPointerCapture(event.pointerId)
    const { left, width } = event.currentTarget.getBoundingClientRect()
    const atMs = whole.fromMs + ((event.clientX - left) / width) * lengthOf(whole)
    const isInside = atMs >= view.fromMs && atMs <= view.toMs
    const start = isInside ? view : panBy(view, whole, atMs - (view.fromMs + view.toMs) / 2)
    from.current = { x: event.clientX, view: start }
    if (!isInside) onShow(start)
  }
  const move = (event: PointerEvent<HTMLDivElement>): void => {
    if (!from.current) return
    const { width } = event.currentTarget.getBoundingClientRect()
    onShow(panBy(from.current.view, whole, ((event.clientX - from.current.x) / width) * lengthOf(whole)))
  }
  return (
    <div
      className={classes['minimap']}
      aria-hidden="true"
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={() => {
        from.current = undefined
      }}
    >
      {shown.map((run, index) => {
        const [left, right] = [percentOf(startMsOf(run), whole), percentOf(endMsOf(run, nowMs), whole)]
        return (
          <span
            key={run.id}
            className={classes['line']}
            style={{
              left: `${left}%`,
              width: `${Math.max(0.3, right - left)}%`,
              top: `${(index / shown.length) * 100}%`,
              background: `var(--${stateGroupOf(run.state.current)}-solid)`,
            }}
          />
        )
      })}
      <span
        className={classes['window']}
        style={{
          left: `${percentOf(view.fromMs, whole)}%`,
          width: `${(lengthOf(view) / lengthOf(whole)) * 100}%`,
        }}
      />
    </div>
  )
}
