import { NativeSelect } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { MANAGED_ROLES } from '@batuta/core'
import { useState, type ReactNode } from 'react'
import { useMay } from '../../lib/access/use-may.ts'
import { api } from '../../lib/api.ts'
import { useGo } from '../../lib/link.tsx'
import { formatNumber } from '../../lib/messages.ts'
import { paths } from '../../lib/paths.ts'
import { flagParam, textParam, useSearchState } from '../../lib/search-state.ts'
import type { Column } from '../../widgets/table.tsx'
import { AccessList } from './access-list.tsx'
import classes from './iam.module.css'
import { t } from './messages.ts'
import { NameDialog } from './name-dialog.tsx'
import { useChange, useRoles, type RoleRow } from './use-access.ts'
import { Badge } from './who.tsx'

const PARAMS = { q: textParam, new: flagParam }

export function RolesTab(): ReactNode {
  const [{ q = '', new: isNew }, setSearch] = useSearchState(PARAMS)
  const query = useRoles(q)
  const mayNot = useMay()
  return (
    <>
      <AccessList
        label={t('roles')}
        query={query}
        columns={COLUMNS}
        rowKey={({ id }) => id}
        rowTo={({ id }) => paths.access('roles', id)}
        rowLabel={({ name }) => name}
        card={role => <Card role={role} />}
        search={{ q, hint: t('searchName'), onSearch: text => setSearch({ q: text || undefined }, { replace: true }) }}
        creation={{ title: t('newRole'), why: mayNot('ROLE:CREATE'), run: () => setSearch({ new: true }) }}
        nothing={{ icon: 'shield', title: t('noRolesYet') }}
      />
      {isNew && <NewRole onClose={() => setSearch({ new: false })} />}
    </>
  )
}

/** It begins as one of those that come with the server, or with nothing. */
function NewRole({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [template, setTemplate] = useState('viewer')
  const go = useGo()
  const create = useChange(
    async (given: { readonly name: string; readonly description: string }) =>
      await api.roles.create({ body: { ...given, permissions: permissionsOf(template), isDefault: false } }),
    ({ name }) => t('roleMade', { name }),
  )
  return (
    <NameDialog
      title={t('newRole')}
      hint={t('roleNameHint')}
      error={create.error}
      isBusy={create.isPending}
      onClose={onClose}
      onSave={given => create.mutate(given, { onSuccess: ({ id }) => go(paths.access('roles', id)) })}
    >
      <NativeSelect
        label={t('beginWith')}
        value={template}
        onChange={event => setTemplate(event.currentTarget.value)}
        data={[
          { value: '', label: t('nothing') },
          ...MANAGED_ROLES.map(({ id, name, description }) => ({ value: id, label: `${name}: ${description}` })),
        ]}
      />
    </NameDialog>
  )
}

function permissionsOf(template: string): Record<string, string[]> {
  const permissions = MANAGED_ROLES.find(({ id }) => id === template)?.permissions ?? {}
  return Object.fromEntries(Object.entries(permissions).map(([resource, actions]) => [resource, [...actions]]))
}

const COLUMNS: readonly Column<RoleRow>[] = [
  { id: 'name', title: t('name'), cell: ({ name }) => <span className={classes['strong']}>{name}</span> },
  { id: 'kind', title: t('kind'), width: '240px', cell: role => <Kind role={role} /> },
  {
    id: 'permissions',
    title: t('permissions'),
    width: '120px',
    align: 'end',
    cell: ({ permissionCount }) => permissionCount !== undefined && formatNumber(permissionCount),
  },
]

function Kind({ role: { isManaged, isDefault } }: { readonly role: RoleRow }): ReactNode {
  return (
    <span className={classes['badges']}>
      {isManaged ? <Badge>{t('managed')}</Badge> : <Badge look="accent">{t('own')}</Badge>}
      {isDefault && <Badge look="warn">{t('isDefault')}</Badge>}
    </span>
  )
}

function Card({ role }: { readonly role: RoleRow }): ReactNode {
  return (
    <span className={classes['card']}>
      <span className={classes['cardLine']}>
        <span className={classes['strong']}>{role.name}</span>
        <Kind role={role} />
      </span>
      <span className={classes['muted']}>{t('permissionCount', { count: role.permissionCount ?? 0 })}</span>
    </span>
  )
}
