// The keys of all namespaces, or of one with those it has from above.
import { Button } from '@mantine/core'
import { useCallback, useMemo, useState, type ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { useMay } from '../../lib/access/use-may.ts'
import { useActions } from '../../lib/actions.ts'
import { useOpenAddress } from '../../lib/open-address.ts'
import {
  flagParam,
  textParam,
  useFilters,
  useSearchState,
  wordParam,
  type FilterState,
} from '../../lib/search-state.ts'
import { Empty } from '../../widgets/empty.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { FilterBar } from '../../widgets/filter-bar.tsx'
import { SelectionBar } from '../../widgets/selection-bar.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Table } from '../../widgets/table.tsx'
import { withAncestors } from '../namespaces/ancestors.ts'
import { KeyCard, KEY_SORTS, keyColumns } from './key-columns.tsx'
import { KeyDialog } from './key-dialog.tsx'
import { KEY_FIELDS, KEY_FIELDS_OF_NAMESPACE } from './key-fields.ts'
import layout from '../../widgets/layout.module.css'
import { idOf, markOverrides, refOf } from './mark-overrides.ts'
import { t } from './messages.ts'
import { deleteKeys, useKeys, type KeyRow } from './use-keys.ts'

const PARAMS = { sort: wordParam(KEY_SORTS), open: textParam, new: flagParam }
const EXAMPLES = ['cursor ns:company.* updated:-24h', 'cursor updated:-24h'] as const
const NOTHING: ReadonlySet<string> = new Set()

export interface KeysPanelProps {
  readonly namespace?: string
}

export function KeysPanel({ namespace }: KeysPanelProps): ReactNode {
  const fields = namespace === undefined ? KEY_FIELDS : KEY_FIELDS_OF_NAMESPACE
  const filterState = useFilters(fields)
  const [{ sort, open, new: isNew }, setSearch] = useSearchState(PARAMS)
  const [selected, setSelected] = useState(NOTHING)
  const { rows, total, error, isPending, onEnd, retry } = useKeyRows(filterState, sort, namespace)
  const to = useOpenAddress()
  const columns = useMemo(
    () =>
      keyColumns({
        sort,
        setSort: next => setSearch({ sort: next }),
        onEdit: row => setSearch({ open: idOf(row) }),
        standings: namespace === undefined ? undefined : markOverrides(rows, namespace),
      }),
    [sort, setSearch, namespace, rows],
  )
  const startNew = (): void => setSearch({ new: true })
  const remove = (): void => {
    setSelected(NOTHING)
    void deleteKeys(rows.filter(row => selected.has(idOf(row))))
  }
  useKeyActions({ startNew, remove, isAny: selected.size > 0 })
  const newButton = (
    <MayButton
      need="KVSTORE:CREATE"
      namespace={namespace}
      variant="filled"
      leftSection={<Icon name="plus" size={14} />}
      onClick={startNew}
    >
      {t('newKey')}
    </MayButton>
  )
  const { filters, setFilters } = filterState
  const nothing = { namespace, isFiltered: filters.length > 0, onDrop: () => setFilters([]), action: newButton }
  return (
    <div className={layout['panel']}>
      <FilterBar fields={fields} filters={filters} onChange={setFilters} example={EXAMPLES[namespace ? 1 : 0]}>
        {newButton}
      </FilterBar>
      <Selected count={selected.size} namespace={namespace} onClear={() => setSelected(NOTHING)} onRemove={remove} />
      {error && <ErrorCard title={t('failed')} error={error} onRetry={retry} />}
      {isPending && <SkeletonRows rows={8} />}
      {total === 0 && <Nothing {...nothing} />}
      {rows.length > 0 && (
        <Table
          name="keys"
          label={t('table')}
          {...{ columns, rows, total, onEnd }}
          rowKey={row => idOf(row)}
          rowTo={row => to(idOf(row))}
          rowLabel={row => `${row.namespace} / ${row.key}`}
          card={row => <KeyCard row={row} />}
          selection={{ keys: selected, set: setSelected }}
        />
      )}
      {(isNew || open !== undefined) && (
        <KeyDialog
          key={open}
          keyRef={open === undefined ? undefined : refOf(open)}
          here={namespace}
          onClose={() => setSearch({ open: undefined, new: false })}
        />
      )}
    </div>
  )
}

interface SelectedProps {
  readonly count: number
  readonly namespace: string | undefined
  readonly onClear: () => void
  readonly onRemove: () => void
}

function Selected({ count, namespace, onClear, onRemove }: SelectedProps): ReactNode {
  const look = { size: 'compact-sm', color: 'red', variant: 'light' } as const
  return (
    <SelectionBar count={count} onClear={onClear}>
      <MayButton need="KVSTORE:DELETE" namespace={namespace} {...look} onClick={onRemove}>
        {t('delete')}
      </MayButton>
    </SelectionBar>
  )
}

interface KeyRows {
  readonly rows: readonly KeyRow[]
  readonly total: number | undefined
  readonly error: Error | null
  readonly isPending: boolean
  onEnd(): void
  retry(): void
}

function useKeyRows(filterState: FilterState, sort: string, namespace: string | undefined): KeyRows {
  const namespaces = useMemo(() => (namespace === undefined ? undefined : withAncestors(namespace)), [namespace])
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useKeys(
    filterState,
    sort,
    namespaces,
  )
  const rows = useMemo(() => data?.pages.flatMap(page => page.results) ?? [], [data])
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  return { rows, total: data?.pages[0]?.total, error, isPending, onEnd, retry: () => void refetch() }
}

interface KeyActions {
  readonly startNew: () => void
  readonly remove: () => void
  readonly isAny: boolean
}

function useKeyActions({ startNew, remove, isAny }: KeyActions): void {
  const section = t('section')
  const mayNot = useMay()
  useActions([
    { id: 'keys.new', title: t('newKey'), section, keys: 'n', why: mayNot('KVSTORE:CREATE'), run: startNew },
    {
      id: 'keys.delete',
      title: t('deleteSelected'),
      section,
      keys: 'backspace',
      why: mayNot('KVSTORE:DELETE') ?? (isAny ? undefined : 'Nothing is selected.'),
      run: remove,
    },
  ])
}

interface NothingProps {
  readonly namespace: string | undefined
  readonly isFiltered: boolean
  readonly onDrop: () => void
  readonly action: ReactNode
}

function Nothing({ namespace, isFiltered, onDrop, action }: NothingProps): ReactNode {
  if (isFiltered)
    return <Empty icon="filter" title={t('noMatch')} action={<Button onClick={onDrop}>{t('dropFilter')}</Button>} />
  const title = namespace === undefined ? t('none') : t('noneHere', { namespace })
  return <Empty icon="key" title={title} text={t('noneText')} action={action} />
}
