// Which flow is ill?
import { routes } from '@batuta/api'
import { Button } from '@mantine/core'
import { useMemo, useRef, useState, type ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { Page } from '../../app/page.tsx'
import { apiUrl } from '../../lib/api.ts'
import { Link, useGo } from '../../lib/link.tsx'
import { formatNumber } from '../../lib/messages.ts'
import { paths } from '../../lib/paths.ts'
import { textParam, useFilters, useSearchState, wordParam, type FilterState } from '../../lib/search-state.ts'
import { useNextPage } from '../../lib/use-next-page.ts'
import { curlLine } from '../../widgets/copy-as.tsx'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { FilterBar } from '../../widgets/filter-bar.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { Menu } from '../../widgets/menu.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { Table } from '../../widgets/table.tsx'
import views from '../views/views-menu.module.css'
import { ViewsMenu } from '../views/views-menu.tsx'
import { useFlowDrafts, type DraftHead } from '../flow/use-flow-drafts.ts'
import { BulkBar, NO_SELECTION } from './bulk-bar.tsx'
import { FlowCard, flowColumns, flowLabel, type FlowFacts, type FlowLine } from './flow-columns.tsx'
import { FLOW_FIELDS } from './flow-fields.ts'
import classes from './flows-page.module.css'
import { chosenFlows, groupFlows, groupKey, toggleClosed } from './group-flows.ts'
import { t } from './messages.ts'
import { useFlowActions, type FlowActions } from './use-flow-actions.ts'
import { flowKey, useFlows, useRunBars } from './use-flows.ts'
import { t as shared } from '../../widgets/late-messages.ts'

const PARAMS = { view: wordParam(['grouped', 'flat']), closed: textParam }
export function FlowsPage(): ReactNode {
  const filterState = useFilters(FLOW_FIELDS)
  const [{ view, closed }, setSearch] = useSearchState(PARAMS)
  const [{ keys: selected, allOf }, setSelected] = useState(NO_SELECTION)
  const { data, error, isPending, hasNextPage, fetchNextPage, refetch } = useFlows(filterState)
  const flows = useMemo(() => data?.pages.flatMap(page => page.results) ?? [], [data])
  const total = data?.pages[0]?.total
  const actions = useFlowActions()
  const bars = useRunBars(flows)
  const closedSet = useMemo(() => new Set((closed ?? '').split(',').filter(Boolean)), [closed])
  const isGrouped = view === 'grouped'
  const lines = useMemo(
    () => (isGrouped ? groupFlows(flows, closedSet) : flows.map((flow): FlowLine => ({ type: 'flow' as const, flow }))),
    [isGrouped, flows, closedSet],
  )
  const drafts = useFlowDrafts().data
  const facts = useMemo(() => ({ bars, actions, isGrouped, drafts }), [bars, actions, isGrouped, drafts])
  const columns = useMemo(() => flowColumns(facts), [facts])
  const { search } = window.location
  const row = useMemo(() => rowOf(facts, closedSet, search), [facts, closedSet, search])
  const ofRows = useMemo(
    () => ({ keys: selected, set: (keys: ReadonlySet<string>) => setSelected({ keys }) }),
    [selected],
  )
  const onEnd = useNextPage({ data, hasNextPage, fetchNextPage })
  const chosen = chosenFlows(flows, selected)
  return (
    <Page
      title={t('title')}
      isFull
      badge={total !== undefined && <span className={classes['total']}>{formatNumber(total)}</span>}
      actions={<ListActions actions={actions} />}
    >
      <FilterBar {...barOf(filterState)}>
        <ViewsMenu page="flows" path={paths.flows()} />
        <ViewMenu isGrouped={isGrouped} onChange={next => setSearch({ view: next }, { replace: true })} />
      </FilterBar>
      <Unpublished drafts={facts.drafts} />
      {chosen.length > 0 && (
        <BulkBar
          flows={chosen}
          {...{ loaded: flows, total, allOf, state: filterState, actions }}
          onSelect={setSelected}
        />
      )}
      {error && <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />}
      {isPending && <SkeletonRows rows={12} />}
      {total === 0 && (
        <Nothing
          isFiltered={filterState.filters.length > 0}
          onDrop={() => filterState.setFilters([])}
          actions={actions}
        />
      )}
      {flows.length > 0 && (
        <Table
          name="flows"
          label={t('table')}
          columns={columns}
          rows={lines}
          {...row}
          total={lines.length + (total ?? 0) - flows.length}
          selection={ofRows}
          onEnd={onEnd}
        />
      )}
    </Page>
  )
}

/** `search` is that of the address: headings lead to it with their namespace opened or closed. */
function rowOf(facts: FlowFacts, closed: ReadonlySet<string>, search: string) {
  return {
    rowKey: (line: FlowLine) => (line.type === 'flow' ? flowKey(line.flow) : groupKey(line.namespace)),
    rowTo: (line: FlowLine) =>
      line.type === 'flow' ? paths.flow(line.flow) : addressWith(search, toggleClosed(closed, line.namespace)),
    rowLabel: (line: FlowLine) =>
      line.type === 'flow'
        ? flowLabel(line.flow, facts)
        : t('groupLabel', { namespace: line.namespace, count: line.count }),
    card: (line: FlowLine) => <FlowCard line={line} facts={facts} />,
  }
}

/** They are no flows yet: nothing lists them but this. */
function Unpublished({ drafts = [] }: { readonly drafts: readonly DraftHead[] | undefined }): ReactNode {
  const unborn = drafts.filter(({ follows, isOutdated }) => follows === 0 && !isOutdated)
  if (unborn.length === 0) return null
  return (
    <p className={classes['unpublished']}>
      <span className={classes['unpublishedTitle']}>{t('unpublished')}</span>
      {unborn.map(({ namespace, id }) => (
        <Link key={`${namespace}.${id}`} to={paths.newFlow(`${namespace}.${id}`)}>
          {namespace} / {id}
        </Link>
      ))}
    </p>
  )
}

function barOf({ filters, setFilters }: FilterState) {
  return { fields: FLOW_FIELDS, filters, onChange: setFilters, example: 'ns:company.* label.team:data orders' }
}

function addressWith(search: string, closed: string): string {
  const next = new URLSearchParams(search)
  if (closed === '') next.delete('closed')
  else next.set('closed', closed)
  const text = next.toString()
  return text === '' ? paths.flows() : `${paths.flows()}?${text}`
}

interface ViewMenuProps {
  readonly isGrouped: boolean
  readonly onChange: (view: 'grouped' | 'flat') => void
}

function ViewMenu({ isGrouped, onChange }: ViewMenuProps): ReactNode {
  return (
    <Menu
      label={t('view')}
      align="end"
      className={views['control']}
      button={
        <>
          {t('view')}
          <Icon name="down" size={12} />
        </>
      }
      groups={[
        {
          items: [
            { id: 'grouped', title: t('grouped'), isChosen: isGrouped, run: () => onChange('grouped') },
            { id: 'flat', title: t('flat'), isChosen: !isGrouped, run: () => onChange('flat') },
          ],
        },
      ]}
    />
  )
}

function ListActions({ actions }: { readonly actions: FlowActions }): ReactNode {
  const go = useGo()
  const url = apiUrl(routes.flows.search, {})
  return (
    <>
      <Menu
        label={t('listActions')}
        align="end"
        button={<Icon name="more" />}
        groups={[
          {
            items: [
              {
                id: 'export',
                title: t('exportAll'),
                icon: 'download',
                run: () => void actions.exportAll(),
              },
            ],
          },
          {
            title: t('copyAs'),
            items: [
              { id: 'link', title: shared('link'), icon: 'link', run: () => void copyText(window.location.href) },
              { id: 'curl', title: 'cURL', icon: 'copy', run: () => void copyText(curlLine(url)) },
              { id: 'cli', title: 'CLI', icon: 'copy', run: () => void copyText('batuta flow list') },
            ],
          },
        ]}
      />
      <ImportButton actions={actions} />
      <MayButton
        need="FLOW:CREATE"
        variant="filled"
        leftSection={<Icon name="plus" size={14} />}
        onClick={() => go(paths.newFlow())}
      >
        {t('newFlow')}
      </MayButton>
    </>
  )
}

async function copyText(text: string): Promise<void> {
  await navigator.clipboard.writeText(text)
  showToast({ kind: 'success', text: t('copied') })
}

function ImportButton({ actions }: { readonly actions: FlowActions }): ReactNode {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <MayButton need="FLOW:CREATE" onClick={() => input.current?.click()}>
        {t('importFlows')}
      </MayButton>
      <input
        ref={input}
        type="file"
        accept=".yaml,.yml,.zip"
        multiple
        hidden
        aria-label={t('importFlows')}
        onChange={event => {
          const { files } = event.currentTarget
          if (files && files.length > 0) void actions.import(files)
        }}
      />
    </>
  )
}

interface NothingProps {
  readonly isFiltered: boolean
  readonly onDrop: () => void
  readonly actions: FlowActions
}

function Nothing({ isFiltered, onDrop, actions }: NothingProps): ReactNode {
  const go = useGo()
  if (isFiltered)
    return <Empty icon="filter" title={t('noMatch')} action={<Button onClick={onDrop}>{t('dropFilter')}</Button>} />
  return (
    <Empty
      icon="flow"
      title={t('none')}
      text={t('noneText')}
      action={
        <>
          <MayButton need="FLOW:CREATE" variant="filled" onClick={() => go(paths.newFlow())}>
            {t('newFlow')}
          </MayButton>
          <ImportButton actions={actions} />
        </>
      }
    />
  )
}
