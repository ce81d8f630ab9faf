// When a failed attempt is tried again. The delays are Kestra's documented ones; `maxAttempts` counts the first attempt, too.
import type { Retry } from '../flow/flow.ts'

export interface RetryFacts {
  /** Attempts that have ended, this one included. */
  readonly attempts: number
  readonly firstStartedMs: number
  readonly endedMs: number
}

/** The moment of the next attempt, in epoch milliseconds, or undefined when there is none. */
export function retryAt(policy: Retry, facts: RetryFacts, random: () => number): number | undefined {
  if (policy.maxAttempts !== undefined && facts.attempts >= policy.maxAttempts) return undefined
  const atMs = facts.endedMs + delayOf(policy, facts.attempts, random)
  if (policy.maxDurationMs !== undefined && atMs > facts.firstStartedMs + policy.maxDurationMs) return undefined
  return atMs
}

function delayOf(policy: Retry, attempts: number, random: () => number): number {
  switch (policy.type) {
    case 'constant':
      return policy.intervalMs
    case 'exponential':
      return Math.min(policy.intervalMs * policy.delayFactor ** (attempts - 1), policy.maxIntervalMs)
    case 'random':
      return policy.minIntervalMs + Math.floor(random() * (policy.maxIntervalMs - policy.minIntervalMs))
  }
}
