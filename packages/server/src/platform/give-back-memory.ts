// What a start or a load leaves behind lies in a young generation that V8 shrinks no more once nothing happens: 6 MB after a start, 100 MB after a load.
// When the event loop has had nothing to do for a while, all of it is collected once and given back to the system.
import { performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import type { Clock, Scheduler } from './platform.ts'

const LOOK_MS = 1_000
/** The share of a second that the rounds of an idle server take. */
const IDLE_SHARE_MAX = 0.02
/** Looks in a row. */
const IDLE_LOOKS = 2
/** Less is not worth the work. */
const GAIN_MIN_BYTES = 4 * 2 ** 20
/** Collecting more would hold up whoever comes next for too long. */
const USED_MAX_BYTES = 64 * 2 ** 20

export interface HeapKeeper {
  /** Absent where Node was started without `--expose-gc`: then nothing is done. */
  readonly collect: (() => void) | undefined
  /** Which share of the time since it was asked last the event loop was busy. */
  busyShare(): number
  /** What the heap takes, and what of it is in use. */
  sizes(): { readonly totalBytes: number; readonly usedBytes: number }
}

/** The returned function ends it. */
export function giveBackMemory({ nowMs, at }: Pick<Clock & Scheduler, 'nowMs' | 'at'>, keeper = ownHeap()): () => void {
  const { collect } = keeper
  if (!collect) return () => {}
  let idleLooks = 0
  let keptBytes = 0
  const look = (): void => {
    idleLooks = keeper.busyShare() < IDLE_SHARE_MAX ? idleLooks + 1 : 0
    const { totalBytes, usedBytes } = keeper.sizes()
    if (idleLooks >= IDLE_LOOKS && totalBytes - keptBytes >= GAIN_MIN_BYTES && usedBytes <= USED_MAX_BYTES) {
      collect()
      keptBytes = keeper.sizes().totalBytes
      keeper.busyShare()
    }
    callOff = at(nowMs() + LOOK_MS, look)
  }
  let callOff = at(nowMs() + LOOK_MS, look)
  return () => callOff()
}

function ownHeap(): HeapKeeper {
  const { gc } = globalThis
  let before = performance.eventLoopUtilization()
  return {
    collect: gc && (() => gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })),
    busyShare: () => {
      const now = performance.eventLoopUtilization()
      const { utilization } = performance.eventLoopUtilization(now, before)
      before = now
      return utilization
    },
    sizes: () => {
      const { total_heap_size: totalBytes, used_heap_size: usedBytes } = getHeapStatistics()
      return { totalBytes, usedBytes }
    },
  }
}
