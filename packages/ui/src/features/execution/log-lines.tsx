import type { ReactNode } from 'react'
import { formatClock } from '../../lib/time.ts'
import { cx } from '../../widgets/class-names.ts'
import classes from './log-lines.module.css'
import type { LogLine } from './use-log-tail.ts'

/** A few lines of a log, as they were written. */
export function LogLines({ lines }: { readonly lines: readonly LogLine[] }): ReactNode {
  return (
    <ol className={classes['lines']}>
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
