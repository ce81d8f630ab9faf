// Parts of the shell that nobody sees at first – the palette, the list of shortcuts, who watches operations – come in a program of their own, fetched when they are asked
// for or when the page has all that it asked for at first.
import { FIRST_RUN } from '../features/welcome/first-run.ts'
import { usePath } from '../lib/link.tsx'
import { getAnsweredMs, queryClient } from '../lib/query.ts'
import { readLocal } from '../platform/local-store.ts'
import type * as lateProgram from './late.tsx'
import { lazyDialog, partFailure, tellPartFailed } from '../widgets/lazy-part.tsx'
import { useCallback, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react'

export type Part = 'palette' | 'shortcuts'

type Late = typeof lateProgram
const HelpDrawer = lazyDialog(async () => (await import('./late.tsx')).HelpDrawer)
/** Without a question for so long, the page has what it is for. */
const QUIET_MS = 250
/** A page that has asked nothing yet may be on its way still. */
const UNASKED_MS = 2_000
/** However much goes on. */
const LATEST_MS = 10_000

let part: Part | undefined
const listeners = new Set<() => void>()

/** Which part is shown, and how to show one. */
export function usePart(): readonly [Part | undefined, (next: Part | undefined) => void] {
  return [useSyncExternalStore(subscribe, () => part), showPart]
}

export function showPart(next: Part | undefined): void {
  part = next
  for (const listener of listeners) listener()
}

export function LateParts(): ReactNode {
  const [shown] = usePart()
  const isFirstRun = readLocal(FIRST_RUN) !== undefined
  const late = useLate(shown !== undefined || isFirstRun)
  if (late === undefined) return null
  const { Announcements, FirstRunNote, MoreActions, OperationHost, Palette, Recents, Shortcuts } = late
  return (
    <>
      {isFirstRun && <FirstRunNote />}
      <OperationHost />
      <Announcements />
      <Recents />
      <MoreActions />
      {shown === 'palette' && <Palette onClose={closePart} />}
      {shown === 'shortcuts' && <Shortcuts onClose={closePart} />}
    </>
  )
}

function closePart(): void {
  showPart(undefined)
}

/** Their program: at once when somebody asks for one of them, else when the page has what it is for. What fails then is tried again with the next page. */
function useLate(isWanted: boolean): Late | undefined {
  const [late, setLate] = useState<Late>()
  const path = usePath()
  const isMissing = late === undefined
  const fetchLate = useCallback(async (): Promise<void> => {
    const found = await import('./late.tsx')
    found.startSync()
    setLate(found)
  }, [])
  useEffect(() => {
    if (!isMissing) return undefined
    return onceQuiet(() => void fetchLate().catch(() => undefined))
  }, [isMissing, path, fetchLate])
  useEffect(() => {
    if (!isMissing || !isWanted) return
    void fetchLate().catch((error: unknown) => {
      closePart()
      tellPartFailed(partFailure(error))
    })
  }, [isMissing, isWanted, fetchLate])
  return late
}

/** Calls once, when the questions of the page are answered: what comes late may not take the line, or the processor, from what the page is for. */
function onceQuiet(run: () => void): () => void {
  const latest = setTimeout(() => end(run), LATEST_MS)
  let timer: ReturnType<typeof setTimeout> | undefined
  let idle: number | undefined
  const look = (): void => {
    clearTimeout(timer)
    if (queryClient.isFetching() > 0) return
    timer = setTimeout(
      () => {
        // Not every browser tells when it is idle.
        if (typeof requestIdleCallback === 'function') idle = requestIdleCallback(() => end(run), { timeout: QUIET_MS })
        else end(run)
      },
      getAnsweredMs() > 0 ? QUIET_MS : UNASKED_MS,
    )
  }
  const leave = queryClient.getQueryCache().subscribe(look)
  const end = (last: () => void): void => {
    leave()
    clearTimeout(timer)
    clearTimeout(latest)
    if (idle !== undefined) cancelIdleCallback(idle)
    last()
  }
  look()
  return () => end(() => undefined)
}

let isHelping = false

export function useHelping(): readonly [boolean, (isHelping: boolean) => void] {
  return [useSyncExternalStore(subscribe, () => isHelping), showHelp]
}

function showHelp(isShown: boolean): void {
  isHelping = isShown
  for (const listener of listeners) listener()
}

/** Stands beside the page, not over it. */
export function Help(): ReactNode {
  const [isShown, show] = useHelping()
  if (!isShown) return null
  return <HelpDrawer onClose={() => show(false)} />
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
