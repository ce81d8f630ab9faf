// An execution, again after each of its changes, until it has ended: what `follow` streams. Changes are hints, so each look reads the journal;
// at most four looks a second, however fast the execution moves, and fewer when a look takes long. Who only waits for the end looks at the
// header, and reads the journal once: with a look at all of it after each commit a loop of 100,000 iterations took 89 s instead of 3.
import type { ExecutionState, Plan } from '@batuta/core'
import type { ExecutionRow } from '../../storage/batch.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { viewExecution } from './read-execution.ts'

const LOOK_GAP_MS = 250
/** One watcher may take this share of the time for its looks. */
const LOOK_SHARE = 0.2
/** Nobody waits longer for an answer. */
const WAIT_MAX_MS = 60 * 60_000

type WatchDependencies = Pick<HttpDependencies, 'store' | 'flows' | 'changes' | 'platform' | 'look' | 'large'>

export interface Look<T> {
  readonly shown: T
  readonly isEnded: boolean
}

export async function* watchExecution<T>(
  id: string,
  view: (state: ExecutionState, plan: Plan) => T,
  { dependencies, signal }: { readonly dependencies: WatchDependencies; readonly signal: AbortSignal },
): AsyncGenerator<Look<T>> {
  const { changes, platform } = dependencies
  const bell = newBell(signal)
  const stopWatching = changes.watch(id, bell.ring)
  try {
    while (!signal.aborted) {
      const lookedMs = platform.nowMs()
      bell.mute()
      const found = await viewExecution(id, dependencies, (state, plan) => ({
        shown: view(state, plan),
        isEnded: state.isEnded,
      }))
      if (!found) return
      yield found
      if (found.isEnded) return
      const tookMs = platform.nowMs() - lookedMs
      await bell.heard()
      await pauseUntil(lookedMs + Math.max(LOOK_GAP_MS, tookMs / LOOK_SHARE), platform, signal)
    }
  } finally {
    stopWatching()
    bell.close()
  }
}

/** The execution once it has ended; as it is now when the client is gone or an hour is over before. */
export async function waitForEnd<T>(
  id: string,
  view: (state: ExecutionState, plan: Plan) => T,
  { dependencies, signal }: { readonly dependencies: WatchDependencies; readonly signal: AbortSignal },
): Promise<T | undefined> {
  const { store, changes } = dependencies
  const patience = AbortSignal.any([signal, AbortSignal.timeout(WAIT_MAX_MS)])
  const bell = newBell(patience)
  const stopWatching = changes.watch(id, bell.ring)
  try {
    while (!patience.aborted) {
      bell.mute()
      const head = await store.read.findExecution(id)
      if (!head || hasEnded(head)) break
      await bell.heard()
    }
  } finally {
    stopWatching()
    bell.close()
  }
  return await viewExecution(id, dependencies, view)
}

/** A RETRIED execution has ended, although the timer of the one that takes its place is kept with it. */
function hasEnded({ state, waitsFor }: ExecutionRow): boolean {
  return waitsFor === null || (waitsFor === 'timer' && state === 'RETRIED')
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
