// How long answers are kept, and what is tried again. A refusal is an answer: only what got lost on the way is asked for again.
import { ApiError } from '@batuta/api'
import { notifyManager, QueryClient } from '@tanstack/react-query'
import { nowMs } from '../platform/clock.ts'
import { askOvertaken } from './ask-overtaken.ts'

// What was answered is drawn with the work that is under way, such as a turn of the wheel; in a task of its own it would wait for the next frame.
notifyManager.setScheduler(queueMicrotask)

const FRESH_MS = 2_000
const KEPT_MS = 10 * 60_000
const TRIES_MAX = 3

export const queryClient: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      gcTime: KEPT_MS,
      retry: (count, error) => !(error instanceof ApiError && error.status < 500) && count < TRIES_MAX,
      refetchOnWindowFocus: true,
    },
  },
})
askOvertaken(queryClient)

let answeredMs = 0
queryClient.getQueryCache().subscribe(event => {
  if (event.type === 'updated' && event.action.type === 'success' && event.action.manual !== true) answeredMs = nowMs()
})

/** When the server last answered a question of this page; 0 when it never did. */
export function getAnsweredMs(): number {
  return answeredMs
}
