// The one place of the page that reads the clock.
import { useEffect, useState } from 'react'

export function nowMs(): number {
  return Date.now()
}

/** The time, told again every `everyMs`; it stands still while the tab is hidden. */
export function useNow(everyMs: number, isOn: boolean = true): number {
  const [now, setNow] = useState(nowMs)
  useEffect(() => {
    if (!isOn) return undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const tick = (): void => {
      if (document.visibilityState === 'visible') setNow(nowMs())
      timer = setTimeout(tick, everyMs)
    }
    timer = setTimeout(tick, everyMs)
    return () => clearTimeout(timer)
  }, [everyMs, isOn])
  return now
}

/** What nobody waits for; a key or a frame comes in between. */
const SLICE_MS = 8

/**
 * Goes through all steps, a few milliseconds at a time. Between them come keys and frames, but nothing that waits until the page is idle, and no rest as
 * between timers. Returns how to stop it.
 */
export function runInSlices(steps: Iterator<unknown>, onDone: () => void): () => void {
  const { port1, port2 } = new MessageChannel()
  const stop = (): void => port1.close()
  port1.onmessage = (): void => {
    const endMs = performance.now() + SLICE_MS
    let isOver = false
    while (!isOver && performance.now() < endMs) isOver = steps.next().done === true
    if (!isOver) return port2.postMessage(undefined)
    stop()
    return onDone()
  }
  port2.postMessage(undefined)
  return stop
}
