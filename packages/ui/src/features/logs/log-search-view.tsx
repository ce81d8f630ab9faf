// Lines of many executions under a bar of filters: of all of them, or of what a page is about. The newest first; the live tail asks again while it is on.
import { Button } from '@mantine/core'
import { useCallback, useMemo, type ReactNode } from 'react'
import { Link } from '../../lib/link.tsx'
import type { Filter, FilterField } from '../../lib/filters/filter.ts'
import { paths } from '../../lib/paths.ts'
import type { FilterState } from '../../lib/search-state.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { FilterBar } from '../../widgets/filter-bar.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { VirtualLog } from '../../widgets/virtual-log.tsx'
import viewer from './execution-logs.module.css'
import { LogRow, ROW_PX } from './log-row.tsx'
import { LEVELS } from './log-toolbar.tsx'
import classes from './logs-page.module.css'
import { t } from './messages.ts'
import { useLogSearch, valuesOfLogs, type FoundLine, type LogScope } from './use-log-search.ts'

const NEAR_END = 40

export interface LogSearchViewProps {
  readonly state: FilterState
  readonly fields: readonly FilterField[]
  readonly isTailing: boolean
  /** What is always asked for beside the filters: the lines of one flow. */
  readonly scope?: LogScope
  /** Where nothing was said at all. */
  readonly nothing?: ReactNode
  /** In the bar, before the levels. */
  readonly controls?: ReactNode
}

export function LogSearchView({ state, fields, isTailing, scope, nothing, controls }: LogSearchViewProps): ReactNode {
  const { rows, isLooking, isMore, error, isPending, more, refetch } = useLogSearch(state, { isTailing, scope })
  const q = state.filters.find(({ field }) => field === 'q')?.values[0] ?? ''
  const onSight = useCallback(
    (_: number, last: number) => {
      if (last > rows.length - NEAR_END) more()
    },
    [rows.length, more],
  )
  return (
    <>
      <FilterBar
        fields={fields}
        example={scope ? 'level:error task:load timeout' : 'level:error ns:company.* task:load timeout'}
        filters={state.filters}
        onChange={state.setFilters}
        valuesOf={(field, begin, signal) => valuesOfLogs(field, begin, signal)}
      >
        {controls}
        <Levels state={state} />
      </FilterBar>
      {error ? <ErrorCard title={t('failed')} error={error} onRetry={refetch} /> : null}
      {(isPending || (isLooking && rows.length === 0)) && <SkeletonRows rows={14} />}
      {!isPending && !error && !isLooking && rows.length === 0 && (
        <Nothing state={state} nothing={nothing} onMore={isMore ? more : undefined} />
      )}
      {rows.length > 0 && (
        <section className={viewer['viewer']} aria-label={t('title')}>
          <VirtualLog
            label={t('label')}
            count={rows.length}
            rowPx={ROW_PX}
            row={at => <Found key={keyOf(rows[at], at)} line={rows[at]} wanted={q} isOfOne={scope !== undefined} />}
            onSight={onSight}
            isFollowing={false}
            onFollow={() => undefined}
            goTo={undefined}
          />
        </section>
      )}
    </>
  )
}

export interface TailButtonProps {
  readonly isTailing: boolean
  readonly onChange: (isTailing: boolean) => void
}

export function TailButton({ isTailing, onChange }: TailButtonProps): ReactNode {
  return (
    <Button
      aria-pressed={isTailing}
      variant={isTailing ? 'light' : 'default'}
      leftSection={<Icon name={isTailing ? 'pause' : 'run'} size={14} />}
      onClick={() => onChange(!isTailing)}
    >
      {isTailing ? t('pause') : t('tail')}
    </Button>
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

interface FoundProps {
  readonly line: FoundLine | undefined
  readonly wanted: string
  /** All lines are of one flow: it need not be said. */
  readonly isOfOne: boolean
}

function Found({ line, wanted, isOfOne }: FoundProps): ReactNode {
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
          {isOfOne ? (line.taskId ?? line.executionId) : line.flowId}
          {!isOfOne && line.taskId !== undefined && <span className={classes['taskName']}> · {line.taskId}</span>}
        </Link>
      }
      isOriginWide
      wanted={wanted}
      isWrapped={false}
      isChosen={false}
    />
  )
}

interface NothingProps extends Pick<LogSearchViewProps, 'state' | 'nothing'> {
  /** Looks at more executions, where there are some. */
  readonly onMore: (() => void) | undefined
}

function Nothing({ state, nothing, onMore }: NothingProps): ReactNode {
  if (onMore)
    return <Empty icon="logs" title={t('noneSoFar')} action={<Button onClick={onMore}>{t('lookFurther')}</Button>} />
  if (state.filters.length > 0)
    return (
      <Empty
        icon="filter"
        title={t('noMatch')}
        action={<Button onClick={() => state.setFilters([])}>{t('dropFilter')}</Button>}
      />
    )
  return nothing ?? <Empty icon="logs" title={t('noneAnywhere')} text={t('noneAnywhereText')} />
}
