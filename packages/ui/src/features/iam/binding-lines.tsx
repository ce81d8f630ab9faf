// Which roles a user or a group has and where; of a user also those of its groups.
import { useState, type ReactNode } from 'react'
import { useMay } from '../../lib/access/use-may.ts'
import { Link } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { ActButton } from '../../widgets/act-button.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { Skeleton } from '../../widgets/skeleton.tsx'
import { BindingDialog } from './binding-dialog.tsx'
import { useDeleteBinding } from './use-binding.ts'
import classes from './iam.module.css'
import { t } from './messages.ts'
import { useBindings, type Binding } from './use-access.ts'
import { Badge } from './who.tsx'

export interface BindingLinesProps {
  readonly of: { readonly type: 'USER' | 'GROUP'; readonly id: string }
  readonly name: string
  /** Of a user: their ids. */
  readonly groups?: readonly string[]
}

export function BindingLines({ of, name, groups = [] }: BindingLinesProps): ReactNode {
  const { data, error, refetch } = useBindings({ of })
  const [isNew, setNew] = useState(false)
  const why = useMay()('BINDING:CREATE')
  if (error) return <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton height="2rem" />
  return (
    <>
      {data.results.length === 0 && groups.length === 0 && <p className={classes['muted']}>{t('noRoles')}</p>}
      <ul className={classes['lines']}>
        {data.results.map(binding => (
          <Line key={binding.id} binding={binding} />
        ))}
        {groups.map(id => (
          <OfGroup key={id} id={id} />
        ))}
      </ul>
      <div className={classes['foot']}>
        <ActButton
          size="compact-sm"
          why={why}
          leftSection={<Icon name="plus" size={14} />}
          onClick={() => setNew(true)}
        >
          {t('giveRole')}
        </ActButton>
      </div>
      {isNew && <BindingDialog to={{ ...of, name }} onClose={() => setNew(false)} />}
    </>
  )
}

interface LineProps {
  readonly binding: Binding
  /** It comes from there, and is taken away there. */
  readonly via?: string
}

function Line({ binding, via }: LineProps): ReactNode {
  const { id, role, namespace, isDeny, group } = binding
  const why = useMay()('BINDING:DELETE')
  const take = useDeleteBinding()
  return (
    <li>
      <span className={classes['lineText']}>
        <span className={classes['badges']}>
          {isDeny === true && <Badge look="bad">{t('denies')}</Badge>}
          <Link to={paths.access('roles', role.id)}>{role.name}</Link>
          <span>{namespace === undefined ? t('everywhere') : t('inNamespace', { namespace })}</span>
        </span>
      </span>
      {via === undefined ? (
        <ActButton size="compact-sm" why={why} onClick={() => take.mutate(id)}>
          {t('takeAway')}
        </ActButton>
      ) : (
        <span className={classes['muted']}>
          {t('viaGroup')} <Link to={paths.access('groups', group?.id)}>{via}</Link>
        </span>
      )}
    </li>
  )
}

function OfGroup({ id }: { readonly id: string }): ReactNode {
  const { data } = useBindings({ of: { type: 'GROUP', id } })
  return data?.results.map(binding => <Line key={binding.id} binding={binding} via={binding.group?.name ?? id} />)
}
