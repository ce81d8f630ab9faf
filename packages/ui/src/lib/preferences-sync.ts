// Choices of a person are kept on the server; this browser is their cache. They apply at once, go to the server a moment later, and what another browser has
// chosen comes when the page is opened or looked at again. Without the server nothing is lost: it is sent when it answers.
import { trust } from '@batuta/core'
import { readLocal, tellStored, watchLocal, writeLocal } from '../platform/local-store.ts'
import { api } from './api.ts'
import { changesOf, mergeKept, SYNCED, type Kept } from './merge-kept.ts'

const UNSAVED = 'sync.unsaved'
const SEEN = 'sync.seen'
const WAIT_MS = 400

let timer: ReturnType<typeof setTimeout> | undefined
let isApplying = false
let isStarted = false

export function startSync(): void {
  if (isStarted) return
  isStarted = true
  watchLocal(key => {
    if (isApplying || !SYNCED.includes(key)) return
    writeLocal(UNSAVED, [...new Set([...unsavedKeys(), key])].join(','))
    plan(WAIT_MS)
  })
  window.addEventListener('online', () => plan(0))
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') plan(0)
  })
  plan(0)
}

function plan(waitMs: number): void {
  clearTimeout(timer)
  // What cannot be sent now stays unsaved, and is sent with the next choice or when the page is looked at again.
  timer = setTimeout(() => void sync().catch(() => undefined), waitMs)
}

async function sync(): Promise<void> {
  const { values, updated } = await api.people.preferences()
  const server = trust<Kept>(typeof values === 'object' && values !== null ? values : {})
  // Nothing was ever kept for this person: what this browser has is the beginning.
  const unsaved = updated === null ? SYNCED.filter(key => readLocal(key) !== undefined) : unsavedKeys()
  if (updated !== null && updated !== readLocal(SEEN)) apply(server, unsaved)
  if (unsaved.length === 0) {
    writeLocal(SEEN, updated ?? undefined)
    return
  }
  const merged = mergeKept(server, unsaved, readLocal)
  const saved = await api.people.savePreferences({ body: merged })
  writeLocal(SEEN, saved.updated ?? undefined)
  // What was chosen anew meanwhile stays unsaved.
  const left = unsavedKeys().filter(key => !unsaved.includes(key) || !isSame(merged, key))
  writeLocal(UNSAVED, left.length === 0 ? undefined : left.join(','))
  if (left.length > 0) plan(WAIT_MS)
}

function apply(server: Kept, unsaved: readonly string[]): void {
  const changes = changesOf(server, unsaved, readLocal)
  if (changes.length === 0) return
  isApplying = true
  for (const [key, text] of changes) writeLocal(key, text)
  isApplying = false
  tellStored()
}

function isSame(merged: Kept, key: string): boolean {
  return changesOf(merged, [], readLocal).every(([changed]) => changed !== key)
}

function unsavedKeys(): readonly string[] {
  return readLocal(UNSAVED)?.split(',').filter(Boolean) ?? []
}
