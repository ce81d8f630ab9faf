import type { ReactNode } from 'react'
import { useNow } from '../platform/clock.ts'
import { formatMoment, formatMomentLong, formatRelative } from '../lib/time.ts'
import { tip } from './tooltip.ts'
import classes from './duration.module.css'

const TICK_MS = 30_000

export interface TimestampProps {
  readonly atMs: number | undefined
  /** `3 minutes ago` instead of the clock. */
  readonly isRelative?: boolean
}

/** Short in the page; the tooltip tells the moment here, in UTC and how long ago. */
export function Timestamp({ atMs, isRelative = false }: TimestampProps): ReactNode {
  const now = useNow(TICK_MS, atMs !== undefined)
  if (atMs === undefined) return <span className={classes['none']}>–</span>
  const relative = formatRelative(atMs, now)
  const iso = new Date(atMs).toISOString()
  return (
    <time
      className={classes['duration']}
      dateTime={iso}
      {...tip(`${formatMomentLong(atMs)}\n${formatMomentLong(atMs, { zone: 'UTC' })}\n${relative}`)}
    >
      {isRelative ? relative : formatMoment(atMs, now)}
    </time>
  )
}
