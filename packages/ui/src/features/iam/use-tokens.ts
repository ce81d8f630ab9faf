// The tokens of somebody: one's own, those of a user, those of a service account.
import { useQuery, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query'
import { api } from '../../lib/api.ts'
import { t } from './messages.ts'
import { useChange, useTold, type Found, type Token } from './use-access.ts'

export type TokenOwner =
  | { readonly kind: 'me' }
  | { readonly kind: 'user'; readonly id: string }
  | { readonly kind: 'account'; readonly id: string }

export type NewToken = Parameters<typeof api.me.createToken>[0]['body']
export type MadeToken = Awaited<ReturnType<typeof api.me.createToken>>

export function tokensQuery(owner: TokenOwner): {
  readonly queryKey: readonly string[]
  queryFn(given: { readonly signal: AbortSignal }): Promise<Found<Token>>
} {
  return {
    queryKey: ['access', 'tokens', owner.kind, 'id' in owner ? owner.id : ''],
    queryFn: ({ signal }) => readTokens(owner, signal),
  }
}

export function useTokens(owner: TokenOwner): UseQueryResult<Found<Token>> {
  return useQuery(tokensQuery(owner))
}

async function readTokens(owner: TokenOwner, signal: AbortSignal): Promise<Found<Token>> {
  switch (owner.kind) {
    case 'me':
      return await api.me.tokens({ signal })
    case 'user':
      return await api.users.tokens({ params: { id: owner.id }, signal })
    case 'account':
      return await api.serviceAccounts.tokens({ params: { id: owner.id }, signal })
  }
}

export function useCreateToken(owner: TokenOwner): UseMutationResult<MadeToken, Error, NewToken> {
  return useChange(
    async (body: NewToken) => await createToken(owner, body),
    ({ name }) => t('tokenMade', { name }),
  )
}

async function createToken(owner: TokenOwner, body: NewToken): Promise<MadeToken> {
  switch (owner.kind) {
    case 'me':
      return await api.me.createToken({ body })
    case 'user':
      return await api.users.createToken({ params: { id: owner.id }, body })
    case 'account':
      return await api.serviceAccounts.createToken({ params: { id: owner.id }, body })
  }
}

export function useRevokeToken(owner: TokenOwner): UseMutationResult<unknown, Error, Token> {
  return useTold(
    async ({ id }: Token) => await revokeToken(owner, id),
    ({ name }) => t('tokenRevoked', { name }),
    t('tokenNotRevoked'),
  )
}

async function revokeToken(owner: TokenOwner, tokenId: string): Promise<unknown> {
  switch (owner.kind) {
    case 'me':
      return await api.me.deleteToken({ params: { tokenId } })
    case 'user':
      return await api.users.deleteToken({ params: { id: owner.id, tokenId } })
    case 'account':
      return await api.serviceAccounts.deleteToken({ params: { id: owner.id, tokenId } })
  }
}
