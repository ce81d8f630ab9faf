// A try that is under way, and what the last one came to. Whoever leaves the page stops it.
import { ApiError } from '@batuta/api'
import { useCallback, useEffect, useRef, useState } from 'react'
import { api } from '../../../lib/api.ts'

export type Tried = Awaited<ReturnType<typeof api.flows.try>>
export type TriedRun = NonNullable<NonNullable<Tried['execution']>['taskRunList']>[number]
export type TryWish = Parameters<typeof api.flows.try>[0]['body']

export interface Trial {
  readonly isRunning: boolean
  readonly result: { readonly wish: TryWish; readonly tried: Tried } | undefined
  readonly error: unknown
  start(wish: TryWish): void
  stop(): void
}

export function useTry(): Trial {
  const [result, setResult] = useState<Trial['result']>(undefined)
  const [error, setError] = useState<unknown>(undefined)
  const [isRunning, setRunning] = useState(false)
  const running = useRef<AbortController>(undefined)
  const stop = useCallback(() => running.current?.abort(), [])
  useEffect(() => stop, [stop])
  const run = async (wish: TryWish): Promise<void> => {
    stop()
    const control = new AbortController()
    running.current = control
    setRunning(true)
    setError(undefined)
    try {
      setResult({ wish, tried: await api.flows.try({ body: wish, signal: control.signal }) })
    } catch (reason) {
      if (!(reason instanceof ApiError) && !(reason instanceof TypeError) && !control.signal.aborted) throw reason
      if (!control.signal.aborted) setError(reason)
    } finally {
      if (running.current === control) setRunning(false)
    }
  }
  return { isRunning, result, error, start: wish => void run(wish), stop }
}
