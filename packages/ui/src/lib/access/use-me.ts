// Who is asking, and what they may do.
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { api } from '../api.ts'
import { queryClient } from '../query.ts'

export type Me = Awaited<ReturnType<typeof api.me.get>>

export const ME = ['me'] as const
/** What one may do changes seldom, and the server checks by itself. */
const FRESH_MS = 60_000

export function useMe(): UseQueryResult<Me> {
  return useQuery({
    queryKey: ME,
    queryFn: ({ signal }) => api.me.get({ signal }),
    staleTime: FRESH_MS,
    gcTime: Infinity,
    retry: false,
  })
}

/** What is known of them without asking. */
export function findMe(): Me | undefined {
  return queryClient.getQueryData(ME)
}

/** `Ada Lovelace`, or how she signs in. */
export function nameOf({ profile: { firstName, lastName, username } }: Pick<Me, 'profile'>): string {
  return [firstName, lastName].filter(Boolean).join(' ') || username
}
