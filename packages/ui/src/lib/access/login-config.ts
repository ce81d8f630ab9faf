// How one signs in to this server; anybody may ask.
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { api } from '../api.ts'

export interface LoginConfig {
  /** There is no account yet. */
  readonly isSetupNeeded: boolean
  /** It is made with the token that the server has written into its log. */
  readonly needsToken: boolean
  readonly hasPassword: boolean
  readonly passwordMin: number
  /** Who signs people in from outside, each with where the browser goes. */
  readonly providers: readonly { readonly id: string; readonly name: string }[]
}

export function useLoginConfig(): UseQueryResult<LoginConfig> {
  return useQuery({
    queryKey: ['login', 'config'],
    queryFn: async ({ signal }) => {
      const [methods, setup] = await Promise.all([api.auths.methods({ signal }), api.auths.setup({ signal })])
      return {
        isSetupNeeded: !setup.done,
        needsToken: setup.needsToken,
        hasPassword: methods.loginPassword,
        passwordMin: setup.passwordConfiguration.passwordMinLength,
        providers: methods.providers.map(({ id, title }) => ({ id, name: title })),
      }
    },
    staleTime: Infinity,
  })
}
