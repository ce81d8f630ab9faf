// How long things took, for people.
import { nowMs } from './platform/clock.ts'

interface Spanned {
  readonly startDate: string
  readonly endDate?: string
}

/** Up to its end, or up to now. */
export function elapsedOf({ startDate, endDate }: Spanned): string {
  return formatElapsed((endDate === undefined ? nowMs() : Date.parse(endDate)) - Date.parse(startDate))
}

/** 0.3 s · 42.0 s · 3 m 07 s · 2 h 05 m */
export function formatElapsed(ms: number): string {
  const seconds = Math.max(0, ms) / 1000
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} m ${two(Math.floor(seconds % 60))} s`
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} m`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
