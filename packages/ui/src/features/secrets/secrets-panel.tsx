// The names of the secrets of all namespaces, or of one with those it has from above; and those that flows ask for in vain.
import { Button, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useMemo, useRef, useState, type ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { useMay } from '../../lib/access/use-may.ts'
import { useActions } from '../../lib/actions.ts'
import { flagParam, textParam, useSearchState } from '../../lib/search-state.ts'
import { useOpenAddress } from '../../lib/open-address.ts'
import { CodeBlock } from '../../widgets/code-block.tsx'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { Note } from '../../widgets/note.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Table } from '../../widgets/table.tsx'
import { TypedConfirm } from '../../widgets/typed-confirm.tsx'
import { matchesText, secretsOf, type SecretRow } from './list-secrets.ts'
import { t } from './messages.ts'
import { SecretCard, secretColumns } from './secret-columns.tsx'
import { SecretDialog } from './secret-dialog.tsx'
import layout from '../../widgets/layout.module.css'
import classes from './secrets.module.css'
import { deleteSecret, useSecrets } from './use-secrets.ts'
import { t as shared } from '../../widgets/filter-bar-messages.ts'

const PARAMS = { q: textParam, new: flagParam, open: textParam }

const idOf = (row: SecretRow): string => `${row.namespace ?? ''}/${row.key}`

export interface SecretsPanelProps {
  readonly namespace?: string
}

export function SecretsPanel({ namespace }: SecretsPanelProps): ReactNode {
  const [{ q = '', new: isNew, open }, setSearch] = useSearchState(PARAMS)
  const to = useOpenAddress()
  const [doomed, setDoomed] = useState<SecretRow | undefined>(undefined)
  const { data, error, isPending, refetch } = useSecrets()
  const all = useMemo(
    () => (data === undefined || namespace === undefined ? data?.rows : secretsOf(data.rows, namespace)),
    [data, namespace],
  )
  const rows = useMemo(() => all?.filter(row => matchesText(row, q)) ?? [], [all, q])
  const edited = all?.find(row => idOf(row) === open)
  const columns = useMemo(
    () => secretColumns({ onEdit: row => setSearch({ open: idOf(row) }), onDelete: setDoomed, here: namespace }),
    [namespace, setSearch],
  )
  const startNew = (): void => setSearch({ new: true })
  const newButton = (
    <MayButton
      need="SECRET:CREATE"
      namespace={namespace}
      variant="filled"
      leftSection={<Icon name="plus" size={14} />}
      onClick={startNew}
    >
      {t('newSecret')}
    </MayButton>
  )
  return (
    <div className={layout['panel']}>
      <Tools
        namespace={namespace}
        q={q}
        onSearch={text => setSearch({ q: text || undefined }, { replace: true })}
        onNew={startNew}
      />
      {data?.canSave === false && <Note kind="warning">{t('noKey')}</Note>}
      <How isOpen={all?.length === 0} />
      {error && <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />}
      {isPending && <SkeletonRows rows={6} />}
      {all && rows.length === 0 && (
        <Nothing
          title={namespace === undefined ? t('none') : t('noneHere', { namespace })}
          onDrop={q === '' ? undefined : () => setSearch({ q: undefined })}
          action={newButton}
        />
      )}
      {rows.length > 0 && (
        <Table
          name="secrets"
          label={t('table')}
          columns={columns}
          rows={rows}
          rowKey={idOf}
          rowTo={row => to(idOf(row))}
          rowLabel={row => row.key}
          card={row => <SecretCard row={row} here={namespace} />}
        />
      )}
      {edited && (
        <SecretDialog
          row={edited}
          here={edited.namespace ?? namespace}
          onClose={() => setSearch({ open: undefined })}
        />
      )}
      {isNew && <SecretDialog here={namespace} onClose={() => setSearch({ new: false })} />}
      {doomed && <Deletion row={doomed} onClose={() => setDoomed(undefined)} />}
    </div>
  )
}

interface ToolsProps {
  readonly namespace: string | undefined
  readonly q: string
  readonly onSearch: (text: string) => void
  readonly onNew: () => void
}

function Tools({ namespace, q, onSearch, onNew }: ToolsProps): ReactNode {
  const mayNot = useMay()
  const search = useRef<HTMLInputElement>(null)
  useActions([
    {
      id: 'secrets.new',
      title: t('newSecret'),
      section: t('section'),
      keys: 'n',
      why: mayNot('SECRET:CREATE', namespace),
      run: onNew,
    },
    {
      id: 'filter.focus',
      title: shared('filter'),
      section: shared('list'),
      keys: '/',
      run: () => search.current?.focus(),
    },
  ])
  return (
    <div className={classes['tools']} role="search">
      <TextInput
        ref={search}
        className={classes['search']}
        size="sm"
        aria-label={shared('filter')}
        placeholder={t('filterBy')}
        leftSection={<Icon name="filter" size={14} />}
        value={q}
        onChange={event => onSearch(event.currentTarget.value)}
      />
      <MayButton need="SECRET:CREATE" namespace={namespace} variant="filled" onClick={onNew}>
        {t('newSecret')}
      </MayButton>
    </div>
  )
}

function How({ isOpen }: { readonly isOpen: boolean }): ReactNode {
  return (
    <details className={classes['how']} open={isOpen}>
      <summary>{t('how')}</summary>
      <div className={classes['text']}>
        <p>{t('howKept')}</p>
        <p>{t('howEnvironment')}</p>
        <CodeBlock
          label={t('howEnvironment')}
          text={'export SECRET_WAREHOUSE_PASSWORD="$(printf %s \'s3cret\' | base64)"'}
        />
        <p>{t('howExample')}</p>
        <CodeBlock label={t('howExample')} text={'password: "{{ secret(\'WAREHOUSE_PASSWORD\') }}"'} />
      </div>
    </details>
  )
}

interface NothingProps {
  readonly title: string
  readonly onDrop: (() => void) | undefined
  readonly action: ReactNode
}

function Nothing({ title, onDrop, action }: NothingProps): ReactNode {
  if (onDrop)
    return <Empty icon="filter" title={t('noMatch')} action={<Button onClick={onDrop}>{t('dropFilter')}</Button>} />
  return <Empty icon="lock" title={title} text={t('noneText')} action={action} />
}

function Deletion({ row, onClose }: { readonly row: SecretRow; readonly onClose: () => void }): ReactNode {
  const { namespace, key, usedBy } = row
  return (
    <TypedConfirm
      title={t('deleteTitle', { name: key })}
      word={key}
      action={t('delete')}
      onClose={onClose}
      onConfirm={() => {
        onClose()
        if (namespace !== undefined) void deleteSecret({ namespace, key })
      }}
    >
      <p>
        {t('deleteText')} {usedBy.length > 0 && t('deleteUsed', { count: usedBy.length })}
      </p>
    </TypedConfirm>
  )
}
