// When will it run; why did it not?
import { useCallback, useMemo, useState, type ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import { Link } from '../../lib/link.tsx'
import { formatNumber } from '../../lib/messages.ts'
import { paths, withQuery } from '../../lib/paths.ts'
import { textParam, useFilters, useSearchState } from '../../lib/search-state.ts'
import { useNextPage } from '../../lib/use-next-page.ts'
import { Button } from '@mantine/core'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { FilterBar } from '../../widgets/filter-bar.tsx'
import { lazyMenu, lazyPart } from '../../widgets/lazy-part.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { SplitPane } from '../../widgets/split-pane.tsx'
import { Table } from '../../widgets/table.tsx'
import { t } from './messages.ts'
import { NO_TRIGGERS, TriggerBulk } from './trigger-bulk.tsx'
import { TriggerCard, useTriggerColumns } from './trigger-columns.tsx'
import { TRIGGER_FIELDS } from './trigger-fields.ts'
import { triggerRowOf, type TriggerRow } from './trigger-row.ts'
import classes from './triggers.module.css'
import { useSwitching } from './use-switching.tsx'
import { useTriggers } from './use-triggers.ts'

const TriggerDetail = lazyPart(
  async () => (await import('./trigger-detail.tsx')).TriggerDetail,
  <SkeletonRows rows={6} />,
)
const ViewsMenu = lazyMenu(
  async () => (await import('../views/views-menu.tsx')).ViewsMenu,
  <span className={classes['viewsPlace']} />,
)

const PARAMS = { trigger: textParam }

export function TriggersPage(): ReactNode {
  const state = useFilters(TRIGGER_FIELDS)
  const [{ trigger }, setSearch] = useSearchState(PARAMS)
  const { data, error, isPending, hasNextPage, fetchNextPage, refetch } = useTriggers(state)
  const rows = useMemo(() => data?.pages.flatMap(({ results }) => results.map(triggerRowOf)) ?? [], [data])
  const total = data?.pages[0]?.total
  const chosen = rows.find(({ key }) => key === trigger)
  const { turn, dialog } = useSwitching()
  const columns = useTriggerColumns(chosen !== undefined, turn)
  const [selection, setSelection] = useState(NO_TRIGGERS)
  const ofRows = useMemo(
    () => ({ keys: selection.keys, set: (keys: ReadonlySet<string>) => setSelection({ keys }) }),
    [selection],
  )
  const close = useCallback(() => setSearch({ trigger: undefined }), [setSearch])
  const onEnd = useNextPage({ data, hasNextPage, fetchNextPage })
  return (
    <Page
      title={t('title')}
      isFull
      badge={total !== undefined && <span className={classes['muted']}>{formatNumber(total)}</span>}
    >
      <FilterBar
        fields={TRIGGER_FIELDS}
        filters={state.filters}
        onChange={state.setFilters}
        example="ns:company.* flow:orders nightly"
      >
        <ViewsMenu page="triggers" path={paths.triggers()} />
      </FilterBar>
      <TriggerBulk {...{ rows, selection, state }} total={total ?? rows.length} onSelect={setSelection} />
      {error && <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />}
      {isPending && <SkeletonRows rows={12} />}
      {total === 0 && <Nothing isFiltered={state.filters.length > 0} onDrop={() => state.setFilters([])} />}
      {rows.length > 0 && (
        <SplitPane
          name="triggers"
          side={chosen && <TriggerDetail key={chosen.key} row={chosen} turn={turn} onClose={close} />}
          sideTitle={chosen?.triggerId ?? t('title')}
          onCloseSide={close}
        >
          <Table
            name="triggers"
            label={t('table')}
            columns={columns}
            rows={rows}
            {...ROW}
            total={total}
            onEnd={onEnd}
            selection={ofRows}
          />
        </SplitPane>
      )}
      {dialog}
    </Page>
  )
}

const ROW = {
  rowKey: ({ key }: TriggerRow) => key,
  rowTo: ({ key }: TriggerRow) => withQuery(paths.triggers(), [['trigger', key]]),
  rowLabel: ({ triggerId, namespace, flowId }: TriggerRow) => `${triggerId} ${namespace} / ${flowId}`,
  card: (row: TriggerRow) => <TriggerCard row={row} />,
}

function Nothing({ isFiltered, onDrop }: { readonly isFiltered: boolean; readonly onDrop: () => void }): ReactNode {
  if (isFiltered)
    return <Empty icon="filter" title={t('noMatch')} action={<Button onClick={onDrop}>{t('dropFilter')}</Button>} />
  return (
    <Empty
      icon="trigger"
      title={t('none')}
      text={t('noneText')}
      action={<Link to={paths.newFlow()}>{t('newFlow')}</Link>}
    />
  )
}
