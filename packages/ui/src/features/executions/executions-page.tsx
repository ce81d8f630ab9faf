// What ran, what failed, what is slow?
import { Button } from '@mantine/core'
import { useCallback, useMemo, useState, type ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import { formatNumber } from '../../lib/messages.ts'
import { paths } from '../../lib/paths.ts'
import { useFilters, useSearchState, wordParam } from '../../lib/search-state.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { FilterBar } from '../../widgets/filter-bar.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Table } from '../../widgets/table.tsx'
import { ExecutionCard, executionColumns } from './execution-columns.tsx'
import { EXECUTION_FIELDS } from './execution-fields.ts'
import classes from './executions-page.module.css'
import { t } from './messages.ts'
import { useExecutions } from './use-executions.ts'

const PARAMS = { sort: wordParam(['state.startDate:desc', 'state.startDate:asc']) }
const NOTHING: ReadonlySet<string> = new Set()

export function ExecutionsPage(): ReactNode {
  const filterState = useFilters(EXECUTION_FIELDS)
  const [{ sort }, setSearch] = useSearchState(PARAMS)
  const [selected, setSelected] = useState(NOTHING)
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useExecutions(
    filterState,
    sort,
  )
  const rows = useMemo(() => data?.pages.flatMap(page => page.results) ?? [], [data])
  const total = data?.pages[0]?.total
  const columns = useMemo(
    () =>
      executionColumns(sort === 'state.startDate:asc' ? 'asc' : 'desc', () =>
        setSearch({ sort: sort === 'state.startDate:asc' ? 'state.startDate:desc' : 'state.startDate:asc' }),
      ),
    [sort, setSearch],
  )
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  return (
    <Page
      title={t('title')}
      isFull
      badge={total !== undefined && <span className={classes['total']}>{formatNumber(total)}</span>}
    >
      <FilterBar fields={EXECUTION_FIELDS} filters={filterState.filters} onChange={filterState.setFilters} />
      {error && <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />}
      {isPending && <SkeletonRows rows={12} />}
      {total === 0 && <Nothing isFiltered={filterState.filters.length > 0} onDrop={() => filterState.setFilters([])} />}
      {rows.length > 0 && (
        <Table
          label={t('table')}
          columns={columns}
          rows={rows}
          rowKey={row => row.id}
          rowTo={row => paths.execution(row)}
          rowLabel={row => `${row.state.current} ${row.namespace}.${row.flowId} ${row.id}`}
          card={row => <ExecutionCard row={row} />}
          total={total}
          selection={{ keys: selected, set: setSelected }}
          onEnd={onEnd}
        />
      )}
    </Page>
  )
}

function Nothing({ isFiltered, onDrop }: { readonly isFiltered: boolean; readonly onDrop: () => void }): ReactNode {
  if (!isFiltered) return <Empty icon="runs" title={t('none')} text={t('noneText')} />
  return <Empty icon="filter" title={t('noMatch')} action={<Button onClick={onDrop}>{t('dropFilter')}</Button>} />
}
