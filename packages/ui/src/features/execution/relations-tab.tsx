// Who started it and whom it started: the family of an execution.
import { useInfiniteQuery } from '@tanstack/react-query'
import { useCallback, useMemo, type ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { usePollMs } from '../../lib/live/live.ts'
import { paths } from '../../lib/paths.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Table } from '../../widgets/table.tsx'
import { ExecutionCard, executionColumns } from '../executions/execution-columns.tsx'
import { ExecutionLink, parentOf } from './facts.tsx'
import { t } from './messages.ts'
import classes from './facts.module.css'
import type { ExecutionHead } from './use-execution.ts'

const SIZE = 50
const COLUMNS = executionColumns({
  speeds: new Map(),
  shown: ['state', 'flow', 'started', 'duration', 'labels', 'error'],
})

export function RelationsTab({ head }: { readonly head: ExecutionHead }): ReactNode {
  const parent = parentOf(head)
  const pollMs = usePollMs()
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: ['executions', head.id, 'children-list'],
    queryFn: ({ pageParam, signal }) =>
      api.executions.search({
        query: { cursor: pageParam, size: SIZE, 'filters[triggerExecutionId][EQUALS]': head.id },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: last => last.next ?? undefined,
    refetchInterval: pollMs,
  })
  const rows = useMemo(() => data?.pages.flatMap(({ results }) => results) ?? [], [data])
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  if (error) return <ErrorCard error={error} onRetry={() => void refetch()} />
  if (isPending) return <SkeletonRows rows={4} />
  if (rows.length === 0 && parent === undefined) return <Empty icon="link" title={t('alone')} text={t('aloneText')} />
  return (
    <>
      {parent !== undefined && (
        <p className={classes['card']}>
          <span>
            {t('startedBy')} <ExecutionLink id={parent} />
          </span>
        </p>
      )}
      {rows.length > 0 && (
        <Table
          label={t('children')}
          columns={COLUMNS}
          rows={rows}
          rowKey={row => row.id}
          rowTo={row => paths.execution(row)}
          rowLabel={row => `${row.state.current} ${row.namespace}.${row.flowId} ${row.id}`}
          card={row => <ExecutionCard row={row} />}
          total={data.pages[0]?.total}
          onEnd={onEnd}
        />
      )}
    </>
  )
}
