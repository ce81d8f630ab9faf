// What was looked at last, for the palette: kept by this browser.
import { readLocal, writeLocal } from '../platform/local-store.ts'
import { readBookmarks, type Bookmark } from './bookmarks-shape.ts'

const KEY = 'recent'
const RECENTS_MAX = 12

export function listRecents(): readonly Bookmark[] {
  return readBookmarks(readLocal(KEY))
}

export function addRecent(recent: Bookmark): void {
  const others = listRecents().filter(({ to }) => to !== recent.to)
  writeLocal(KEY, JSON.stringify([recent, ...others].slice(0, RECENTS_MAX)))
}
