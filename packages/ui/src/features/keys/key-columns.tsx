import type { ReactNode } from 'react'
import { useMay } from '../../lib/access/use-may.ts'
import { apiUrl } from '../../lib/api.ts'
import { routes } from '@batuta/api'
import { formatNumber } from '../../lib/messages.ts'
import { curlLine } from '../../widgets/copy-as.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { Menu } from '../../widgets/menu.tsx'
import type { Column } from '../../widgets/table.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { KEY_TYPE_WORDS, keyTypeOf } from './key-value.ts'
import classes from './keys.module.css'
import { idOf, type Standing } from './mark-overrides.ts'
import { t } from './messages.ts'
import { deleteKeys, type KeyRow } from './use-keys.ts'
import { t as late } from '../../widgets/late-messages.ts'
import { t as shared } from '../../widgets/messages.ts'

export const KEY_SORTS = ['key:asc', 'key:desc', 'updated:desc', 'updated:asc'] as const
export type KeySort = (typeof KEY_SORTS)[number]

export interface KeyColumnsOptions {
  readonly sort: KeySort
  readonly setSort: (sort: KeySort) => void
  readonly onEdit: (row: KeyRow) => void
  /** Which keys count in the namespace whose tab it is; absent on the page of all. */
  readonly standings?: ReadonlyMap<string, Standing> | undefined
}

export function keyColumns({ sort, setSort, onEdit, standings }: KeyColumnsOptions): readonly Column<KeyRow>[] {
  const sorted = (name: 'key' | 'updated', first: KeySort, second: KeySort): NonNullable<Column<KeyRow>['sort']> => ({
    direction: sort.startsWith(name) ? (sort.endsWith('asc') ? 'asc' : 'desc') : undefined,
    toggle: () => setSort(sort === first ? second : first),
  })
  return [
    {
      id: 'key',
      title: t('key'),
      sort: sorted('key', 'key:asc', 'key:desc'),
      cell: row => <span className={isHidden(row, standings) ? classes['hidden'] : classes['key']}>{row.key}</span>,
    },
    standings
      ? { id: 'from', title: t('from'), width: '220px', cell: row => <From row={row} standings={standings} /> }
      : {
          id: 'namespace',
          title: t('namespace'),
          width: '200px',
          cell: row => <span className={classes['muted']}>{row.namespace}</span>,
        },
    { id: 'type', title: t('type'), width: '120px', cell: row => <TypeName row={row} /> },
    { id: 'value', title: t('value'), cell: row => <code className={classes['value']}>{row.preview}</code> },
    { id: 'expires', title: t('expires'), width: '132px', cell: row => <Expires row={row} /> },
    {
      id: 'updated',
      title: t('updated'),
      width: '132px',
      isExtra: true,
      sort: sorted('updated', 'updated:desc', 'updated:asc'),
      cell: row => <Timestamp atMs={Date.parse(row.updateDate)} />,
    },
    {
      id: 'revision',
      title: t('revision'),
      width: '56px',
      align: 'end',
      isExtra: true,
      cell: row => formatNumber(row.revision),
    },
    { id: 'menu', title: '', width: '56px', align: 'end', cell: row => <RowMenu row={row} onEdit={onEdit} /> },
  ]
}

/** Two lines on a narrow screen. */
export function KeyCard({ row }: { readonly row: KeyRow }): ReactNode {
  return (
    <span className={classes['card']}>
      <span className={classes['line']}>
        <span className={classes['name']}>
          <span className={classes['muted']}>{row.namespace} / </span>
          <span className={classes['key']}>{row.key}</span>
        </span>
        <TypeName row={row} />
      </span>
      <span className={classes['line']}>
        <code className={classes['value']}>{row.preview}</code>
        {row.expirationDate !== undefined && <Expires row={row} />}
      </span>
    </span>
  )
}

function isHidden(row: KeyRow, standings: ReadonlyMap<string, Standing> | undefined): boolean {
  return standings?.get(idOf(row))?.type === 'overridden'
}

function From({
  row,
  standings,
}: {
  readonly row: KeyRow
  readonly standings: ReadonlyMap<string, Standing>
}): ReactNode {
  const standing = standings.get(idOf(row)) ?? { type: 'own' }
  switch (standing.type) {
    case 'own':
      return t('here')
    case 'overrides':
      return t('overrides', { namespace: standing.namespace })
    case 'inherited':
      return <span className={classes['muted']}>{row.namespace}</span>
    case 'overridden':
      return <span className={classes['muted']}>{t('overridden', { namespace: row.namespace })}</span>
  }
}

function TypeName({ row }: { readonly row: KeyRow }): ReactNode {
  return <span className={classes['type']}>{KEY_TYPE_WORDS[keyTypeOf(row.type ?? '')]}</span>
}

function Expires({ row }: { readonly row: KeyRow }): ReactNode {
  if (row.expirationDate === undefined) return <span className={classes['muted']}>{t('never')}</span>
  return <Timestamp atMs={Date.parse(row.expirationDate)} isRelative />
}

function RowMenu({ row, onEdit }: { readonly row: KeyRow; readonly onEdit: (row: KeyRow) => void }): ReactNode {
  const { namespace, key } = row
  const mayNot = useMay()
  return (
    <Menu
      label={t('more', { key })}
      align="end"
      button={<Icon name="more" />}
      groups={[
        { items: [{ id: 'edit', title: t('edit', { key }), icon: 'edit', run: () => onEdit(row) }] },
        {
          title: late('copyAs'),
          items: [
            {
              id: 'expression',
              title: t('expression'),
              icon: 'copy',
              run: () => void copy(t('expression'), kvCall(row)),
            },
            {
              id: 'curl',
              title: t('curl'),
              icon: 'copy',
              run: () => void copy(t('curl'), curlLine(apiUrl(routes.keys.get, { params: { namespace, key } }))),
            },
          ],
        },
        {
          items: [
            {
              id: 'delete',
              title: t('delete'),
              icon: 'trash',
              isDangerous: true,
              why: mayNot('KVSTORE:DELETE', namespace),
              run: () => void deleteKeys([row]),
            },
          ],
        },
      ]}
    />
  )
}

/** How a flow of the same namespace, or below, reads it. */
export function kvCall({ key }: { readonly key: string }): string {
  return `{{ kv('${key}') }}`
}

async function copy(name: string, text: string): Promise<void> {
  await navigator.clipboard.writeText(text)
  showToast({ kind: 'success', text: shared('copiedAs', { name }), detail: text })
}
