import { useMemo, type ReactNode } from 'react'
import { Link } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import type { FilterState } from '../../lib/search-state.ts'
import { useNextPage } from '../../lib/use-next-page.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Table } from '../../widgets/table.tsx'
import { FlowCard, flowColumns, flowLabel, type FlowFacts, type FlowLine } from '../flows/flow-columns.tsx'
import { useFlowDrafts } from '../flow/use-flow-drafts.ts'
import { useFlowActions } from '../flows/use-flow-actions.ts'
import { flowKey, useFlows, useRunBars } from '../flows/use-flows.ts'
import { t } from './messages.ts'
import { withinNamespace } from './within-namespace.ts'

/** The flows of the namespace and of those below it. */
export function FlowsTab({ namespace }: { readonly namespace: string }): ReactNode {
  const filters: FilterState = useMemo(() => withinNamespace(namespace), [namespace])
  const { data, error, isPending, hasNextPage, fetchNextPage, refetch } = useFlows(filters)
  const flows = useMemo(() => data?.pages.flatMap(page => page.results) ?? [], [data])
  const lines = useMemo(() => flows.map((flow): FlowLine => ({ type: 'flow', flow })), [flows])
  const facts: FlowFacts = {
    bars: useRunBars(flows),
    actions: useFlowActions(),
    isGrouped: false,
    drafts: useFlowDrafts().data,
  }
  const onEnd = useNextPage({ data, hasNextPage, fetchNextPage })
  const total = data?.pages[0]?.total
  return (
    <>
      {error && <ErrorCard error={error} onRetry={() => void refetch()} />}
      {isPending && <SkeletonRows rows={8} />}
      {total === 0 && (
        <Empty
          icon="flow"
          title={t('noFlows', { namespace })}
          text={t('noFlowsText', { namespace })}
          action={<Link to={paths.newFlow()}>{t('newFlow')}</Link>}
        />
      )}
      {lines.length > 0 && (
        <Table
          label={t('flows')}
          columns={flowColumns(facts)}
          rows={lines}
          rowKey={line => (line.type === 'flow' ? flowKey(line.flow) : line.namespace)}
          rowTo={line => (line.type === 'flow' ? paths.flow(line.flow) : paths.flows())}
          rowLabel={line => (line.type === 'flow' ? flowLabel(line.flow, facts) : line.namespace)}
          card={line => <FlowCard line={line} facts={facts} />}
          total={total}
          onEnd={onEnd}
        />
      )}
    </>
  )
}
