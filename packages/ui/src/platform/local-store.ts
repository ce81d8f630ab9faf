// What this browser remembers. A browser that forbids it remembers nothing, and the page works all the same.
const PREFIX = 'batuta.'
const watchers = new Set<(key: string) => void>()

export function readLocal(key: string): string | undefined {
  try {
    return localStorage.getItem(PREFIX + key) ?? undefined
  } catch {
    return undefined // Forbidden: as if nothing had been kept.
  }
}

export function writeLocal(key: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(PREFIX + key)
    else localStorage.setItem(PREFIX + key, value)
  } catch {
    return // Forbidden or full: the choice lasts as long as the page.
  }
  for (const watcher of watchers) watcher(key)
}

/** Told of each key that this page writes. */
export function watchLocal(watcher: (key: string) => void): () => void {
  watchers.add(watcher)
  return () => watchers.delete(watcher)
}

/** What other tabs wrote is told by the browser; what came from the server is told like that. */
export function tellStored(): void {
  window.dispatchEvent(new StorageEvent('storage'))
}
