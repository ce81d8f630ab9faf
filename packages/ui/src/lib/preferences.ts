// What somebody has chosen for the page. Kept in this browser; each choice applies at once. The scheme of colours is kept apart (lib/theme.ts),
// because the page needs it before its first paint.
import { useSyncExternalStore } from 'react'
import { readLocal, writeLocal } from '../platform/local-store.ts'
import { DEFAULTS, readPreferences, type Preferences } from './preferences-shape.ts'
import { setZone } from './time.ts'

export type { Preferences } from './preferences-shape.ts'

const KEY = 'preferences'
const listeners = new Set<() => void>()
let preferences: Preferences = DEFAULTS

export function startPreferences(): void {
  load()
  window.addEventListener('storage', load)
}

export function getPreferences(): Preferences {
  return preferences
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, getPreferences)
}

export function setPreferences(patch: Partial<Preferences>): void {
  writeLocal(KEY, JSON.stringify({ ...preferences, ...patch }))
  load()
}

function load(): void {
  preferences = readPreferences(readLocal(KEY) ?? '{}')
  setZone(preferences.zone === 'utc' ? 'UTC' : undefined)
  document.documentElement.dataset['density'] = preferences.density
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
