// One service account: what it may do, and its tokens.
import type { ReactNode } from 'react'
import { useMay } from '../../lib/access/use-may.ts'
import { api } from '../../lib/api.ts'
import { Link, useGo } from '../../lib/link.tsx'
import { paths, withQuery } from '../../lib/paths.ts'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { BindingLines } from './binding-lines.tsx'
import { Box } from './box.tsx'
import { DeleteMenu } from './delete-menu.tsx'
import classes from './iam.module.css'
import { t } from './messages.ts'
import { NameForm, type Named } from './name-form.tsx'
import { TokenLines } from './token-lines.tsx'
import { useAccount, useChange, useTold, type Account } from './use-access.ts'
import { SuperAdminCheck } from './user-dialog.tsx'
import { Badge, Who } from './who.tsx'

export function AccountView({ id }: { readonly id: string }): ReactNode {
  const { data: account, error, refetch } = useAccount(id)
  const go = useGo()
  const why = useMay()('SERVICE_ACCOUNT:DELETE')
  const remove = useTold(
    async () => await api.serviceAccounts.delete({ params: { id } }),
    () => t('deleted', { name: account?.name ?? id }),
    t('notDeleted', { name: account?.name ?? id }),
  )
  if (error) return <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />
  if (!account) return <SkeletonRows rows={6} />
  const { name } = account
  return (
    <div className={classes['view']}>
      <div className={classes['boxHead']}>
        <h2>
          <Who kind="account" name={name} />
        </h2>
        {account.superAdmin && <Badge look="accent">{t('superAdmin')}</Badge>}
        <DeleteMenu
          name={name}
          why={why}
          text={t('deleteAccountText')}
          onDelete={() => remove.mutate(undefined, { onSuccess: () => go(paths.access('service-accounts')) })}
        />
      </div>
      <Profile key={JSON.stringify(account)} account={account} />
      <Box
        title={t('rolesOf')}
        action={<Link to={withQuery(paths.access('explain'), [['who', id]])}>{t('whatMay', { name })}</Link>}
      >
        <BindingLines of={{ type: 'USER', id }} name={name} />
      </Box>
      <Box title={t('tokens')}>
        <TokenLines of={{ kind: 'account', id }} />
      </Box>
    </div>
  )
}

interface Draft extends Named {
  readonly superAdmin: boolean
}

function Profile({ account }: { readonly account: Account }): ReactNode {
  const { id, name, description = '', superAdmin } = account
  const why = useMay()('SERVICE_ACCOUNT:UPDATE')
  const save = useChange(
    async (draft: Draft) => {
      const body = { name: draft.name.trim(), description: draft.description.trim() }
      await api.serviceAccounts.patch({ params: { id }, body })
      if (draft.superAdmin !== superAdmin)
        await api.serviceAccounts.setSuperAdmin({ params: { id }, body: { superAdmin: draft.superAdmin } })
    },
    given => t('saved', { name: given.name }),
  )
  return (
    <Box title={t('profile')}>
      <NameForm<Draft>
        value={{ name, description, superAdmin }}
        why={why}
        error={save.error}
        isBusy={save.isPending}
        more={(draft, change) => (
          <SuperAdminCheck isOn={draft.superAdmin} onChange={isOn => change({ superAdmin: isOn })} />
        )}
        onSave={draft => save.mutate(draft)}
      />
    </Box>
  )
}
