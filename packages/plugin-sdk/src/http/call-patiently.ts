// A call that is made again when it failed for a moment only.
import { setTimeout as pause } from 'node:timers/promises'
import type { RunContext } from '../run-context.ts'
import { messageOf, TaskError } from '../task-error.ts'
import { callHttp, type HttpAnswer, type HttpCall } from './call-http.ts'

export interface Patience {
  /** After the first call. */
  readonly retries: number
  /** Before the first retry; each waits twice as long as the one before. */
  readonly delayMs: number
}

const DELAY_MS_MAX = 60_000
const TOO_MANY = 429

/**
 * Whatever the code is in the end. What was sent to start something is only sent again when it was refused for now: an answer that got lost may have
 * started it.
 */
export async function callPatiently(
  ctx: Pick<RunContext, 'egress' | 'signal' | 'logger'>,
  { retries, delayMs }: Patience,
  call: HttpCall,
): Promise<HttpAnswer> {
  const isRead = (call.method ?? 'GET') === 'GET'
  for (let count = 0; ; count++) {
    const isLast = count >= retries
    const answer = await callHttp(ctx, call).catch((error: unknown) => {
      if (isLast || !isRead || !(error instanceof TaskError)) throw error
      return error
    })
    const isFailure = answer instanceof TaskError
    if (!isFailure && (isLast || !(answer.code === TOO_MANY || (isRead && answer.code >= 500)))) return answer
    const why = isFailure ? messageOf(answer) : `${new URL(call.url).origin} answered ${answer.code}`
    ctx.logger.warn(`${why}: it is asked again`)
    await pause(Math.min(delayMs * 2 ** count, DELAY_MS_MAX), undefined, { signal: ctx.signal })
  }
}
