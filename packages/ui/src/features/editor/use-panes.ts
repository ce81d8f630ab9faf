// Which parts of the editor are shown: as many as there is room for, one at a time on a narrow screen.
import { useState, useSyncExternalStore } from 'react'
import { readLocal, writeLocal } from '../../platform/local-store.ts'

export type Pane = 'code' | 'form' | 'graph'

export interface Panes {
  readonly shown: readonly Pane[]
  toggle(pane: Pane): void
  show(pane: Pane): void
}

export const PANES: readonly Pane[] = ['code', 'form', 'graph']
const KEY = 'editor.panes'
const narrow = matchMedia('(max-width: 767px)')

export function usePanes(): Panes {
  const isNarrow = useSyncExternalStore(subscribe, () => narrow.matches)
  const [wished, setWished] = useState<readonly Pane[]>(() => readPanes())
  const [only, setOnly] = useState<Pane>('code')
  const keep = (next: readonly Pane[]): void => {
    setWished(next)
    writeLocal(KEY, next.join(','))
  }
  return {
    shown: isNarrow ? [only] : wished,
    toggle: pane => {
      if (isNarrow) setOnly(pane)
      else if (!wished.includes(pane)) keep(PANES.filter(other => other === pane || wished.includes(other)))
      else if (wished.length > 1) keep(wished.filter(other => other !== pane))
    },
    show: pane => {
      if (isNarrow) setOnly(pane)
      else if (!wished.includes(pane)) keep(PANES.filter(other => other === pane || wished.includes(other)))
    },
  }
}

function readPanes(): readonly Pane[] {
  const kept = readLocal(KEY)?.split(',') ?? ['code', 'graph']
  const panes = PANES.filter(pane => kept.includes(pane))
  return panes.length === 0 ? ['code'] : panes
}

function subscribe(listener: () => void): () => void {
  narrow.addEventListener('change', listener)
  return () => narrow.removeEventListener('change', listener)
}
