// How much was written when, with warnings and errors in it. A click, or Enter, goes to that time; arrow keys go from bar to bar.
import { useState, type KeyboardEvent, type ReactNode } from 'react'
import { formatClock } from '../../lib/time.ts'
import classes from './density-bar.module.css'
import { t } from './messages.ts'
import type { LogIndex } from './use-log.ts'

/** Each a few pixels wide on a usual screen. */
const BARS_MAX = 120

export interface DensityBarProps {
  /** Absent until it is known: its place is kept, and what is below does not move. */
  readonly density: LogIndex['density'] | undefined
  readonly onGo: (line: number) => void
}

export function DensityBar({ density, onGo }: DensityBarProps): ReactNode {
  const [stop, setStop] = useState(0)
  if (density === undefined) return <div className={classes['bar']} />
  const bars = joinSpans(density, BARS_MAX)
  const most = Math.max(1, ...bars.map(bar => bar.lines))
  const tabStop = Math.min(stop, bars.length - 1)
  return (
    <div className={classes['bar']} role="group" aria-label={t('density')} onKeyDown={walk}>
      {bars.map((bar, index) => (
        <button
          key={bar.start}
          type="button"
          className={classes['span']}
          tabIndex={index === tabStop ? 0 : -1}
          aria-label={t('densityAt', { time: formatClock(Date.parse(bar.start)), count: bar.lines })}
          onFocus={() => setStop(index)}
          onClick={() => onGo(bar.firstLine)}
        >
          <span className={classes['all']} style={{ height: `${height(bar.lines, most)}%` }}>
            {bar.warnings + bar.errors > 0 && <Parts {...bar} />}
          </span>
        </button>
      ))}
    </div>
  )
}

/** To the bar beside, the first or the last: one of them is in the order of the Tab key. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  const bars = [...event.currentTarget.querySelectorAll('button')]
  const at = bars.findIndex(bar => bar === event.target)
  const [last, step] = [bars.length - 1, { ArrowLeft: -1, ArrowRight: 1 }[event.key]]
  const to = event.key === 'Home' ? 0 : event.key === 'End' ? last : step === undefined ? undefined : at + step
  if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return
  event.preventDefault()
  bars[Math.max(0, Math.min(last, to))]?.focus()
}

/** Most spans have none, and a bar without parts is one element instead of four. */
function Parts({ lines, warnings, errors }: Bar): ReactNode {
  return (
    <>
      {warnings > 0 && <span className={classes['warnings']} style={{ flexGrow: warnings }} />}
      {errors > 0 && <span className={classes['errors']} style={{ flexGrow: errors }} />}
      <span style={{ flexGrow: lines - warnings - errors }} />
    </>
  )
}

/** A single line among thousands is still seen. */
function height(lines: number, most: number): number {
  return lines === 0 ? 0 : Math.max(12, Math.sqrt(lines / most) * 100)
}

interface Bar {
  readonly start: string
  readonly firstLine: number
  readonly lines: number
  readonly warnings: number
  readonly errors: number
}

export function joinSpans(density: LogIndex['density'], max: number): readonly Bar[] {
  const size = Math.max(1, Math.ceil(density.length / max))
  return Array.from({ length: Math.ceil(density.length / size) }, (_, index) => {
    const spans = density.slice(index * size, (index + 1) * size)
    const sum = (count: (levels: Readonly<Record<string, number>>) => number): number =>
      spans.reduce((before, { levels }) => before + count(levels), 0)
    return {
      start: spans[0]?.start ?? '',
      firstLine: spans[0]?.firstLine ?? 0,
      lines: sum(levels => Object.values(levels).reduce((one, other) => one + other, 0)),
      warnings: sum(levels => levels['WARN'] ?? 0),
      errors: sum(levels => levels['ERROR'] ?? 0),
    }
  })
}
