import type { UseMutationResult } from '@tanstack/react-query'
import { api } from '../../lib/api.ts'
import { t } from './messages.ts'
import { useChange, useTold } from './use-access.ts'

export interface BindingDraft {
  readonly type: 'USER' | 'GROUP'
  readonly externalId: string
  readonly roleId: string
  /** Empty: everywhere. */
  readonly namespace: string
  readonly isDeny: boolean
}

export function useCreateBinding(): UseMutationResult<unknown, Error, BindingDraft> {
  return useChange(
    async ({ namespace, ...rest }: BindingDraft) =>
      await api.bindings.create({ body: { ...rest, namespaceId: namespace.trim() === '' ? null : namespace.trim() } }),
    () => t('roleGiven'),
  )
}

export function useDeleteBinding(): UseMutationResult<unknown, Error, string> {
  return useTold(
    async (id: string) => await api.bindings.delete({ params: { id } }),
    () => t('roleTaken'),
    t('roleNotTaken'),
  )
}
