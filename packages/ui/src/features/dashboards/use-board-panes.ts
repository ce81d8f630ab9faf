// Which parts of the editor of boards are shown; one at a time on a narrow screen.
import { useState, useSyncExternalStore } from 'react'
import { readLocal, writeLocal } from '../../platform/local-store.ts'

export type BoardPane = 'code' | 'form' | 'preview'

export interface BoardPanes {
  readonly shown: readonly BoardPane[]
  toggle(pane: BoardPane): void
  show(pane: BoardPane): void
}

const PANES: readonly BoardPane[] = ['code', 'form', 'preview']
const KEY = 'board.panes'
const narrow = matchMedia('(max-width: 767px)')

export function useBoardPanes(): BoardPanes {
  const isNarrow = useSyncExternalStore(subscribe, () => narrow.matches)
  const [wished, setWished] = useState<readonly BoardPane[]>(readPanes)
  const [only, setOnly] = useState<BoardPane>('form')
  const keep = (next: readonly BoardPane[]): void => {
    setWished(next)
    writeLocal(KEY, next.join(','))
  }
  const show = (pane: BoardPane): void => {
    if (isNarrow) setOnly(pane)
    else if (!wished.includes(pane)) keep(PANES.filter(other => other === pane || wished.includes(other)))
  }
  return {
    shown: isNarrow ? [only] : wished,
    show,
    toggle: pane => {
      if (isNarrow || !wished.includes(pane)) show(pane)
      else if (wished.length > 1) keep(wished.filter(other => other !== pane))
    },
  }
}

function readPanes(): readonly BoardPane[] {
  const kept = readLocal(KEY)?.split(',') ?? ['form', 'preview']
  const panes = PANES.filter(pane => kept.includes(pane))
  return panes.length === 0 ? ['form', 'preview'] : panes
}

function subscribe(listener: () => void): () => void {
  narrow.addEventListener('change', listener)
  return () => narrow.removeEventListener('change', listener)
}
