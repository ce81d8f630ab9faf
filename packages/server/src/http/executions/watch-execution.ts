// An execution, again after each of its changes, until it has ended: what `follow` streams and what a waiting start looks at. Changes are
// hints, so each look reads the journal; at most four looks a second, however fast the execution moves.
import type { HttpDependencies } from '../dependencies.ts'
import { findExecution, type ReadExecution } from './read-execution.ts'

const LOOK_GAP_MS = 250
/** Nobody waits longer for an answer. */
const WAIT_MAX_MS = 60 * 60_000

type WatchDependencies = Pick<HttpDependencies, 'store' | 'flows' | 'changes' | 'platform'>

export async function* watchExecution(
  id: string,
  dependencies: WatchDependencies,
  signal: AbortSignal,
): AsyncGenerator<ReadExecution> {
  const { changes, platform } = dependencies
  const bell = newBell(signal)
  const stopWatching = changes.watch(id, bell.ring)
  try {
    while (!signal.aborted) {
      const lookedMs = platform.nowMs()
      bell.mute()
      const found = await findExecution(id, dependencies)
      if (!found) return
      yield found
      if (found.state.isEnded) return
      await bell.heard()
      await pauseUntil(lookedMs + LOOK_GAP_MS, platform, signal)
    }
  } finally {
    stopWatching()
    bell.close()
  }
}

/** The execution once it has ended; as it is now when the client is gone or an hour is over before. */
export async function waitForEnd(
  id: string,
  dependencies: WatchDependencies,
  signal: AbortSignal,
): Promise<ReadExecution | undefined> {
  let last: ReadExecution | undefined
  const patience = AbortSignal.any([signal, AbortSignal.timeout(WAIT_MAX_MS)])
  for await (const found of watchExecution(id, dependencies, patience)) last = found
  return last
}

export interface Bell {
  ring(): void
  mute(): void
  /** Settles when the bell has rung since it was muted, or when the signal is aborted. */
  heard(): Promise<void>
  close(): void
}

export function newBell(signal: AbortSignal): Bell {
  let isRung = false
  let wake: (() => void) | undefined
  const ring = (): void => {
    isRung = true
    wake?.()
  }
  signal.addEventListener('abort', ring)
  return {
    ring,
    mute: () => {
      isRung = signal.aborted
    },
    heard: () => (isRung ? Promise.resolve() : new Promise(resolve => (wake = resolve))),
    close: () => signal.removeEventListener('abort', ring),
  }
}

export async function pauseUntil(
  atMs: number,
  platform: HttpDependencies['platform'],
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted || platform.nowMs() >= atMs) return
  await new Promise<void>(resolve => {
    const done = (): void => {
      signal.removeEventListener('abort', done)
      callOff()
      resolve()
    }
    const callOff = platform.at(atMs, done)
    signal.addEventListener('abort', done)
  })
}
