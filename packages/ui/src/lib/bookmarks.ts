// Addresses that somebody keeps at hand: they stand on top of the rail and in the palette.
import { useMemo } from 'react'
import { readLocal, writeLocal } from '../platform/local-store.ts'
import { readBookmarks, type Bookmark } from './bookmarks-shape.ts'
import { useLocal } from './use-local.ts'

export type { Bookmark } from './bookmarks-shape.ts'

const KEY = 'bookmarks'
const BOOKMARKS_MAX = 30

export function useBookmarks(): readonly Bookmark[] {
  const text = useLocal(KEY)
  return useMemo(() => readBookmarks(text), [text])
}

export function addBookmark(bookmark: Bookmark): void {
  save([...readBookmarks(readLocal(KEY)).filter(({ to }) => to !== bookmark.to), bookmark].slice(-BOOKMARKS_MAX))
}

export function removeBookmark(to: string): void {
  save(readBookmarks(readLocal(KEY)).filter(other => other.to !== to))
}

export function renameBookmark(to: string, title: string): void {
  save(readBookmarks(readLocal(KEY)).map(other => (other.to === to ? { ...other, title } : other)))
}

/** Up or down by one. */
export function moveBookmark(to: string, by: -1 | 1): void {
  const list = [...readBookmarks(readLocal(KEY))]
  const at = list.findIndex(other => other.to === to)
  const [moved] = at < 0 ? [] : list.splice(at, 1)
  if (moved) list.splice(Math.max(0, at + by), 0, moved)
  save(list)
}

function save(bookmarks: readonly Bookmark[]): void {
  writeLocal(KEY, bookmarks.length === 0 ? undefined : JSON.stringify(bookmarks))
}
