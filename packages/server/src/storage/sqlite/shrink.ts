// Pages that a purge emptied are filled by what comes next; only when much of the file is empty does it give some of it back, a little at a time.
import type { DatabaseSync } from 'node:sqlite'

const EMPTY_MIN_PAGES = 4_096
const EMPTY_MIN_SHARE = 0.25
/** 2 MB: some milliseconds. */
const PAGES_AT_ONCE = 512

export function prepareShrink(db: DatabaseSync): () => void {
  const empty = db.prepare('pragma freelist_count')
  const all = db.prepare('pragma page_count')
  return () => {
    const emptyPages = Number(empty.get()?.['freelist_count'])
    if (emptyPages < EMPTY_MIN_PAGES || emptyPages < Number(all.get()?.['page_count']) * EMPTY_MIN_SHARE) return
    db.exec(`pragma incremental_vacuum(${PAGES_AT_ONCE})`)
  }
}
