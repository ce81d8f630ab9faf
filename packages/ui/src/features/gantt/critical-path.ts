// What the length of an execution came from: back from the task run that ended last, each time to the one whose end let it begin. Times tell it as
// well as the graph does: the engine begins a task at the moment in which what it waited for ended.

export interface RunSpan {
  readonly id: string
  readonly startMs: number
  readonly endMs: number
}

export interface CriticalPath {
  readonly ids: ReadonlySet<string>
  /** Of its runs together. */
  readonly busyMs: number
  /** From the first beginning to the last end. */
  readonly totalMs: number
}

/** Clocks of one server: a task begins no earlier than what it waited for ended, but for rounding. */
const SLACK_MS = 2
const STEPS_MAX = 100_000

/** Of task runs that are no groups. */
export function criticalPath(runs: readonly RunSpan[]): CriticalPath {
  const spans = [...runs].sort((a, b) => a.endMs - b.endMs || a.startMs - b.startMs)
  const last = spans.at(-1)
  const ids = new Set<string>()
  if (!last) return { ids, busyMs: 0, totalMs: 0 }
  let busyMs = 0
  let [at, current] = [spans.length - 1, last]
  for (let step = 0; step < STEPS_MAX; step++) {
    ids.add(current.id)
    busyMs += current.endMs - current.startMs
    at = lastEndedBefore(spans, current.startMs + SLACK_MS, at)
    const before = spans[at]
    if (!before) break
    current = before
  }
  const firstMs = Math.min(...spans.slice(0, STEPS_MAX).map(({ startMs }) => startMs))
  return { ids, busyMs, totalMs: last.endMs - firstMs }
}

/** The index below `limit` of the last span that had ended; -1 where there is none. */
function lastEndedBefore(spans: readonly { readonly endMs: number }[], ms: number, limit: number): number {
  let [low, high] = [0, limit]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((spans[middle]?.endMs ?? Infinity) <= ms) low = middle + 1
    else high = middle
  }
  return low - 1
}
