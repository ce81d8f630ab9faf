import { useCallback, useMemo, useSyncExternalStore } from 'react'

/** Whether the window is as `(min-width: 1280px)` says; known before the first paint. */
export function useMedia(query: string): boolean {
  const media = useMemo(() => matchMedia(query), [query])
  const subscribe = useCallback(
    (listener: () => void): (() => void) => {
      media.addEventListener('change', listener)
      return () => media.removeEventListener('change', listener)
    },
    [media],
  )
  return useSyncExternalStore(subscribe, () => media.matches)
}
