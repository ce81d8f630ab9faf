// What is not saved survives the page: kept in this browser two seconds after the last key, thrown away when it is saved.
import { useEffect, useState } from 'react'
import { nowMs } from '../../platform/clock.ts'
import { readLocal, writeLocal } from '../../platform/local-store.ts'
import { useSettled } from './use-checks.ts'

const REST_MS = 2_000

export interface Draft {
  readonly text: string
  readonly atMs: number
}

export interface DraftState {
  /** Of an earlier visit. */
  readonly found: Draft | undefined
  /** It is taken, or thrown away. */
  forget(): void
  /** It is saved: nothing is kept any more. */
  clear(): void
}

export function useDraft(name: string, { text, saved }: { readonly text: string; readonly saved: string }): DraftState {
  const key = `draft.${name}`
  const [found, setFound] = useState(() => draftOf(readLocal(key), saved))
  const settled = useSettled(text, REST_MS)
  useEffect(() => {
    // A draft that nobody has decided about is not written over.
    if (found) return
    writeLocal(key, settled === saved ? undefined : JSON.stringify({ text: settled, atMs: nowMs() }))
  }, [key, settled, saved, found])
  return { found, forget: () => setFound(undefined), clear: () => writeLocal(key, undefined) }
}

function draftOf(kept: string | undefined, saved: string): Draft | undefined {
  if (kept === undefined) return undefined
  try {
    const draft: unknown = JSON.parse(kept)
    if (typeof draft !== 'object' || draft === null || !('text' in draft) || !('atMs' in draft)) return undefined
    const { text, atMs } = draft
    return typeof text === 'string' && typeof atMs === 'number' && text !== saved ? { text, atMs } : undefined
  } catch {
    return undefined // Not ours, or cut off: as if nothing had been kept.
  }
}
