import { useSyncExternalStore } from 'react'
import { readLocal, watchLocal } from '../platform/local-store.ts'

/** What is remembered under a key, also when another part of the page or another tab changes it. */
export function useLocal(key: string): string | undefined {
  return useSyncExternalStore(subscribe, () => readLocal(key))
}

function subscribe(listener: () => void): () => void {
  const stop = watchLocal(listener)
  window.addEventListener('storage', listener)
  return () => {
    stop()
    window.removeEventListener('storage', listener)
  }
}
