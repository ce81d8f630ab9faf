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
