// Tells who watches that an execution has changed, after the commit. A hint: who misses it reads the journal.
export interface Changes {
  publish(executionIds: Iterable<string>): void
  /** Calls back after each commit that touched the execution; the returned function ends it. */
  watch(executionId: string, onChange: () => void): () => void
}

export function newChanges(): Changes {
  const watchers = new Map<string, Set<() => void>>()
  return {
    publish: ids => {
      if (watchers.size === 0) return
      for (const id of ids) for (const onChange of watchers.get(id) ?? []) onChange()
    },
    watch: (id, onChange) => {
      const known = watchers.get(id) ?? new Set()
      known.add(onChange)
      watchers.set(id, known)
      return () => {
        known.delete(onChange)
        if (known.size === 0) watchers.delete(id)
      }
    },
  }
}
