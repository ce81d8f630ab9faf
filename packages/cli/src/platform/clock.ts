// The command line's only look at the time: how long something has been running, as its reader sees it.
export function nowMs(): number {
  return Date.now()
}

/** Resolves after the time, or when the signal says so. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(end, ms)
    signal?.addEventListener('abort', end, { once: true })
    function end(): void {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
  })
}
