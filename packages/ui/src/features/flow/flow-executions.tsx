import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo, type ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { Link } from '../../lib/link.tsx'
import { usePollMs } from '../../lib/live/live.ts'
import { paths, withQuery } from '../../lib/paths.ts'
import { stateWord } from '../../lib/states.ts'
import { useNextPage } from '../../lib/use-next-page.ts'
import { Duration } from '../../widgets/duration.tsx'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Table, type Column } from '../../widgets/table.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { StateBadge } from '../states/state-badge.tsx'
import classes from './flow-page.module.css'
import type { FlowTabProps } from './flow-page.tsx'
import { t } from './messages.ts'

type Row = Awaited<ReturnType<typeof api.executions.search>>['results'][number]

const SIZE = 50

const COLUMNS: readonly Column<Row>[] = [
  { id: 'state', title: t('state'), width: '128px', cell: ({ state }) => <StateBadge state={state.current} /> },
  { id: 'id', title: t('execution'), width: '210px', isExtra: true, cell: ({ id }) => <code>{id}</code> },
  {
    id: 'started',
    title: t('started'),
    width: '150px',
    cell: ({ state }) => <Timestamp atMs={Date.parse(state.startDate)} />,
  },
  { id: 'duration', title: t('duration'), width: '110px', align: 'end', cell: row => <LengthOf row={row} /> },
  { id: 'revision', title: t('revision'), width: '90px', align: 'end', cell: row => row.flowRevision },
  { id: 'trigger', title: t('trigger'), cell: row => row.trigger?.id ?? t('byHand') },
]

/** The executions of this flow, the newest first. */
export function FlowExecutions({ flow }: FlowTabProps): ReactNode {
  const { namespace, id } = flow
  const filters = { 'filters[namespace][EQUALS]': namespace, 'filters[flowId][EQUALS]': id } as const
  const { data, error, isPending, hasNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: ['executions', 'of-flow', namespace, id],
    queryFn: ({ pageParam, signal }) =>
      api.executions.search({
        query: { page: pageParam, size: SIZE, sort: ['state.startDate:desc'], ...filters },
        signal,
      }),
    initialPageParam: 1,
    getNextPageParam: (last, pages) => (pages.length * SIZE < last.total ? pages.length + 1 : undefined),
    refetchInterval: usePollMs(),
  })
  const rows = useMemo(() => data?.pages.flatMap(page => page.results) ?? [], [data])
  const onEnd = useNextPage({ data, hasNextPage, fetchNextPage })
  if (isPending) return <SkeletonRows rows={10} />
  if (error) return <ErrorCard error={error} onRetry={() => void refetch()} />
  if (rows.length === 0) return <Empty icon="runs" title={t('noRuns')} />
  return (
    <>
      <Link className={classes['more']} to={withQuery(paths.executions(), Object.entries(filters))}>
        {t('toExecutions')}
      </Link>
      <Table
        label={t('executions')}
        columns={COLUMNS}
        rows={rows}
        rowKey={row => row.id}
        rowTo={row => paths.execution(row)}
        rowLabel={row => `${stateWord(row.state.current)} ${row.id}`}
        card={row => <Card row={row} />}
        total={data.pages[0]?.total}
        onEnd={onEnd}
      />
    </>
  )
}

function Card({ row }: { readonly row: Row }): ReactNode {
  return (
    <span className={classes['rowCard']}>
      <span className={classes['rowLine']}>
        <Timestamp atMs={Date.parse(row.state.startDate)} />
        <StateBadge state={row.state.current} />
      </span>
      <span className={classes['rowLine']}>
        <span className={classes['hint']}>{row.trigger?.id ?? t('byHand')}</span>
        <LengthOf row={row} />
      </span>
    </span>
  )
}

function LengthOf({ row }: { readonly row: Row }): ReactNode {
  const { startDate, endDate } = row.state
  return <Duration startMs={Date.parse(startDate)} endMs={endDate === undefined ? undefined : Date.parse(endDate)} />
}
