// The circuit breaker of a flow or a trigger: what failed so often within its window is held, until its time is over or somebody releases it. It follows
// from the executions that failed and from the moment of the last release alone; nothing is counted.
import type { CircuitBreaker } from '../flow/flow.ts'
import { formatDuration } from '../std/duration.ts'

export interface Hold {
  readonly reason: string
  readonly sinceMs: number
  /** Undefined: until somebody releases it. */
  readonly untilMs?: number
}

export interface BreakerFacts {
  /** When executions that failed have ended, at least as many as the breaker asks for. */
  readonly failedMs: readonly number[]
  /** When somebody released it last. */
  readonly releasedMs?: number | undefined
  readonly nowMs: number
}

/** Undefined while it may go on. */
export function judgeBreaker(
  { failures, windowMs, releaseMs }: CircuitBreaker,
  { failedMs, releasedMs = -Infinity, nowMs }: BreakerFacts,
): Hold | undefined {
  const counted = failedMs.filter(ms => ms > releasedMs).sort((a, b) => b - a)
  const newest = counted[0]
  const oldest = counted[failures - 1]
  if (newest === undefined || oldest === undefined || newest - oldest > windowMs) return undefined
  const untilMs = releaseMs === undefined ? undefined : newest + releaseMs
  if (untilMs !== undefined && untilMs <= nowMs) return undefined
  const until = untilMs === undefined ? 'somebody releases it' : new Date(untilMs).toISOString()
  return {
    reason: `it failed ${failures} times within ${formatDuration(windowMs)}, the last time at ${new Date(newest).toISOString()}, and is held until ${until}`,
    sinceMs: newest,
    ...(untilMs === undefined ? {} : { untilMs }),
  }
}
