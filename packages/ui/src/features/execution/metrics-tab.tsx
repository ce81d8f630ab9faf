// What the tasks have measured.
import { useInfiniteQuery } from '@tanstack/react-query'
import { trust } from '@batuta/core'
import { useCallback, useMemo, type ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { formatNumber } from '../../lib/messages.ts'
import { formatDuration } from '../../lib/time.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Table, type Column } from '../../widgets/table.tsx'
import { metricMessages as t } from './metric-messages.ts'
import classes from './metrics.module.css'
import type { ExecutionHead } from './use-execution.ts'

interface Metric {
  readonly taskId: string
  readonly taskRunId: string
  /** Of an iteration. */
  readonly taskRunValue?: string
  readonly name: string
  readonly type: string
  readonly value: number
  readonly timestamp: string
  readonly tags?: Readonly<Record<string, string>>
}

const SIZE = 200

export function MetricsTab({ head }: { readonly head: ExecutionHead }): ReactNode {
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: ['executions', head.id, 'metrics'],
    queryFn: ({ pageParam, signal }) =>
      api.metrics.ofExecution({ params: { executionId: head.id }, query: { page: pageParam, size: SIZE }, signal }),
    initialPageParam: 1,
    getNextPageParam: (last, pages) => (pages.length * SIZE < last.total ? pages.length + 1 : undefined),
  })
  const rows = useMemo(() => data?.pages.flatMap(({ results }) => trust<readonly Metric[]>(results)) ?? [], [data])
  const columns = useMemo(() => columnsOf(rows), [rows])
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  if (error) return <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />
  if (isPending) return <SkeletonRows rows={6} />
  if (rows.length === 0) return <Empty icon="chart" title={t('none')} text={t('noneText')} />
  return (
    <Table
      label={t('table')}
      columns={columns}
      rows={rows}
      rowKey={row => `${row.taskRunId} ${row.name} ${row.timestamp} ${JSON.stringify(row.tags)} ${rows.indexOf(row)}`}
      total={data.pages[0]?.total}
      onEnd={onEnd}
    />
  )
}

function TaskOf({ row: { taskId, taskRunValue } }: { readonly row: Metric }): ReactNode {
  return (
    <>
      {taskId}
      {taskRunValue !== undefined && <span className={classes['of']}> · {taskRunValue}</span>}
    </>
  )
}

function columnsOf(rows: readonly Metric[]): readonly Column<Metric>[] {
  const most = new Map<string, number>()
  for (const { name, value } of rows) most.set(name, Math.max(most.get(name) ?? 0, Math.abs(value)))
  return [
    { id: 'task', title: t('task'), cell: row => <TaskOf row={row} /> },
    { id: 'name', title: t('name'), cell: row => <span className={classes['name']}>{row.name}</span> },
    {
      id: 'value',
      title: t('value'),
      width: '120px',
      align: 'end',
      cell: row => (row.type === 'timer' ? formatDuration(row.value) : formatNumber(row.value)),
    },
    {
      id: 'share',
      title: t('share'),
      width: '160px',
      isExtra: true,
      cell: row => (
        <span className={classes['track']} aria-hidden="true">
          <span
            className={classes['fill']}
            style={{ width: `${(Math.abs(row.value) / Math.max(1e-9, most.get(row.name) ?? 1)) * 100}%` }}
          />
        </span>
      ),
    },
    {
      id: 'tags',
      title: t('tags'),
      isExtra: true,
      cell: row =>
        Object.entries(row.tags ?? {})
          .map(([key, value]) => `${key}:${value}`)
          .join(' '),
    },
  ]
}
