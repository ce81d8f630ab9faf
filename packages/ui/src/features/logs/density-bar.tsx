// How much was written when, with warnings and errors in it. A click goes to that time.
import type { ReactNode } from 'react'
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
  if (density === undefined) return <div className={classes['bar']} />
  const bars = joinSpans(density, BARS_MAX)
  const most = Math.max(1, ...bars.map(bar => bar.lines))
  return (
    <div className={classes['bar']} role="group" aria-label={t('density')}>
      {bars.map(bar => (
        <button
          key={bar.start}
          type="button"
          className={classes['span']}
          tabIndex={-1}
          aria-label={t('densityAt', { time: formatClock(Date.parse(bar.start)), count: bar.lines })}
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
