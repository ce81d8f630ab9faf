// How long answers are kept, and what is tried again. A refusal is an answer: only what got lost on the way is asked for again.
import { ApiError } from '@batuta/api'
import { QueryClient } from '@tanstack/react-query'

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
