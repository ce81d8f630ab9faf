// Tells who watches that an execution has changed, after the commit. A hint: who misses it reads the journal. Where other nodes change executions,
// too, watchers are told now and then in any case.
import type { Clock, Scheduler } from '../platform/platform.ts'

export interface Changes {
  publish(executionId: string): void
  /** Calls back after each commit that touched the execution; the returned function ends it. */
  watch(executionId: string, onChange: () => void): () => void
  /** Calls back after each commit for each execution that it touched: whoever listens is quick. */
  watchAll(onChange: (executionId: string) => void): () => void
}

export function newChanges(polling?: { readonly platform: Clock & Scheduler; readonly everyMs: number }): Changes {
  const watchers = new Map<string, Set<() => void>>()
  const ofAll = new Set<(executionId: string) => void>()
  const tellAll = (): void => {
    for (const set of watchers.values()) for (const onChange of set) onChange()
    if (watchers.size > 0) again()
    else isPolling = false
  }
  const again = (): void => void polling?.platform.at(polling.platform.nowMs() + polling.everyMs, tellAll)
  let isPolling = false
  return {
    publish: id => {
      if (ofAll.size > 0) for (const onChange of ofAll) onChange(id)
      if (watchers.size === 0) return
      for (const onChange of watchers.get(id) ?? []) onChange()
    },
    watchAll: onChange => {
      ofAll.add(onChange)
      return () => void ofAll.delete(onChange)
    },
    watch: (id, onChange) => {
      const known = watchers.get(id) ?? new Set()
      known.add(onChange)
      watchers.set(id, known)
      if (polling && !isPolling) {
        isPolling = true
        again()
      }
      return () => {
        known.delete(onChange)
        if (known.size === 0) watchers.delete(id)
      }
    },
  }
}
