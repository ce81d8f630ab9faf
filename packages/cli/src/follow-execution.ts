// Follows an execution to its end: its document on each change and, if asked for, its log as it grows. A server that goes away for a while
// is waited for: the execution goes on when the server comes back, and so does the reader.
import type { Client, ExecutionDocument, LogDocument } from '@batuta/api'
import { isPassing } from './connect.ts'
import { isFinal } from './execution-state.ts'
import { pause } from './platform/clock.ts'

export type FollowEvent =
  | { readonly type: 'execution'; readonly execution: ExecutionDocument }
  | { readonly type: 'log'; readonly log: LogDocument }
  /** The connection broke; the follower tries again. */
  | { readonly type: 'lost'; readonly attempt: number }

export interface FollowOptions {
  readonly withLogs: boolean
  readonly signal: AbortSignal
}

const RETRY_FIRST_MS = 250
const RETRY_LAST_MS = 4_000
const RETRIES_MAX = 30

/** Ends with the final document, which is also the last event. Undefined when the signal ended it. */
export async function followExecution(
  client: Client,
  executionId: string,
  { withLogs, signal }: FollowOptions,
  onEvent: (event: FollowEvent) => void,
): Promise<ExecutionDocument | undefined> {
  const logs = withLogs ? followLogs(client, executionId, signal, onEvent) : Promise.resolve()
  const last = await followDocument(client, executionId, signal, onEvent)
  await logs
  if (last !== undefined) onEvent({ type: 'execution', execution: last })
  return last
}

async function followDocument(
  client: Client,
  executionId: string,
  signal: AbortSignal,
  onEvent: (event: FollowEvent) => void,
): Promise<ExecutionDocument | undefined> {
  const params = { executionId }
  let last: ExecutionDocument | undefined
  await insist(signal, onEvent, async resetRetries => {
    for await (const { data } of client.executions.follow({ params, signal })) {
      // The opening event of a stream is nearly empty.
      if (data.state === undefined) continue
      resetRetries()
      last = data
      if (!isFinal(data.state.current)) onEvent({ type: 'execution', execution: data })
    }
    // A stream may end with the server; only the document says whether the execution has ended.
    last = await client.executions.get({ params, signal })
    return isFinal(last.state.current)
  })
  return signal.aborted ? undefined : last
}

async function followLogs(
  client: Client,
  executionId: string,
  signal: AbortSignal,
  onEvent: (event: FollowEvent) => void,
): Promise<void> {
  let seen = 0
  await insist(
    signal,
    () => undefined,
    async resetRetries => {
      let at = 0
      // Each stream begins with the first line.
      for await (const { id, data } of client.logs.follow({ params: { executionId }, signal })) {
        if (id === 'end' || data.message === undefined) continue
        resetRetries()
        at += 1
        if (at <= seen) continue
        seen = at
        onEvent({ type: 'log', log: data })
      }
      const { state } = await client.executions.get({ params: { executionId }, signal })
      return isFinal(state.current)
    },
  )
}

/** Does the work until it says it is done; a connection that breaks is opened again, up to a bound. */
async function insist(
  signal: AbortSignal,
  onEvent: (event: FollowEvent) => void,
  work: (resetRetries: () => void) => Promise<boolean>,
): Promise<void> {
  let retries = 0
  const resetRetries = (): void => void (retries = 0)
  while (!signal.aborted) {
    try {
      if (await work(resetRetries)) return
    } catch (error) {
      if (signal.aborted) return
      if (!isPassing(error) || retries >= RETRIES_MAX) throw error
      onEvent({ type: 'lost', attempt: retries + 1 })
    }
    await pause(Math.min(RETRY_LAST_MS, RETRY_FIRST_MS * 2 ** retries), signal)
    retries += 1
  }
}
