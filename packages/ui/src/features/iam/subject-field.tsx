// Chooses a user, a service account or a group by name.
import { NativeSelect } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import type { ReactNode } from 'react'
import { t } from './messages.ts'
import { useAccounts, useGroups, useUsers } from './use-access.ts'
import type { WhoKind } from './who.tsx'

export interface SubjectFieldProps {
  readonly label: string
  readonly value: string
  readonly hasGroups?: boolean
  /** In front of all, such as oneself. */
  readonly first?: { readonly value: string; readonly label: string }
  readonly error?: string | undefined
  readonly onChange: (id: string, kind: WhoKind) => void
}

export function SubjectField({
  label,
  value,
  hasGroups = false,
  first,
  error,
  onChange,
}: SubjectFieldProps): ReactNode {
  const users = useUsers().data?.results ?? []
  const accounts = useAccounts().data?.results ?? []
  const groups = useGroups().data?.results ?? []
  const kindOf = (id: string): WhoKind => {
    if (groups.some(group => group.id === id)) return 'group'
    return accounts.some(account => account.id === id) ? 'account' : 'user'
  }
  const parts = [
    { group: t('users'), items: users.map(({ id, displayName }) => ({ value: id, label: displayName })) },
    { group: t('accounts'), items: accounts.map(({ id, name }) => ({ value: id, label: name })) },
    ...(hasGroups ? [{ group: t('groups'), items: groups.map(({ id, name }) => ({ value: id, label: name })) }] : []),
  ]
  return (
    <NativeSelect
      label={label}
      value={value}
      error={error}
      onChange={event => onChange(event.currentTarget.value, kindOf(event.currentTarget.value))}
      data={[first ?? { value: '', label: t('choose') }, ...parts.filter(({ items }) => items.length > 0)]}
    />
  )
}
