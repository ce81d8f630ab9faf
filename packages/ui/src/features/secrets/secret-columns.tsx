import type { ReactNode } from 'react'
import { useMay } from '../../lib/access/use-may.ts'
import { Link } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { Icon } from '../../widgets/icon.tsx'
import { Menu, type MenuItem } from '../../widgets/menu.tsx'
import type { Column } from '../../widgets/table.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { tagText, type SecretRow } from './list-secrets.ts'
import { t } from './messages.ts'
import classes from './secrets.module.css'
import { t as shared } from '../../widgets/late-messages.ts'

export interface SecretColumnsOptions {
  readonly onEdit: (row: SecretRow) => void
  readonly onDelete: (row: SecretRow) => void
  /** Whose tab it is. */
  readonly here?: string | undefined
}

export function secretColumns({ onEdit, onDelete, here }: SecretColumnsOptions): readonly Column<SecretRow>[] {
  return [
    {
      id: 'name',
      title: t('name'),
      width: '24%',
      cell: row => (
        <span className={row.source === 'missing' ? classes['missing'] : classes['name']}>
          {row.source === 'missing' && <Icon name="warning" size={14} className={classes['sign']} />}
          {row.key}
        </span>
      ),
    },
    {
      id: 'namespace',
      title: t('namespace'),
      width: '14%',
      cell: row => <span className={classes['muted']}>{row.namespace ?? t('everywhere')}</span>,
    },
    { id: 'source', title: t('source'), width: '16%', cell: row => <Source row={row} here={here} /> },
    { id: 'used', title: t('usedBy'), width: '14%', cell: row => <UsedBy row={row} /> },
    {
      id: 'description',
      title: t('description'),
      isExtra: true,
      cell: row => <span className={classes['muted']}>{row.description}</span>,
    },
    { id: 'tags', title: t('tags'), width: '14%', isExtra: true, cell: row => <Tags row={row} /> },
    {
      id: 'menu',
      title: '',
      width: '56px',
      align: 'end',
      cell: row => <RowMenu row={row} onEdit={onEdit} onDelete={onDelete} />,
    },
  ]
}

/** Two lines on a narrow screen. */
export function SecretCard({ row, here }: { readonly row: SecretRow; readonly here?: string | undefined }): ReactNode {
  return (
    <span className={classes['card']}>
      <span className={classes['line']}>
        <span className={row.source === 'missing' ? classes['missing'] : classes['name']}>{row.key}</span>
        <span className={classes['muted']}>{row.namespace ?? t('everywhere')}</span>
      </span>
      <span className={classes['line']}>
        <Source row={row} here={here} />
        <span className={classes['muted']}>{t('flows', { count: row.usedBy.length })}</span>
      </span>
    </span>
  )
}

export function variableOf({ key }: { readonly key: string }): string {
  return `SECRET_${key.toUpperCase()}`
}

function Source({ row, here }: { readonly row: SecretRow; readonly here: string | undefined }): ReactNode {
  switch (row.source) {
    case 'environment':
      return t('environment', { variable: variableOf(row) })
    case 'missing':
      return <span className={classes['missing']}>{t('missing')}</span>
    case 'kept':
      return here === undefined || row.namespace === here || row.namespace === undefined
        ? t('kept')
        : t('inherited', { namespace: row.namespace })
  }
}

function UsedBy({ row: { usedBy } }: { readonly row: SecretRow }): ReactNode {
  const [first] = usedBy
  if (first === undefined) return <span className={classes['muted']}>{t('unused')}</span>
  if (usedBy.length === 1) return <Link to={paths.flow(first, 'edit')}>{first.id}</Link>
  return (
    <span tabIndex={0} {...tip(usedBy.map(({ namespace, id }) => `${namespace}.${id}`).join('\n'))}>
      {t('flows', { count: usedBy.length })}
    </span>
  )
}

function Tags({ row: { tags = [] } }: { readonly row: SecretRow }): ReactNode {
  return (
    <span className={classes['tags']}>
      {tags.map(tag => (
        <span key={tagText(tag)} className={classes['tag']}>
          {tagText(tag)}
        </span>
      ))}
    </span>
  )
}

function RowMenu({
  row,
  onEdit,
  onDelete,
}: {
  readonly row: SecretRow
  readonly onEdit: (row: SecretRow) => void
  readonly onDelete: (row: SecretRow) => void
}): ReactNode {
  const { key, source, namespace } = row
  const mayNot = useMay()
  const fixed = source === 'environment' ? t('readOnly', { variable: variableOf(row) }) : undefined
  const items: readonly MenuItem[] = [
    {
      id: 'edit',
      title: source === 'missing' ? t('write') : t('edit', { name: key }),
      icon: 'edit',
      why: mayNot(source === 'missing' ? 'SECRET:CREATE' : 'SECRET:UPDATE', namespace) ?? fixed,
      run: () => onEdit(row),
    },
    { id: 'copy', title: t('copyExpression'), icon: 'copy', run: () => void copy(`{{ secret('${key}') }}`) },
  ]
  const remove: readonly MenuItem[] =
    source === 'missing'
      ? []
      : [
          {
            id: 'delete',
            title: t('delete'),
            icon: 'trash',
            isDangerous: true,
            why: mayNot('SECRET:DELETE', namespace) ?? fixed,
            run: () => onDelete(row),
          },
        ]
  return (
    <Menu
      label={t('more', { name: key })}
      align="end"
      button={<Icon name="more" />}
      groups={[{ items }, ...(remove.length > 0 ? [{ items: remove }] : [])]}
    />
  )
}

async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text)
  showToast({ kind: 'success', text: shared('isCopied'), detail: text })
}
