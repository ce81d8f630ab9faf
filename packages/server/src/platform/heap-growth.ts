// How far the heap may grow beyond what is in use before it is gone over: V8 lets it become three to four times as large, which is right for a server
// that is busy with many small executions, and 100 MB too many while one of a million runs goes on.
import { setFlagsFromString } from 'node:v8'

const SLOW_PERCENT = 40
/** What V8 thinks right. */
const BY_ITSELF = 0

export function setHeapGrowth(isSlow: boolean): void {
  setFlagsFromString(`--heap-growing-percent=${isSlow ? SLOW_PERCENT : BY_ITSELF}`)
  // V8 reads it when it has gone over the heap: the limit that it had set itself before may be 200 MB away, and whatever the heap has once taken it keeps.
  if (isSlow) globalThis.gc?.({ type: 'major', execution: 'sync' })
}
