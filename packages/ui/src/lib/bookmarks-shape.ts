export interface Bookmark {
  readonly title: string
  /** Path and query below `/ui`. */
  readonly to: string
}

/** What was kept by another version, or written by hand, is read as far as it is understood. */
export function readBookmarks(text: string | undefined): readonly Bookmark[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(value) ? value.flatMap(bookmarkOf) : []
  } catch {
    return [] // Not JSON: as if nothing had been kept.
  }
}

function bookmarkOf(value: unknown): readonly Bookmark[] {
  if (typeof value !== 'object' || value === null || !('title' in value) || !('to' in value)) return []
  const { title, to } = value
  // An address of another place is no bookmark of this page.
  if (typeof title !== 'string' || typeof to !== 'string' || !/^\/(?!\/)/.test(to)) return []
  return [{ title, to }]
}
