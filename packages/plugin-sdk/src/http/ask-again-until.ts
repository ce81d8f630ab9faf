// Waits for what a service does on its own: asked now and then until it is done, or until it took too long.
import { setTimeout as pause } from 'node:timers/promises'
import { formatDuration } from '@batuta/core'
import type { RunContext } from '../run-context.ts'
import { TaskError } from '../task-error.ts'

export interface Asking<T> {
  /** Undefined as long as it is not done. */
  readonly ask: () => Promise<T | undefined>
  readonly everyMs: number
  readonly atMostMs: number
  /** What is waited for, as it stands in the error: `the run 7`. */
  readonly what: string
}

/** @throws {TaskError} when it takes longer than it may; whatever it is goes on then. */
export async function askAgainUntil<T>(ctx: Pick<RunContext, 'signal'>, asking: Asking<T>): Promise<T> {
  const { ask, everyMs, atMostMs, what } = asking
  const endsAt = performance.now() + atMostMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    const leftMs = endsAt - performance.now()
    if (leftMs <= 0)
      throw new TaskError(
        `${what} is not done after ${formatDuration(atMostMs)}: it goes on by itself, or give it more time with maxDuration`,
      )
    await pause(Math.min(everyMs, leftMs), undefined, { signal: ctx.signal })
  }
}
