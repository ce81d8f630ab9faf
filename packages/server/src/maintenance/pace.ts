// Slices of work that must not be felt: after each the round rests three times as long as the slice took.
import type { Clock, Scheduler } from '../platform/platform.ts'

const REST_FACTOR = 3
const REST_MIN_MS = 20

export type PacePlatform = Pick<Clock & Scheduler, 'nowMs' | 'elapsedMs' | 'at'>

/** Runs slices until one says that it was the last, or until the signal says stop. */
export async function inSlices(
  platform: PacePlatform,
  signal: AbortSignal | undefined,
  slice: () => Promise<'more' | 'done'>,
): Promise<void> {
  while (!signal?.aborted) {
    const startedMs = platform.elapsedMs()
    if ((await slice()) === 'done') return
    const restMs = Math.max(REST_MIN_MS, (platform.elapsedMs() - startedMs) * REST_FACTOR)
    await rest(platform, signal, restMs)
  }
}

function rest(platform: PacePlatform, signal: AbortSignal | undefined, ms: number): Promise<void> {
  return new Promise(resolve => {
    const callOff = platform.at(platform.nowMs() + ms, resolve)
    signal?.addEventListener(
      'abort',
      () => {
        callOff()
        resolve()
      },
      { once: true },
    )
  })
}
