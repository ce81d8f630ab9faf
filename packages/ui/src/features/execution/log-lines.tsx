import { useEffect, useRef, type ReactNode } from 'react'
import { formatClock } from '../../lib/time.ts'
import { cx } from '../../widgets/class-names.ts'
import classes from './log-lines.module.css'
import type { LogLine } from './use-log-tail.ts'

export interface LogLinesProps {
  readonly lines: readonly Pick<LogLine, 'line' | 'timestamp' | 'level' | 'message'>[]
  /** New lines are brought into sight. */
  readonly isFollowing?: boolean
}

/** A few lines of a log, as they were written. */
export function LogLines({ lines, isFollowing = false }: LogLinesProps): ReactNode {
  const ref = useRef<HTMLOListElement>(null)
  const last = lines.at(-1)?.line
  useEffect(() => {
    if (isFollowing && last !== undefined) ref.current?.lastElementChild?.scrollIntoView({ block: 'nearest' })
  }, [isFollowing, last])
  return (
    <ol ref={ref} className={classes['lines']}>
      {lines.map(({ line, timestamp, level, message }) => (
        <li key={line} className={classes['line']}>
          <time dateTime={timestamp} className={classes['time']}>
            {formatClock(Date.parse(timestamp))}
          </time>
          <span className={cx(classes['level'], classes[level.toLowerCase()])}>{level}</span>
          <span className={classes['text']}>{message}</span>
        </li>
      ))}
    </ol>
  )
}
