// Who is asking, and what they may do.
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { queryClient } from '../query.ts'
import { ask } from './ask.ts'
import type { Permissions } from './may.ts'

export interface Me {
  readonly id?: string
  readonly username: string
  readonly email?: string
  readonly firstName?: string
  readonly lastName?: string
  readonly superAdmin?: boolean
  /** Nobody has to sign in to this server. */
  readonly isOpen?: boolean
  /** How it is known who asks. */
  readonly via?: string
  readonly impersonatedBy?: { readonly id: string; readonly username: string }
  /** Absent: everything. */
  readonly permissions?: Permissions
}

const KEY = ['me'] as const
/** What one may do changes seldom, and the server checks by itself. */
const FRESH_MS = 60_000

export function useMe(): UseQueryResult<Me> {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => ask<Me>('/me', { signal }),
    staleTime: FRESH_MS,
    gcTime: Infinity,
    retry: false,
  })
}

/** What is known of them without asking. */
export function findMe(): Me | undefined {
  return queryClient.getQueryData(KEY)
}

/** `Ada Lovelace`, or how she signs in. */
export function nameOf({ firstName, lastName, username }: Pick<Me, 'firstName' | 'lastName' | 'username'>): string {
  return [firstName, lastName].filter(Boolean).join(' ') || username
}
