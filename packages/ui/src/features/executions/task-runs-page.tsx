// Which tasks fail, are tried again, wait? Over all executions, the newest first.
import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo, type ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import { api } from '../../lib/api.ts'
import { filterQuery } from '../../lib/filters/filter-url.ts'
import { usePollMs } from '../../lib/live/live.ts'
import { paths } from '../../lib/paths.ts'
import { useFilters } from '../../lib/search-state.ts'
import { useNextPage } from '../../lib/use-next-page.ts'
import { nowMs } from '../../platform/clock.ts'
import { Duration } from '../../widgets/duration.tsx'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { FilterBar } from '../../widgets/filter-bar.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Table, type Column } from '../../widgets/table.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { StateBadge } from '../states/state-badge.tsx'
import classes from './execution-columns.module.css'
import page from './executions-page.module.css'
import { EXECUTION_FIELDS } from './execution-fields.ts'
import { ExecutionTabs } from './execution-tabs.tsx'
import { t } from './messages.ts'
import { suggestValues } from './use-executions.ts'

type Row = Awaited<ReturnType<typeof api.taskRuns.search>>['results'][number]

const SIZE = 50
/** `state` is that of the task run, the others narrow the executions. */
const FIELDS = EXECUTION_FIELDS.filter(({ name }) => ['state', 'ns', 'flow', 'start', 'label'].includes(name)).map(
  field => (field.name === 'state' ? { ...field, values: [...(field.values ?? []), 'SKIPPED', 'SUBMITTED'] } : field),
)

export function TaskRunsPage(): ReactNode {
  const { filters, setFilters } = useFilters(FIELDS)
  const query = useMemo(() => filterQuery(filters, FIELDS, nowMs()), [filters])
  const { data, error, isPending, hasNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: ['taskruns', 'search', filters],
    queryFn: ({ pageParam, signal }) =>
      api.taskRuns.search({ query: { cursor: pageParam, size: SIZE, ...query }, signal }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: before => before,
    refetchInterval: usePollMs(),
  })
  const rows = useMemo(() => data?.pages.flatMap(({ results }) => results) ?? [], [data])
  const onEnd = useNextPage({ data, hasNextPage, fetchNextPage })
  return (
    <Page
      title={t('taskRuns')}
      isFull
      crumbs={[{ title: t('title'), to: paths.executions() }]}
      badge={rows.length > 0 && <span className={page['total']}>{t('ofNewest')}</span>}
      tabs={<ExecutionTabs active="taskruns" />}
    >
      <FilterBar fields={FIELDS} filters={filters} onChange={setFilters} valuesOf={suggestValues} />
      {error && <ErrorCard title={t('runsFailed')} error={error} onRetry={() => void refetch()} />}
      {isPending && <SkeletonRows rows={12} />}
      {data && rows.length === 0 && <Nothing isFiltered={filters.length > 0} onDrop={() => setFilters([])} />}
      {rows.length > 0 && (
        <Table
          name="task-runs"
          label={t('taskRuns')}
          columns={COLUMNS}
          rows={rows}
          rowKey={row => row.id}
          rowTo={pathOf}
          rowLabel={row => `${row.state.current} ${row.taskId} ${row.namespace}.${row.flowId} ${row.id}`}
          card={row => <Card row={row} />}
          onEnd={onEnd}
        />
      )}
    </Page>
  )
}

const COLUMNS: readonly Column<Row>[] = [
  { id: 'state', title: t('state'), width: '120px', cell: row => <StateBadge state={row.state.current} /> },
  { id: 'task', title: t('task'), cell: row => <TaskName row={row} /> },
  { id: 'flow', title: t('flow'), cell: row => <FlowName row={row} /> },
  {
    id: 'started',
    title: t('started'),
    width: '116px',
    cell: row => <Timestamp atMs={Date.parse(row.state.startDate)} />,
  },
  { id: 'duration', title: t('duration'), width: '110px', align: 'end', cell: row => <Took row={row} /> },
  {
    id: 'attempts',
    title: t('attempts'),
    width: '90px',
    align: 'end',
    isExtra: true,
    cell: row => row.attempts?.length ?? 0,
  },
  {
    id: 'execution',
    title: t('execution'),
    width: '210px',
    isExtra: true,
    cell: row => <span className={classes['id']}>{row.executionId}</span>,
  },
]

function pathOf({ namespace = '', flowId = '', executionId = '', id }: Row): string {
  return `${paths.execution({ namespace, flowId, id: executionId }, 'gantt')}?task=${id}`
}

function TaskName({ row }: { readonly row: Row }): ReactNode {
  return (
    <>
      <span className={classes['flow']}>{row.taskId}</span>
      {row.value !== undefined && <span className={classes['namespace']}> · {row.value}</span>}
    </>
  )
}

function FlowName({ row }: { readonly row: Row }): ReactNode {
  return (
    <span className={classes['namespace']}>
      {row.namespace} / {row.flowId}
    </span>
  )
}

function Took({ row: { state } }: { readonly row: Row }): ReactNode {
  const endMs = state.endDate === undefined ? undefined : Date.parse(state.endDate)
  return <Duration startMs={Date.parse(state.startDate)} endMs={endMs} />
}

function Card({ row }: { readonly row: Row }): ReactNode {
  return (
    <span className={classes['card']}>
      <span className={classes['line']}>
        <span className={classes['name']}>
          <TaskName row={row} />
        </span>
        <StateBadge state={row.state.current} />
      </span>
      <span className={classes['line']}>
        <span className={classes['name']}>
          <FlowName row={row} />
        </span>
        <Took row={row} />
      </span>
    </span>
  )
}

function Nothing({ isFiltered, onDrop }: { readonly isFiltered: boolean; readonly onDrop: () => void }): ReactNode {
  if (!isFiltered) return <Empty icon="runs" title={t('noRuns')} text={t('noRunsText')} />
  return <Empty icon="filter" title={t('noRunMatch')} action={<Button onClick={onDrop}>{t('dropFilter')}</Button>} />
}
