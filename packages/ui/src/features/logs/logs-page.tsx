// What exactly was said, by any execution, around when? The newest first; the live tail asks again while it is on.
import { Button } from '@mantine/core'
import { useCallback, useMemo, useState, type ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import { Link } from '../../lib/link.tsx'
import type { Filter } from '../../lib/filters/filter.ts'
import { paths } from '../../lib/paths.ts'
import { useFilters, type FilterState } from '../../lib/search-state.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { FilterBar } from '../../widgets/filter-bar.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { VirtualLog } from '../../widgets/virtual-log.tsx'
import { ViewsMenu } from '../views/views-menu.tsx'
import viewer from './execution-logs.module.css'
import { LOG_FIELDS } from './log-fields.ts'
import { LogRow, ROW_PX } from './log-row.tsx'
import { LEVELS } from './log-toolbar.tsx'
import classes from './logs-page.module.css'
import { t } from './messages.ts'
import { useLogSearch, valuesOfLogs, type FoundLine } from './use-log-search.ts'

const NEAR_END = 40

export function LogsPage(): ReactNode {
  const state = useFilters(LOG_FIELDS)
  const [isTailing, setTailing] = useState(true)
  const { rows, total, error, isPending, more, refetch } = useLogSearch(state, isTailing)
  const q = state.filters.find(({ field }) => field === 'q')?.values[0] ?? ''
  const onSight = useCallback(
    (_: number, last: number) => {
      if (last > rows.length - NEAR_END) more()
    },
    [rows.length, more],
  )
  return (
    <Page
      title={t('title')}
      isFull
      actions={
        <Button
          aria-pressed={isTailing}
          variant={isTailing ? 'light' : 'default'}
          leftSection={<Icon name={isTailing ? 'pause' : 'run'} size={14} />}
          onClick={() => setTailing(!isTailing)}
        >
          {isTailing ? t('pause') : t('tail')}
        </Button>
      }
    >
      <FilterBar
        fields={LOG_FIELDS}
        example="level:error ns:company.* task:load timeout"
        filters={state.filters}
        onChange={state.setFilters}
        valuesOf={(field, begin, signal) => valuesOfLogs(field, begin, signal)}
      >
        <ViewsMenu page="logs" path={paths.logs()} />
        <Levels state={state} />
      </FilterBar>
      {error ? <ErrorCard title={t('failed')} error={error} onRetry={refetch} /> : null}
      {isPending && <SkeletonRows rows={14} />}
      {total === 0 && <Nothing state={state} />}
      {rows.length > 0 && (
        <section className={viewer['viewer']} aria-label={t('title')}>
          <VirtualLog
            label={t('label')}
            count={rows.length}
            rowPx={ROW_PX}
            row={at => <Found key={keyOf(rows[at], at)} line={rows[at]} wanted={q} />}
            onSight={onSight}
            isFollowing={false}
            onFollow={() => undefined}
            goTo={undefined}
          />
        </section>
      )}
    </Page>
  )
}

function keyOf(line: FoundLine | undefined, at: number): string {
  return line ? `${line.executionId} ${line.timestamp} ${at}` : String(at)
}

/** The facet that is used most, to be clicked. */
function Levels({ state }: { readonly state: FilterState }): ReactNode {
  const chosen = state.filters.find(({ field }) => field === 'level')?.values[0]
  const choose = (level: string): void => {
    const others = state.filters.filter(({ field }) => field !== 'level')
    const next: Filter = { field: 'level', op: 'EQUALS', values: [level] }
    state.setFilters(level === chosen ? others : [...others, next])
  }
  return (
    <div className={classes['levels']} role="group" aria-label={t('level')}>
      {LEVELS.slice(1).map(level => (
        <button
          key={level}
          type="button"
          className={classes['level']}
          aria-pressed={level === chosen}
          onClick={() => choose(level)}
        >
          {level.toLowerCase()}
        </button>
      ))}
    </div>
  )
}

function Found({ line, wanted }: { readonly line: FoundLine | undefined; readonly wanted: string }): ReactNode {
  const to = useMemo(
    () => line && paths.execution({ namespace: line.namespace, flowId: line.flowId, id: line.executionId }, 'logs'),
    [line],
  )
  if (!line || to === undefined) return null
  return (
    <LogRow
      at={line.timestamp}
      level={line.level}
      message={line.message}
      taskId={line.taskId}
      origin={
        <Link to={to} title={`${line.namespace}.${line.flowId} · ${line.executionId}`}>
          {line.flowId}
          {line.taskId !== undefined && <span className={classes['taskName']}> · {line.taskId}</span>}
        </Link>
      }
      isOriginWide
      wanted={wanted}
      isWrapped={false}
      isChosen={false}
    />
  )
}

function Nothing({ state }: { readonly state: FilterState }): ReactNode {
  if (state.filters.length > 0)
    return (
      <Empty
        icon="filter"
        title={t('noMatch')}
        action={<Button onClick={() => state.setFilters([])}>{t('dropFilter')}</Button>}
      />
    )
  return <Empty icon="logs" title={t('noneAnywhere')} text={t('noneAnywhereText')} />
}
