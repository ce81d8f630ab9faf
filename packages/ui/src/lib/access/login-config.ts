// How one signs in to this server; anybody may ask.
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { ask } from './ask.ts'

export interface LoginProvider {
  readonly id: string
  readonly name: string
  /** `oidc` leads away and comes back; `ldap` takes name and password here. */
  readonly type: string
  /** Where the browser goes, for those that lead away. */
  readonly url?: string
}

export interface LoginConfig {
  readonly isBasicAuthEnabled?: boolean
  /** Nobody has to sign in. */
  readonly isOpen?: boolean
  /** There is no account yet. */
  readonly isSetupNeeded?: boolean
  readonly isPasswordEnabled?: boolean
  readonly providers?: readonly LoginProvider[]
}

export function useLoginConfig(): UseQueryResult<LoginConfig> {
  return useQuery({
    queryKey: ['login', 'config'],
    queryFn: ({ signal }) => ask<LoginConfig>('/configs/login', { signal }),
    staleTime: Infinity,
  })
}
