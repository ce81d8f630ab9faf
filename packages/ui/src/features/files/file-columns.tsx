import type { ReactNode } from 'react'
import { Icon } from '../../widgets/icon.tsx'
import { Menu, type MenuItem } from '../../widgets/menu.tsx'
import type { Column } from '../../widgets/table.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { formatSize, type FileLine } from './file-tree.ts'
import classes from './files.module.css'
import { t } from './messages.ts'
import { t as shared } from '../../widgets/late-messages.ts'

const INDENT_PX = 20

export interface FileActions {
  /** Why one may not. */
  readonly mayNot: (action: 'UPDATE' | 'DELETE') => string | undefined
  rename(line: FileLine): void
  remove(paths: readonly string[]): void
  download(line: FileLine): void
}

export function fileColumns(actions: FileActions): readonly Column<FileLine>[] {
  return [
    { id: 'name', title: t('name'), cell: line => <Name line={line} /> },
    {
      id: 'size',
      title: t('size'),
      width: '88px',
      align: 'end',
      cell: ({ isFolder, size }) => (
        <span className={classes['muted']}>{isFolder || size === undefined ? '' : formatSize(size)}</span>
      ),
    },
    {
      id: 'modified',
      title: t('modified'),
      width: '132px',
      isExtra: true,
      cell: ({ modifiedMs }) => modifiedMs !== undefined && <Timestamp atMs={modifiedMs} />,
    },
    {
      id: 'menu',
      title: '',
      width: '56px',
      align: 'end',
      cell: line => <RowMenu line={line} actions={actions} />,
    },
  ]
}

export function FileCard({ line }: { readonly line: FileLine }): ReactNode {
  return (
    <span className={classes['card']}>
      <Name line={line} />
      <span className={classes['muted']}>{line.isFolder || line.size === undefined ? '' : formatSize(line.size)}</span>
    </span>
  )
}

function Name({ line: { name, depth, isFolder, isOpen } }: { readonly line: FileLine }): ReactNode {
  return (
    <span className={classes['node']} style={{ paddingInlineStart: depth * INDENT_PX + (isFolder ? 0 : INDENT_PX) }}>
      {isFolder && <Icon name={isOpen ? 'down' : 'right'} size={12} />}
      <Icon name={isFolder ? 'folder' : 'file'} size={14} />
      <span className={classes['name']}>{name}</span>
    </span>
  )
}

function RowMenu({ line, actions }: { readonly line: FileLine; readonly actions: FileActions }): ReactNode {
  const { path, name, isFolder } = line
  const items: readonly MenuItem[] = [
    { id: 'rename', title: t('rename'), icon: 'edit', why: actions.mayNot('UPDATE'), run: () => actions.rename(line) },
    ...(isFolder
      ? []
      : [
          { id: 'download', title: t('download'), icon: 'download' as const, run: () => actions.download(line) },
          {
            id: 'expression',
            title: t('copyExpression'),
            icon: 'copy' as const,
            run: () => void copy(`{{ read('${path.slice(1)}') }}`),
          },
        ]),
    { id: 'path', title: t('copyPath'), icon: 'copy', run: () => void copy(path) },
  ]
  return (
    <Menu
      label={t('actions', { name })}
      align="end"
      button={<Icon name="more" />}
      groups={[
        { items },
        {
          items: [
            {
              id: 'delete',
              title: t('delete'),
              icon: 'trash',
              isDangerous: true,
              why: actions.mayNot('DELETE'),
              run: () => actions.remove([path]),
            },
          ],
        },
      ]}
    />
  )
}

async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text)
  showToast({ kind: 'success', text: shared('isCopied'), detail: text })
}
