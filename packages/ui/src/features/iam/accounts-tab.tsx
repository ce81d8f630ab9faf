import type { ReactNode } from 'react'
import { useMay } from '../../lib/access/use-may.ts'
import { api } from '../../lib/api.ts'
import { useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { flagParam, textParam, useSearchState } from '../../lib/search-state.ts'
import type { Column } from '../../widgets/table.tsx'
import { AccessList } from './access-list.tsx'
import classes from './iam.module.css'
import { t } from './messages.ts'
import { NameDialog } from './name-dialog.tsx'
import { useAccounts, useChange, type Account } from './use-access.ts'
import { Badge, Who } from './who.tsx'

const PARAMS = { q: textParam, new: flagParam }

export function AccountsTab(): ReactNode {
  const [{ q = '', new: isNew }, setSearch] = useSearchState(PARAMS)
  const query = useAccounts(q)
  const mayNot = useMay()
  const go = useGo()
  const create = useChange(
    async (body: { readonly name: string; readonly description: string }) => await api.serviceAccounts.create({ body }),
    ({ name }) => t('accountMade', { name }),
  )
  return (
    <>
      <AccessList
        label={t('accounts')}
        query={query}
        columns={COLUMNS}
        rowKey={({ id }) => id}
        rowTo={({ id }) => paths.access('service-accounts', id)}
        rowLabel={({ name }) => name}
        card={account => <Card account={account} />}
        search={{ q, hint: t('searchName'), onSearch: text => setSearch({ q: text || undefined }, { replace: true }) }}
        creation={{
          title: t('newAccount'),
          why: mayNot('SERVICE_ACCOUNT:CREATE'),
          run: () => setSearch({ new: true }),
        }}
        nothing={{ icon: 'code', title: t('noAccounts'), text: t('noAccountsText') }}
      />
      {isNew && (
        <NameDialog
          title={t('newAccount')}
          hint={t('accountNameHint')}
          error={create.error}
          isBusy={create.isPending}
          onClose={() => setSearch({ new: false })}
          onSave={given => create.mutate(given, { onSuccess: ({ id }) => go(paths.access('service-accounts', id)) })}
        />
      )}
    </>
  )
}

const COLUMNS: readonly Column<Account>[] = [
  { id: 'name', title: t('name'), cell: ({ name }) => <Who kind="account" name={name} /> },
  { id: 'description', title: t('description'), cell: ({ description }) => description },
  {
    id: 'state',
    title: t('rights'),
    width: '160px',
    cell: ({ superAdmin }) => superAdmin && <Badge look="accent">{t('superAdmin')}</Badge>,
  },
]

function Card({ account }: { readonly account: Account }): ReactNode {
  return (
    <span className={classes['card']}>
      <span className={classes['cardLine']}>
        <span className={classes['strong']}>{account.name}</span>
        {account.superAdmin && <Badge look="accent">{t('superAdmin')}</Badge>}
      </span>
      <span className={classes['muted']}>{account.description}</span>
    </span>
  )
}
