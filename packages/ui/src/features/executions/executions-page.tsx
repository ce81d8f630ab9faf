// What ran, what failed, what is slow?
import { Button } from '@mantine/core'
import { memo, useCallback, useMemo, useRef, useState, type ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import type { Filter } from '../../lib/filters/filter.ts'
import { printFilter } from '../../lib/filters/filter-text.ts'
import { formatNumber } from '../../lib/messages.ts'
import { paths } from '../../lib/paths.ts'
import { flagParam, useFilters, useSearchState, wordParam, type FilterState } from '../../lib/search-state.ts'
import { useLocal } from '../../lib/use-local.ts'
import { useNextPage } from '../../lib/use-next-page.ts'
import { useRest } from '../../lib/use-rest.ts'
import { writeLocal } from '../../platform/local-store.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { FilterBar } from '../../widgets/filter-bar.tsx'
import { cx } from '../../widgets/class-names.ts'
import { Icon } from '../../widgets/icon.tsx'
import { lazyPart } from '../../widgets/lazy-part.tsx'
import { Menu } from '../../widgets/menu.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Table } from '../../widgets/table.tsx'
import { useBesideList, ViewsColumn, type BesideList } from '../views/views-column.tsx'
import { ViewsMenu } from '../views/views-menu.tsx'
import type { ViewsProps } from '../views/use-view-choice.ts'
import { COLUMN_IDS, ExecutionCard, executionColumns, USUAL_COLUMNS, type ColumnId } from './execution-columns.tsx'
import { EXECUTION_FIELDS } from './execution-fields.ts'
import { ChartPlace, ExecutionsChart } from './executions-chart.tsx'
import classes from './executions-page.module.css'
import { ExecutionTabs } from './execution-tabs.tsx'
import { t } from './messages.ts'
import {
  countExecutions,
  suggestValues,
  useExecutionCounts,
  useExecutions,
  useFlowSpeeds,
  type ExecutionQuery,
  type ExecutionRow,
} from './use-executions.ts'

const ExecutionsDots = lazyPart(
  async () => (await import('./executions-dots.tsx')).ExecutionsDots,
  <ChartPlace isTall />,
)
// Nobody selects a row, or looks into one, before the list is there.
const BulkBar = lazyPart(async () => (await import('./bulk-bar.tsx')).BulkBar, undefined)
const ExecutionPreview = lazyPart(async () => (await import('./execution-preview.tsx')).ExecutionPreview, undefined)

const PARAMS = {
  sort: wordParam(['state.startDate:desc', 'state.startDate:asc']),
  nochart: flagParam,
  chart: wordParam(['counts', 'durations']),
}
const NOTHING: ReadonlySet<string> = new Set()
const RANGES = [
  ['hour', '-1h'],
  ['day', '-24h'],
  ['week', '-7d'],
  ['month', '-30d'],
] as const

export function ExecutionsPage(): ReactNode {
  const filterState = useFilters(EXECUTION_FIELDS)
  const { filters, setFilters } = filterState
  const [{ sort, nochart, chart }, setSearch] = useSearchState(PARAMS)
  const [isAtTop, setAtTop] = useState(true)
  const [preview, setPreview] = useState<ExecutionRow | undefined>(undefined)
  const { list, query, waiting, showWaiting } = useExecutions(filterState, sort, isAtTop)
  const { data, error, isPending, hasNextPage, refetch } = list
  const rows = useMemo(() => data?.pages.flatMap(page => page.results) ?? [], [data])
  const { total, totalIsEstimate } = data?.pages[0] ?? {}
  const counts = useExecutionCounts(query, !nochart)
  const { shown, menu, views } = useColumnChoice()
  const beside = useBesideList()
  const speeds = useFlowSpeeds(rows)
  const selection = useSelection(rows, filters)
  const order = useDateOrder(sort, setSearch)
  const columns = useMemo(() => executionColumns({ sort: order, speeds, shown }), [order, speeds, shown])
  const onEnd = useNextPage(list)
  const isResting = useRest(!isPending)
  return (
    <Page
      title={t('title')}
      isFull
      badge={total !== undefined && <Total count={total} isEstimate={totalIsEstimate === true} />}
      tabs={<ExecutionTabs active="executions" />}
    >
      <FilterBar fields={EXECUTION_FIELDS} filters={filters} onChange={setFilters} valuesOf={suggestValues}>
        {!beside.isOpen && <ViewsMenu {...views} />}
        <RangeMenu filters={filters} onChange={setFilters} />
        <ChartMenu chosen={nochart ? 'none' : chart} onChoose={face => setSearch(faceOf(face), { replace: true })} />
        {menu}
      </FilterBar>
      <Beside {...{ views, beside }} isReady={!isPending}>
        {!nochart && <Chart {...{ chart, counts, query, total, filters, setFilters }} hasFailed={error !== null} />}
        {error && <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />}
        {isPending && <SkeletonRows rows={12} />}
        {!isPending && !error && rows.length === 0 && !hasNextPage && (
          <Nothing filters={filters} onChange={setFilters} />
        )}
        {isResting && (
          <BulkBar
            {...selection.bulk}
            total={total ?? rows.length}
            isEstimate={totalIsEstimate === true}
            query={query}
          />
        )}
        {rows.length > 0 && (
          <Scrolled onTop={setAtTop} waiting={waiting} onShow={showWaiting}>
            <Table
              name="executions"
              label={t('table')}
              columns={columns}
              rows={rows}
              {...ROW}
              total={total}
              selection={selection.rows}
              onEnd={onEnd}
              onPreview={setPreview}
            />
          </Scrolled>
        )}
      </Beside>
      {preview && <ExecutionPreview row={preview} onClose={() => setPreview(undefined)} />}
    </Page>
  )
}

interface ChartProps extends Pick<FilterState, 'filters' | 'setFilters'> {
  readonly chart: 'counts' | 'durations' | undefined
  readonly counts: ReturnType<typeof useExecutionCounts>
  readonly query: ExecutionQuery
  readonly total: number | undefined
  readonly hasFailed: boolean
}

/** Its place is kept until it is known what there is to draw. It is not drawn anew because rows came. */
const Chart = memo(function Chart(props: ChartProps): ReactNode {
  const { chart, counts, query, total, filters, setFilters, hasFailed } = props
  if (!counts) return total === 0 || hasFailed ? null : <ChartPlace isTall={chart === 'durations'} />
  if (total === 0 && counts.total === 0) return null
  const Drawn = chart === 'durations' ? ExecutionsDots : ExecutionsChart
  return (
    <Drawn
      query={query}
      counts={counts}
      onRange={(from, to) => setFilters(withRange(filters, from, to))}
      onState={state => setFilters(withState(filters, state))}
    />
  )
})

interface BesideProps {
  readonly views: ViewsProps
  readonly beside: BesideList
  readonly isReady: boolean
  readonly children: ReactNode
}

/** The views stand beside the chart and the list, where there is room for them. */
function Beside({ views, beside, isReady, children }: BesideProps): ReactNode {
  return (
    <div className={classes['beside']}>
      {beside.isWide && <ViewsColumn {...views} {...{ beside, isReady }} />}
      <div className={classes['main']}>{children}</div>
    </div>
  )
}

const ROW = {
  rowKey: ({ id }: ExecutionRow) => id,
  rowTo: (row: ExecutionRow) => paths.execution(row),
  rowLabel: ({ id, namespace, flowId, state }: ExecutionRow) => `${state.current} ${namespace}.${flowId} ${id}`,
  card: (row: ExecutionRow) => <ExecutionCard row={row} />,
}

type DateOrder = 'state.startDate:asc' | 'state.startDate:desc'

function useDateOrder(
  sort: DateOrder | undefined,
  setSearch: (wanted: { readonly sort: DateOrder }) => void,
): NonNullable<Parameters<typeof executionColumns>[0]['sort']> {
  const isAscending = sort === 'state.startDate:asc'
  const toggle = useCallback(
    () => setSearch({ sort: isAscending ? 'state.startDate:desc' : 'state.startDate:asc' }),
    [isAscending, setSearch],
  )
  return useMemo(() => ({ direction: isAscending ? 'asc' : 'desc', toggle }), [isAscending, toggle])
}

function Total({ count, isEstimate }: { readonly count: number; readonly isEstimate: boolean }): ReactNode {
  const text = formatNumber(isEstimate && count > 10_000 ? 10_000 : count)
  return <span className={classes['total']}>{isEstimate ? t('atLeast', { count: text }) : text}</span>
}

interface ChosenRows {
  readonly rows: { readonly keys: ReadonlySet<string>; set(keys: ReadonlySet<string>): void }
  readonly bulk: {
    readonly rows: readonly ExecutionRow[]
    readonly isAll: boolean
    onAll(): void
    onClear(): void
  }
}

/** Rows that are chosen; another filter begins anew. */
function useSelection(rows: readonly ExecutionRow[], filters: readonly Filter[]): ChosenRows {
  const [{ keys, isAll, of }, setChosen] = useState({ keys: NOTHING, isAll: false, of: filters })
  const own = of === filters ? keys : NOTHING
  const set = useCallback(
    (next: ReadonlySet<string>, all = false): void => setChosen({ keys: next, isAll: all, of: filters }),
    [filters],
  )
  const ofRows = useMemo(() => ({ keys: own, set: (next: ReadonlySet<string>) => set(next) }), [own, set])
  return {
    rows: ofRows,
    bulk: {
      rows: own.size === 0 ? [] : rows.filter(({ id }) => own.has(id)),
      isAll: isAll && own.size > 0,
      onAll: () => set(new Set(rows.map(({ id }) => id)), true),
      onClear: () => set(NOTHING),
    },
  }
}

interface ScrolledProps {
  readonly onTop: (isAtTop: boolean) => void
  readonly waiting: number
  readonly onShow: () => void
  readonly children: ReactNode
}

/** Knows whether the list stands at its beginning; new rows wait behind a button while it does not. */
function Scrolled({ onTop, waiting, onShow, children }: ScrolledProps): ReactNode {
  const ref = useRef<HTMLDivElement>(null)
  return (
    <div
      ref={ref}
      className={classes['scrolled']}
      onScrollCapture={event => {
        if (event.target instanceof HTMLElement) onTop(event.target.scrollTop < 8)
      }}
    >
      {waiting > 0 && (
        <Button
          className={classes['fresh']}
          size="compact-sm"
          variant="filled"
          leftSection={<Icon name="up" size={14} />}
          onClick={() => {
            onShow()
            ref.current?.querySelector('[role=region]')?.scrollTo({ top: 0 })
          }}
        >
          {t('fresh', { count: waiting })}
        </Button>
      )}
      {children}
    </div>
  )
}

interface FiltersProps {
  readonly filters: readonly Filter[]
  readonly onChange: (filters: readonly Filter[]) => void
}

function Nothing({ filters, onChange }: FiltersProps): ReactNode {
  if (filters.length === 0) return <Empty icon="runs" title={t('none')} text={t('noneText')} />
  return (
    <Empty
      icon="filter"
      title={t('noMatch')}
      action={
        <>
          {filters.length > 1 &&
            filters.map((filter, index) => (
              <Button key={index} onClick={() => onChange(filters.filter(other => other !== filter))}>
                {t('without', { filter: printFilter(filter, EXECUTION_FIELDS) })}
              </Button>
            ))}
          <Button onClick={() => onChange([])}>{t('dropFilter')}</Button>
        </>
      }
    />
  )
}

function RangeMenu({ filters, onChange }: FiltersProps): ReactNode {
  const rest = filters.filter(({ field }) => field !== 'start')
  const now = filters.find(({ field }) => field === 'start')?.values[0]
  const known = RANGES.find(([, value]) => value === now || (value === '-24h' && now === '-1d'))
  const shown = known ? t(known[0]) : now === undefined ? t('allTime') : t('chosenTime')
  return (
    <Menu
      label={`${t('range')}: ${shown}`}
      className={classes['control']}
      button={
        <>
          <Icon name="clock" size={14} />
          {shown}
          <Icon name="down" size={12} />
        </>
      }
      align="end"
      groups={[
        {
          items: [
            { id: 'all', title: t('allTime'), isChosen: now === undefined, run: () => onChange(rest) },
            ...RANGES.map(([id, value]) => ({
              id,
              title: t(id),
              isChosen: known?.[0] === id,
              run: () =>
                onChange([...rest, { field: 'start', op: 'GREATER_THAN_OR_EQUAL_TO' as const, values: [value] }]),
            })),
          ],
        },
      ]}
    />
  )
}

type Face = 'counts' | 'durations' | 'none'

const FACES: readonly Face[] = ['counts', 'durations', 'none']

/** `counts` is what is shown unless the address says otherwise. */
function faceOf(face: Face): { readonly nochart: boolean; readonly chart?: 'counts' | 'durations' } {
  return face === 'none' ? { nochart: true } : { nochart: false, chart: face }
}

interface ChartMenuProps {
  readonly chosen: Face
  readonly onChoose: (face: Face) => void
}

function ChartMenu({ chosen, onChoose }: ChartMenuProps): ReactNode {
  const items = FACES.map(face => ({
    id: face,
    title: t(`chart-${face}`),
    isChosen: face === chosen,
    run: () => onChoose(face),
  }))
  return (
    <Menu
      label={`${t('showChart')}: ${t(`chart-${chosen}`)}`}
      className={classes['control']}
      button={
        <>
          <Icon name="chart" size={14} />
          {t('showChart')}
          <Icon name="down" size={12} />
        </>
      }
      align="end"
      groups={[{ items }]}
    />
  )
}

const COLUMNS_KEY = 'executions.columns'

interface ColumnChoice {
  readonly shown: readonly ColumnId[]
  readonly menu: ReactNode
  /** A view brings its columns along. */
  readonly views: ViewsProps
}

function useColumnChoice(): ColumnChoice {
  const kept = useLocal(COLUMNS_KEY)
  const shown = useMemo(
    () => (kept === undefined ? USUAL_COLUMNS : COLUMN_IDS.filter(id => kept.split(',').includes(id))),
    [kept],
  )
  const toggle = (id: ColumnId): void => {
    const next = shown.includes(id) ? shown.filter(other => other !== id) : [...shown, id]
    showColumns(next)
  }
  const items = COLUMN_IDS.map(id => ({
    id,
    title: t(id),
    isChecked: shown.includes(id),
    ...(id === 'state' || id === 'flow' ? { why: t('alwaysShown') } : {}),
    run: () => toggle(id),
  }))
  const menu = (
    <Menu
      label={t('columns')}
      className={cx(classes['control'], classes['wide'])}
      button={
        <>
          <Icon name="table" size={14} />
          {t('columns')}
        </>
      }
      align="end"
      groups={[{ items }]}
    />
  )
  const views: ViewsProps = {
    page: 'executions',
    path: paths.executions(),
    columns: shown,
    onColumns: showColumns,
    countOf: countExecutions,
  }
  return { shown, menu, views }
}

function showColumns(columns: readonly string[]): void {
  writeLocal(COLUMNS_KEY, COLUMN_IDS.filter(id => columns.includes(id)).join(','))
}

function withRange(filters: readonly Filter[], from: string, to: string): readonly Filter[] {
  return [
    ...filters.filter(({ field }) => field !== 'start'),
    { field: 'start', op: 'GREATER_THAN_OR_EQUAL_TO', values: [from] },
    { field: 'start', op: 'LESS_THAN', values: [to] },
  ]
}

function withState(filters: readonly Filter[], state: string): readonly Filter[] {
  return [...filters.filter(({ field }) => field !== 'state'), { field: 'state', op: 'EQUALS', values: [state] }]
}
