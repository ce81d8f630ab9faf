// How far the heap may grow beyond what is in use before it is gone over: V8 lets it become three to four times as large, which is right for a server
// that is busy with many small executions, and 100 MB too many while one of a million runs goes on.
import { getHeapStatistics, setFlagsFromString } from 'node:v8'

const SLOW_PERCENT = 40
/** What V8 thinks right. */
const BY_ITSELF = 0
/** 64 MB where the heap may become 2 GB, 128 MB where it may become 4 GB. */
const IDLE_SHARE = 1 / 32
const IDLE_MIN_BYTES = 64 * 2 ** 20

function setHeapGrowth(isSlow: boolean): void {
  setFlagsFromString(`--heap-growing-percent=${isSlow ? SLOW_PERCENT : BY_ITSELF}`)
  // V8 reads it when it has gone over the heap: the limit that it had set itself before may be 200 MB away, and whatever the heap has once taken it keeps.
  if (isSlow) globalThis.gc?.({ type: 'major', execution: 'sync' })
}

/**
 * What an engine is told of its heap. Its room for executions that wait is in bytes: with too little, those that wait for workers are read again for
 * each of their tasks, which took a fifth of the engine's time with 512 loops of 400 runs and room for 64 MB.
 */
export function heapOfEngine(): { readonly idleMaxBytes: number; readonly onLarge: (isAny: boolean) => void } {
  const share = Math.floor(getHeapStatistics().heap_size_limit * IDLE_SHARE)
  return { idleMaxBytes: Math.max(IDLE_MIN_BYTES, share), onLarge: setHeapGrowth }
}
