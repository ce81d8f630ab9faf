// The moment when what a page is for is there, and the browser has nothing else to do: what can wait is fetched then.
import { useEffect, useState } from 'react'

/** From then on for good: what was asked for once is not taken away while the page loads more. */
export function useRest(isReady: boolean): boolean {
  const [isResting, setResting] = useState(false)
  useEffect(() => {
    if (!isReady || isResting) return undefined
    if (typeof requestIdleCallback !== 'function') {
      setResting(true)
      return undefined
    }
    const idle = requestIdleCallback(() => setResting(true))
    return () => cancelIdleCallback(idle)
  }, [isReady, isResting])
  return isResting
}
