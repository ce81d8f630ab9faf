// What is not saved survives the page: kept in this browser while one writes, thrown away when it is saved. Each tab keeps its own; what a tab that is
// gone has left is offered to the next one that opens the flow.
import { useCallback, useEffect, useRef, useState } from 'react'
import { nowMs } from '../../platform/clock.ts'
import { openDraftSlot, type DraftSlot, type LeftDraft } from '../../platform/draft-store.ts'

/** At most as much writing is lost when the page dies. */
const KEEP_MS = 1_000

export interface Written {
  readonly text: string
  /** As the server has it, or what a new flow begins with. */
  readonly saved: string
  /** The revision that it is a change of, of what has revisions. */
  readonly base?: number | undefined
}

export interface DraftState {
  /** Of a tab that is gone; the latest, when there are several. */
  readonly found: LeftDraft | undefined
  /** The browser keeps none. */
  readonly isRefused: boolean
  /** It is taken, or thrown away: the next one is shown. */
  forget(): void
  /** It is saved: nothing is kept any more. */
  clear(): void
}

export function useDraft(name: string, written: Written): DraftState {
  const [left, setLeft] = useState<readonly LeftDraft[]>([])
  const [isRefused, setRefused] = useState(false)
  const slot = useRef<DraftSlot>(undefined)
  const newest = useRef(written)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const write = useCallback(() => {
    clearTimeout(timer.current)
    timer.current = undefined
    const { text, saved, base } = newest.current
    const draft = text === saved ? undefined : { text, atMs: nowMs(), ...(base !== undefined && { base }) }
    const isKept = slot.current?.write(draft) ?? true
    setRefused(!isKept)
  }, [])
  useEffect(() => {
    const opened = openDraftSlot(name)
    slot.current = opened
    let isOver = false
    void opened.findLeft().then(found => {
      if (!isOver) setLeft(found.filter(({ text }) => text !== newest.current.saved))
    })
    addEventListener('pagehide', write)
    document.addEventListener('visibilitychange', write)
    return () => {
      isOver = true
      write()
      removeEventListener('pagehide', write)
      document.removeEventListener('visibilitychange', write)
      opened.close()
    }
  }, [name, write])
  const { text, saved, base } = written
  useEffect(() => {
    newest.current = { text, saved, base }
    timer.current ??= setTimeout(write, KEEP_MS)
  }, [text, saved, base, write])
  const [found] = left
  return {
    found,
    isRefused,
    forget: () => {
      write()
      if (found) slot.current?.remove(found.key)
      setLeft(left.slice(1))
    },
    clear: () => {
      clearTimeout(timer.current)
      timer.current = undefined
      slot.current?.write(undefined)
    },
  }
}
