// What is happening now, from one stream for all of the page. Until the stream is there, and where a proxy swallows it, pages ask again every two
// seconds: `usePollMs()` says so to their queries. Frames never touch components: they enter through the cache of queries.
import { useSyncExternalStore } from 'react'

export type LiveState = 'live' | 'catching-up' | 'polling' | 'offline' | 'paused'

const POLL_MS = 2_000
const listeners = new Set<() => void>()
let isPaused = false

export function getLiveState(): LiveState {
  if (isPaused) return 'paused'
  return navigator.onLine ? 'polling' : 'offline'
}

export function useLiveState(): LiveState {
  return useSyncExternalStore(subscribe, getLiveState)
}

/** For `refetchInterval` of queries that show what changes. */
export function usePollMs(): number | false {
  return useLiveState() === 'polling' ? POLL_MS : false
}

/** Stops all live updates of the page, or lets them go on. */
export function toggleLive(): void {
  isPaused = !isPaused
  tell()
}

export function startLive(): void {
  window.addEventListener('online', tell)
  window.addEventListener('offline', tell)
}

function tell(): void {
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
