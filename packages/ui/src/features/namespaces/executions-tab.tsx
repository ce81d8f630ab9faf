import { useMemo, type ReactNode } from 'react'
import { paths } from '../../lib/paths.ts'
import { useSearchState, wordParam } from '../../lib/search-state.ts'
import { useNextPage } from '../../lib/use-next-page.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Table } from '../../widgets/table.tsx'
import { ExecutionCard, USUAL_COLUMNS, executionColumns } from '../executions/execution-columns.tsx'
import { useExecutions, useFlowSpeeds } from '../executions/use-executions.ts'
import { t } from './messages.ts'
import { withinNamespace } from './within-namespace.ts'

const NEWEST = 'state.startDate:desc'
const OLDEST = 'state.startDate:asc'
const PARAMS = { sort: wordParam([NEWEST, OLDEST]) }

/** The executions of the namespace and of those below it. */
export function ExecutionsTab({ namespace }: { readonly namespace: string }): ReactNode {
  const filters = useMemo(() => withinNamespace(namespace), [namespace])
  const [{ sort }, setSearch] = useSearchState(PARAMS)
  const { list } = useExecutions(filters, sort, true)
  const { data, error, isPending, hasNextPage, fetchNextPage, refetch } = list
  const rows = useMemo(() => data?.pages.flatMap(page => page.results) ?? [], [data])
  const speeds = useFlowSpeeds(rows)
  const columns = executionColumns({
    sort: {
      direction: sort === OLDEST ? 'asc' : 'desc',
      toggle: () => setSearch({ sort: sort === OLDEST ? NEWEST : OLDEST }),
    },
    speeds,
    shown: USUAL_COLUMNS,
  })
  const onEnd = useNextPage({ data, hasNextPage, fetchNextPage })
  return (
    <>
      {error && <ErrorCard error={error} onRetry={() => void refetch()} />}
      {isPending && <SkeletonRows rows={10} />}
      {data && rows.length === 0 && <Empty icon="runs" title={t('noExecutions', { namespace })} />}
      {rows.length > 0 && (
        <Table
          label={t('executions')}
          columns={columns}
          rows={rows}
          rowKey={row => row.id}
          rowTo={row => paths.execution(row)}
          rowLabel={row => `${row.state.current} ${row.namespace}.${row.flowId} ${row.id}`}
          card={row => <ExecutionCard row={row} />}
          total={data?.pages[0]?.total}
          onEnd={onEnd}
        />
      )}
    </>
  )
}
