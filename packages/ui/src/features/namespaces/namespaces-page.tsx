// Which namespaces are there, how full is each, and where does it fail?
import { Button, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useMemo, useRef, useState, type FormEvent, type ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { Page } from '../../app/page.tsx'
import { useActions } from '../../lib/actions.ts'
import { useGo } from '../../lib/link.tsx'
import { formatNumber } from '../../lib/messages.ts'
import { paths } from '../../lib/paths.ts'
import { flagParam, textParam, useSearchState } from '../../lib/search-state.ts'
import { Dialog } from '../../widgets/dialog.tsx'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Table, type Column } from '../../widgets/table.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { t } from './messages.ts'
import { namespaceLines, type NamespaceLine } from './namespace-tree.ts'
import layout from '../../widgets/layout.module.css'
import classes from './namespaces.module.css'
import { useNamespaceFacts, useSaveNamespace } from './use-namespaces.ts'
import { t as shared } from '../../widgets/filter-bar-messages.ts'

const PARAMS = { q: textParam, folded: textParam, new: flagParam }

export function NamespacesPage(): ReactNode {
  const [{ q = '', folded = '', new: isNew }, setSearch] = useSearchState(PARAMS)
  const { data, error, isPending, refetch } = useNamespaceFacts()
  const closed = useMemo(() => new Set(folded.split(',').filter(Boolean)), [folded])
  const lines = useMemo(() => namespaceLines(data ?? [], closed, q), [data, closed, q])
  const search = useRef<HTMLInputElement>(null)
  const startNew = (): void => setSearch({ new: true })
  useActions([
    { id: 'namespaces.new', title: t('newNamespace'), section: t('section'), keys: 'n', run: startNew },
    {
      id: 'filter.focus',
      title: shared('filter'),
      section: shared('list'),
      keys: '/',
      run: () => search.current?.focus(),
    },
  ])
  const columns = useMemo(() => {
    const fold = (id: string): void => {
      const next = new Set(closed)
      if (!next.delete(id)) next.add(id)
      setSearch({ folded: next.size === 0 ? undefined : [...next].join(',') }, { replace: true })
    }
    return columnsOf(fold)
  }, [closed, setSearch])
  return (
    <Page
      title={t('title')}
      isFull
      badge={data && <span className={classes['total']}>{formatNumber(data.length)}</span>}
      actions={
        <MayButton
          need="NAMESPACE:CREATE"
          variant="filled"
          leftSection={<Icon name="plus" size={14} />}
          onClick={startNew}
        >
          {t('newNamespace')}
        </MayButton>
      }
    >
      <TextInput
        ref={search}
        size="sm"
        aria-label={t('filter')}
        placeholder={t('filter')}
        leftSection={<Icon name="filter" size={14} />}
        value={q}
        onChange={event => setSearch({ q: event.currentTarget.value || undefined }, { replace: true })}
      />
      {error && <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />}
      {isPending && <SkeletonRows rows={8} />}
      {data && lines.length === 0 && <Nothing text={q} onDrop={() => setSearch({ q: undefined })} onNew={startNew} />}
      {lines.length > 0 && (
        <Table
          label={t('table')}
          columns={columns}
          rows={lines}
          rowKey={line => line.id}
          rowTo={line => paths.namespace(line.id)}
          rowLabel={line => line.id}
          card={line => <Card line={line} />}
        />
      )}
      {isNew && <NewNamespace onClose={() => setSearch({ new: false })} />}
    </Page>
  )
}

