import type { ReactNode } from 'react'
import { useMay } from '../../lib/access/use-may.ts'
import { useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { flagParam, textParam, useSearchState } from '../../lib/search-state.ts'
import type { Column } from '../../widgets/table.tsx'
import { AccessList } from './access-list.tsx'
import classes from './iam.module.css'
import { t } from './messages.ts'
import { useUsers, type UserRow } from './use-access.ts'
import { UserDialog } from './user-dialog.tsx'
import { Badge, Who } from './who.tsx'

const PARAMS = { q: textParam, new: flagParam }

export function UsersTab(): ReactNode {
  const [{ q = '', new: isNew }, setSearch] = useSearchState(PARAMS)
  const query = useUsers(q)
  const mayNot = useMay()
  const go = useGo()
  return (
    <>
      <AccessList
        label={t('users')}
        query={query}
        columns={COLUMNS}
        rowKey={({ id }) => id}
        rowTo={({ id }) => paths.access('users', id)}
        rowLabel={({ displayName }) => displayName}
        card={user => <Card user={user} />}
        search={{ q, hint: t('searchUsers'), onSearch: text => setSearch({ q: text || undefined }, { replace: true }) }}
        creation={{ title: t('newUser'), why: mayNot('USER:CREATE'), run: () => setSearch({ new: true }) }}
        nothing={{ icon: 'user', title: t('noUsers'), text: t('noUsersText') }}
      />
      {isNew && <UserDialog onClose={() => setSearch({ new: false })} onMade={id => go(paths.access('users', id))} />}
    </>
  )
}

const COLUMNS: readonly Column<UserRow>[] = [
  {
    id: 'name',
    title: t('name'),
    cell: ({ displayName }) => <Who kind="user" name={displayName} />,
  },
  { id: 'username', title: t('username'), cell: ({ username }) => username },
  { id: 'ways', title: t('ways'), isExtra: true, cell: ({ auths }) => waysOf(auths) },
  { id: 'state', title: t('state'), width: '220px', cell: user => <UserBadges user={user} /> },
]

export function UserBadges({
  user,
}: {
  readonly user: Pick<UserRow, 'disabled' | 'locked' | 'superAdmin' | 'restricted'>
}): ReactNode {
  const { disabled, locked, superAdmin, restricted } = user
  return (
    <span className={classes['badges']}>
      {disabled ? <Badge look="bad">{t('isDisabled')}</Badge> : <Badge look="good">{t('isActive')}</Badge>}
      {locked === true && <Badge look="warn">{t('isLocked')}</Badge>}
      {superAdmin && <Badge look="accent">{t('superAdmin')}</Badge>}
      {restricted && <Badge>{t('restricted')}</Badge>}
    </span>
  )
}

/** `Password, Okta`. */
export function waysOf(auths: readonly { readonly name: string; readonly type: string }[]): string {
  return auths.map(({ name, type }) => (type === 'BASIC_AUTH' ? t('password') : name)).join(', ') || t('noWays')
}

function Card({ user }: { readonly user: UserRow }): ReactNode {
  return (
    <span className={classes['card']}>
      <span className={classes['cardLine']}>
        <span className={classes['strong']}>{user.displayName}</span>
        <UserBadges user={user} />
      </span>
      <span className={classes['muted']}>{user.username}</span>
    </span>
  )
}
