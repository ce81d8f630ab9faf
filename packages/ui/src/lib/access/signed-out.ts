// Whether the server has said that it does not know who asks. The guard of the shell (app/session-guard.tsx) looks at it: it leads to the page of
// sign-in, or where somebody had been signed in lays the form over the page, so that nothing that was typed is lost.
import { useSyncExternalStore } from 'react'

let isOut = false
const listeners = new Set<() => void>()

/** An answer was 401. */
export function tellRefused(): void {
  change(true)
}

export function tellSignedIn(): void {
  change(false)
}

export function useSignedOut(): boolean {
  return useSyncExternalStore(subscribe, () => isOut)
}

function change(next: boolean): void {
  if (isOut === next) return
  isOut = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
