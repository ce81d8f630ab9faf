// What can I build with?
import { Button, TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useDeferredValue, useMemo, useRef, type ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import { useAction } from '../../lib/actions.ts'
import { paths } from '../../lib/paths.ts'
import { flagParam, textParam, useSearchState, wordParam } from '../../lib/search-state.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Table, type Column } from '../../widgets/table.tsx'
import { Choices } from '../../widgets/choices.tsx'
import { Mark } from '../../widgets/mark.tsx'
import { t } from './messages.ts'
import classes from './plugins.module.css'
import { KINDS, familyOf, kindOf, searchTypes, simpleName, type FoundType, type KindFilter } from './search-types.ts'
import { useTypes } from './use-plugins.ts'
import { t as shared } from '../../widgets/filter-bar-messages.ts'

const PARAMS = { q: textParam, kind: wordParam(KINDS), here: flagParam }

export function PluginsPage(): ReactNode {
  const [{ q = '', kind, here }, setSearch] = useSearchState(PARAMS)
  const { data, error, isPending, refetch } = useTypes()
  const text = useDeferredValue(q)
  const found = useMemo(() => searchTypes(data ?? [], { text, kind, isHereOnly: here }), [data, text, kind, here])
  const search = useRef<HTMLInputElement>(null)
  useAction({
    id: 'filter.focus',
    title: shared('filter'),
    section: shared('list'),
    keys: '/',
    run: () => search.current?.focus(),
  })
  return (
    <Page
      title={t('title')}
      isFull
      badge={data && <span className={classes['total']}>{t('found', { count: found.length })}</span>}
    >
      <div className={classes['tools']} role="search">
        <TextInput
          ref={search}
          className={classes['search']}
          size="sm"
          aria-label={t('search', { count: data?.length ?? 0 })}
          placeholder={t('search', { count: data?.length ?? 0 })}
          leftSection={<Icon name="search" size={14} />}
          value={q}
          onChange={event => setSearch({ q: event.currentTarget.value || undefined }, { replace: true })}
        />
        <Kinds kind={kind} onChange={next => setSearch({ kind: next }, { replace: true })} />
        <label className={classes['here']}>
          <input
            type="checkbox"
            checked={here}
            onChange={event => setSearch({ here: event.currentTarget.checked }, { replace: true })}
          />
          {t('onlyHere')}
        </label>
      </div>
      {error && <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />}
      {isPending && <SkeletonRows rows={12} />}
      {data && found.length === 0 && (
        <Empty
          icon="filter"
          title={t('noMatch')}
          action={
            <Button onClick={() => setSearch({ q: undefined, kind: 'all', here: false })}>{t('dropFilter')}</Button>
          }
        />
      )}
      {found.length > 0 && (
        <Table
          label={t('table')}
          columns={COLUMNS}
          rows={found}
          rowKey={({ entry }) => entry.cls}
          rowTo={({ entry }) => paths.plugin(entry.cls)}
          card={type => <Card type={type} />}
        />
      )}
    </Page>
  )
}

interface KindsProps {
  readonly kind: KindFilter
  readonly onChange: (kind: KindFilter) => void
}

function Kinds({ kind, onChange }: KindsProps): ReactNode {
  return (
    <Choices
      label={t('filterKind')}
      choices={KINDS.map(each => ({ value: each, title: t(each) }))}
      active={kind}
      onChoose={onChange}
    />
  )
}

const COLUMNS: readonly Column<FoundType>[] = [
  { id: 'type', title: t('type'), cell: type => <Name type={type} /> },
  {
    id: 'group',
    title: t('group'),
    width: '26%',
    cell: ({ entry }) => <span className={classes['muted']}>{familyOf(entry.cls)}</span>,
  },
  { id: 'kind', title: t('kind'), width: '110px', isExtra: true, cell: ({ entry }) => t(kindOf(entry)) },
]

function Name({ type: { entry, property } }: { readonly type: FoundType }): ReactNode {
  return (
    <span>
      <span className={classes['name']}>{simpleName(entry.cls)}</span>
      {!entry.implemented && <Mark>{t('notHere')}</Mark>}
      {entry.deprecated === true && <Mark>{t('deprecated')}</Mark>}
      {property !== undefined && <Mark isCode>{t('matched', { property })}</Mark>}
      {entry.title !== undefined && <span className={classes['purpose']}>{entry.title}</span>}
    </span>
  )
}

function Card({ type }: { readonly type: FoundType }): ReactNode {
  return (
    <span className={classes['card']}>
      <Name type={{ entry: { ...type.entry, title: familyOf(type.entry.cls) } }} />
      <span className={classes['muted']}>{type.entry.title ?? t(kindOf(type.entry))}</span>
    </span>
  )
}