function columnsOf(fold: (id: string) => void): readonly Column<NamespaceLine>[] {
  return [
    {
      id: 'namespace',
      title: t('namespace'),
      cell: line => (
        <span className={classes['node']} style={{ paddingInlineStart: line.depth * INDENT_PX }}>
          {line.hasChildren ? (
            <button
              type="button"
              className={classes['fold']}
              aria-expanded={line.isOpen}
              aria-label={t(line.isOpen ? 'fold' : 'unfold', { namespace: line.id })}
              onClick={() => fold(line.id)}
            >
              <Icon name={line.isOpen ? 'down' : 'right'} size={14} />
            </button>
          ) : (
            <span className={classes['leaf']} />
          )}
          <span className={classes['name']}>{line.name}</span>
        </span>
      ),
    },
    { id: 'flows', title: t('flows'), width: '200px', align: 'end', cell: line => <Flows line={line} /> },
    { id: 'runs', title: t('runs'), width: '120px', align: 'end', cell: line => <Count value={line.runs} /> },
    {
      id: 'failures',
      title: t('failures'),
      width: '120px',
      align: 'end',
      cell: line => <Count value={line.failures} isBad />,
    },
  ]
}

const INDENT_PX = 20

function Flows({ line }: { readonly line: NamespaceLine }): ReactNode {
  if (line.flowsBelow === line.flows) return <Count value={line.flows} />
  return <span>{t('flowsBelow', { own: line.flows, all: line.flowsBelow })}</span>
}

function Count({ value, isBad = false }: { readonly value: number | undefined; readonly isBad?: boolean }): ReactNode {
  if (value === undefined) return <span {...tip(t('uncounted'))}>…</span>
  if (value === 0) return <span className={classes['muted']}>–</span>
  return <span className={isBad ? classes['bad'] : undefined}>{formatNumber(value)}</span>
}

/** Two lines on a narrow screen. */
function Card({ line }: { readonly line: NamespaceLine }): ReactNode {
  return (
    <span className={classes['card']}>
      <span className={classes['name']}>{line.id}</span>
      <span className={classes['muted']}>
        {t('flows')}: {formatNumber(line.flowsBelow)} · {t('runs')}:{' '}
        {line.runs === undefined ? '…' : formatNumber(line.runs)}
        {line.failures !== undefined && line.failures > 0 && (
          <span className={classes['bad']}>
            {' '}
            · {t('failures')}: {formatNumber(line.failures)}
          </span>
        )}
      </span>
    </span>
  )
}

interface NothingProps {
  readonly text: string
  readonly onDrop: () => void
  readonly onNew: () => void
}

function Nothing({ text, onDrop, onNew }: NothingProps): ReactNode {
  if (text !== '')
    return (
      <Empty
        icon="filter"
        title={t('noMatch', { text })}
        action={<Button onClick={onDrop}>{t('dropFilter')}</Button>}
      />
    )
  return (
    <Empty
      icon="folder"
      title={t('none')}
      text={t('noneText')}
      action={
        <MayButton need="NAMESPACE:CREATE" variant="filled" onClick={onNew}>
          {t('newNamespace')}
        </MayButton>
      }
    />
  )
}

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/

function NewNamespace({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const [isTried, setTried] = useState(false)
  const save = useSaveNamespace(name)
  const go = useGo()
  const isName = NAME.test(name)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    if (isName) save.mutate({ description }, { onSuccess: () => go(paths.namespace(name)) })
  }
  return (
    <Dialog
      title={t('newNamespace')}
      size="small"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button type="submit" form="namespace" variant="filled" loading={save.isPending}>
            {t('create')}
          </Button>
        </>
      }
    >
      <form id="namespace" className={layout['form']} onSubmit={submit} noValidate>
        <p className={classes['muted']}>{t('newText')}</p>
        {save.error && <ErrorCard title={t('notSaved', { namespace: name })} error={save.error} />}
        <TextInput
          label={t('name')}
          size="sm"
          required
          data-autofocus="true"
          autoComplete="off"
          spellCheck={false}
          placeholder="company.team"
          value={name}
          error={isTried && !isName ? t('nameProblem') : undefined}
          onChange={event => setName(event.currentTarget.value)}
        />
        <TextInput
          label={t('description')}
          description={t('descriptionHint')}
          size="sm"
          value={description}
          onChange={event => setDescription(event.currentTarget.value)}
        />
      </form>
    </Dialog>
  )
}
