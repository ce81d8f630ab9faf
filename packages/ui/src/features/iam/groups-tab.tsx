import type { ReactNode } from 'react'
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
import { useChange, useGroups, type GroupRow } from './use-access.ts'
import { Who } from './who.tsx'

const PARAMS = { q: textParam, new: flagParam }

export function GroupsTab(): ReactNode {
  const [{ q = '', new: isNew }, setSearch] = useSearchState(PARAMS)
  const query = useGroups(q)
  const mayNot = useMay()
  const go = useGo()
  const create = useChange(
    async (body: { readonly name: string; readonly description: string }) => await api.groups.create({ body }),
    ({ name }) => t('groupMade', { name }),
  )
  return (
    <>
      <AccessList
        label={t('groups')}
        query={query}
        columns={COLUMNS}
        rowKey={({ id }) => id}
        rowTo={({ id }) => paths.access('groups', id)}
        rowLabel={({ name }) => name}
        card={group => <Card group={group} />}
        search={{ q, hint: t('searchName'), onSearch: text => setSearch({ q: text || undefined }, { replace: true }) }}
        creation={{ title: t('newGroup'), why: mayNot('GROUP:CREATE'), run: () => setSearch({ new: true }) }}
        nothing={{ icon: 'users', title: t('noGroups'), text: t('noGroupsText') }}
      />
      {isNew && (
        <NameDialog
          title={t('newGroup')}
          hint={t('groupNameHint')}
          error={create.error}
          isBusy={create.isPending}
          onClose={() => setSearch({ new: false })}
          onSave={given => create.mutate(given, { onSuccess: ({ id }) => go(paths.access('groups', id)) })}
        />
      )}
    </>
  )
}

const COLUMNS: readonly Column<GroupRow>[] = [
  { id: 'name', title: t('name'), cell: ({ name }) => <Who kind="group" name={name} /> },
  { id: 'description', title: t('description'), cell: ({ description }) => description },
  {
    id: 'members',
    title: t('members'),
    width: '110px',
    align: 'end',
    cell: ({ members }) => members !== undefined && formatNumber(members),
  },
]

function Card({ group }: { readonly group: GroupRow }): ReactNode {
  return (
    <span className={classes['card']}>
      <span className={classes['cardLine']}>
        <span className={classes['strong']}>{group.name}</span>
        {group.members !== undefined && (
          <span className={classes['muted']}>{t('memberCount', { count: group.members })}</span>
        )}
      </span>
      <span className={classes['muted']}>{group.description}</span>
    </span>
  )
}
