import type { ReactNode } from 'react'
import { useNow } from '../platform/clock.ts'
import { formatDuration } from '../lib/time.ts'
import classes from './duration.module.css'

const TICK_MS = 1_000

export interface DurationProps {
  readonly startMs: number | undefined
  /** Absent while it goes on: then it counts. */
  readonly endMs?: number | undefined
}

export function Duration({ startMs, endMs }: DurationProps): ReactNode {
  const isRunning = startMs !== undefined && endMs === undefined
  const now = useNow(TICK_MS, isRunning)
  if (startMs === undefined) return <span className={classes['none']}>–</span>
  const ms = Math.max(0, (endMs ?? now) - startMs)
  return (
    <time className={classes['duration']} dateTime={`PT${(ms / 1_000).toFixed(3)}S`}>
      {formatDuration(isRunning ? Math.floor(ms / 1_000) * 1_000 : ms)}
    </time>
  )
}
