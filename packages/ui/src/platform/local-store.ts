// What this browser remembers. A browser that forbids it remembers nothing, and the page works all the same.
const PREFIX = 'batuta.'

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
}
