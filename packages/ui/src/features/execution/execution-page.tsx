// What happened, why, and what now?
import { useParams } from '@tanstack/react-router'
import { useCallback, useEffect, useId, useState, type ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import { isNotFound } from '../../lib/api.ts'
import { Link } from '../../lib/link.tsx'
import { paths, withQuery, type ExecutionRef } from '../../lib/paths.ts'
import { textParam, useSearchState } from '../../lib/search-state.ts'
import { isFinalState } from '../../lib/states.ts'
import { formatDuration } from '../../lib/time.ts'
import { cx } from '../../widgets/class-names.ts'
import { Duration } from '../../widgets/duration.tsx'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { lazyPart } from '../../widgets/lazy-part.tsx'
import { Skeleton, SkeletonRows } from '../../widgets/skeleton.tsx'
import { Tabs } from '../../widgets/tabs.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { StateBadge } from '../states/state-badge.tsx'
import { ExecutionActions } from './execution-actions.tsx'
import classes from './execution-page.module.css'
import { t } from './messages.ts'
import { useExecution, useFlowRuns, useLiveExecution, useNewestRevision, type ExecutionHead } from './use-execution.ts'
import { useTaskRuns, type TaskRuns } from './use-task-runs.ts'
import type { RunsViewProps } from './with-panel.tsx'

// Each tab is a program of its own, asked for at once when its page is: what it shows is asked of the server meanwhile.
const rows = <SkeletonRows rows={6} />
const GanttTab = lazyPart(async () => (await import('./gantt-tab.tsx')).GanttTab, rows)
const LogsTab = lazyPart(async () => (await import('../logs/execution-logs.tsx')).ExecutionLogs, rows)
const TopologyTab = lazyPart(async () => (await import('./topology-tab.tsx')).TopologyTab, rows)
const OutputsTab = lazyPart(async () => (await import('./outputs-tab.tsx')).OutputsTab, rows)
const MetricsTab = lazyPart(async () => (await import('./metrics-tab.tsx')).MetricsTab, rows)
const RelationsTab = lazyPart(async () => (await import('./relations-tab.tsx')).RelationsTab, rows)
const DebugTab = lazyPart(async () => (await import('./debug-tab.tsx')).DebugTab, rows)
const card = <Skeleton height="11rem" />
const FailureCard = lazyPart(async () => (await import('./failure-card.tsx')).FailureCard, card)
const WaitingCard = lazyPart(async () => (await import('./waiting-card.tsx')).WaitingCard, card)
const Facts = lazyPart(async () => (await import('./facts.tsx')).Facts, undefined)

const TABS = ['overview', 'gantt', 'logs', 'topology', 'outputs', 'metrics', 'dependencies', 'debug'] as const
type TabId = (typeof TABS)[number]
/** What does not wait for the task runs. */
const WITHOUT_RUNS: readonly TabId[] = ['logs', 'metrics', 'dependencies', 'debug']
const NO_RUNS: TaskRuns = { runs: [], isWhole: true, total: 0 }
/** What scrolls by itself. */
const FULL: readonly TabId[] = ['gantt', 'logs', 'topology', 'metrics', 'dependencies']
const PROGRAMS: Readonly<Record<TabId, { prepare(): void }>> = {
  overview: GanttTab,
  gantt: GanttTab,
  logs: LogsTab,
  topology: TopologyTab,
  outputs: OutputsTab,
  metrics: MetricsTab,
  dependencies: RelationsTab,
  debug: DebugTab,
}
const PARAMS = { task: textParam, open: textParam, from: textParam }

export function ExecutionPage(): ReactNode {
  const { namespace = '', flowId = '', id = '', tab: named } = useParams({ strict: false })
  const tab = TABS.find(name => name === named) ?? 'overview'
  useEffect(() => PROGRAMS[tab].prepare(), [tab])
  const { data: head, error, refetch } = useExecution(id)
  // Asked for beside the head: what is drawn with both need not wait for one after the other.
  useTaskRuns(id, head?.state.current)
  useLiveExecution(id)
  const crumbs = [
    { title: t('executions'), to: paths.executions() },
    { title: `${namespace} / ${flowId}`, to: paths.flow({ namespace, id: flowId }) },
  ]
  if (error && !head) {
    return (
      <Page title={id === '' ? t('title') : id} crumbs={crumbs}>
        {isNotFound(error) ? (
          <Empty
            icon="runs"
            title={t('notFound', { id })}
            text={t('notFoundText')}
            action={<Link to={ofFlow({ namespace, flowId, id })}>{t('allOfFlow')}</Link>}
          />
        ) : (
          <ErrorCard title={t('failedLoad')} error={error} onRetry={() => void refetch()} />
        )}
      </Page>
    )
  }
  if (!head)
    return (
      <Page
        title={id}
        crumbs={crumbs}
        isFull={FULL.includes(tab)}
        isCompact
        tabs={<ExecutionTabs of={{ namespace, flowId, id }} active={tab} />}
      >
        <SkeletonRows rows={8} />
      </Page>
    )
  return <Loaded head={head} tab={tab} crumbs={crumbs} />
}

function ofFlow({ namespace, flowId }: ExecutionRef): string {
  return withQuery(paths.executions(), [
    ['filters[namespace][EQUALS]', namespace],
    ['filters[flowId][EQUALS]', flowId],
  ])
}

interface LoadedProps {
  readonly head: ExecutionHead
  readonly tab: TabId
  readonly crumbs: readonly { readonly title: string; readonly to: string }[]
}

function Loaded({ head, tab, crumbs }: LoadedProps): ReactNode {
  const [{ open, from }, setSearch] = useSearchState(PARAMS)
  const { data: taskRuns } = useTaskRuns(head.id, head.state.current)
  const runs = taskRuns?.runs ?? []
  const live = runs.filter(({ state, children }) => !isFinalState(state.current) && !children).length
  const onOpen = useCallback(
    (dialog: string | undefined, run?: string) => setSearch({ open: dialog, from: run }, { replace: true }),
    [setSearch],
  )
  const isFull = FULL.includes(tab)
  const shown = taskRuns ?? (WITHOUT_RUNS.includes(tab) ? NO_RUNS : undefined)
  return (
    <Page
      title={head.id}
      heading={<Heading head={head} />}
      crumbs={crumbs}
      isFull={isFull}
      isCompact
      badge={<Headline head={head} />}
      actions={<ExecutionActions {...{ head, live, open, from, onOpen }} />}
      tabs={<ExecutionTabs of={head} active={tab} />}
    >
      {!shown && <SkeletonRows rows={6} />}
      {shown && <Content {...{ head, tab }} taskRuns={shown} onReplay={run => onOpen('replay', run)} />}
    </Page>
  )
}

/** There from the beginning: what comes below them does not move. */
function ExecutionTabs({ of, active }: { readonly of: ExecutionRef; readonly active: TabId }): ReactNode {
  const tabs = TABS.map(id => ({ id, title: t(id), to: paths.execution(of, id === 'overview' ? undefined : id) }))
  return <Tabs label={t('tabs')} active={active} tabs={tabs} />
}

interface ContentProps extends RunsViewProps {
  readonly tab: TabId
}

function Content({ head, tab, taskRuns, onReplay }: ContentProps): ReactNode {
  switch (tab) {
    case 'overview':
      return (
        <>
          {head.state.current === 'FAILED' && <OverviewFailure {...{ head, taskRuns, onReplay }} />}
          {WAITING.includes(head.state.current) && <WaitingCard head={head} runs={taskRuns.runs} />}
          <GanttTab {...{ head, taskRuns, onReplay }} isFull={false} />
          <Facts head={head} />
        </>
      )
    case 'gantt':
      return <GanttTab {...{ head, taskRuns, onReplay }} isFull />
    case 'logs':
      return <LogsTab executionId={head.id} isRunning={!isFinalState(head.state.current)} />
    case 'topology':
      return <TopologyTab {...{ head, taskRuns, onReplay }} />
    case 'dependencies':
      return <RelationsTab head={head} />
    case 'debug':
      return <DebugTab head={head} />
    case 'outputs':
      return <OutputsTab head={head} runs={taskRuns.runs} />
    case 'metrics':
      return <MetricsTab head={head} />
  }
}

const WAITING = ['PAUSED', 'QUEUED', 'BREAKPOINT', 'KILLING']

function OverviewFailure({ head, taskRuns, onReplay }: Omit<ContentProps, 'tab'>): ReactNode {
  const [, setSearch] = useSearchState(PARAMS)
  return <FailureCard {...{ head, taskRuns, onReplay }} onTask={task => setSearch({ task }, { replace: true })} />
}

function Heading({ head }: { readonly head: ExecutionHead }): ReactNode {
  return (
    <span className={classes['heading']}>
      <StateBadge state={head.state.current} />
      <span className={classes['muted']}>{head.namespace} /</span> <span>{head.flowId}</span>
    </span>
  )
}

/** Revision, beginning and length, beside what is usual. On a narrow screen the rest unfolds. */
function Headline({ head }: { readonly head: ExecutionHead }): ReactNode {
  const newest = useNewestRevision(head)
  const { p50Ms, p95Ms } = useFlowRuns(head) ?? {}
  const [isOpen, setOpen] = useState(false)
  const id = useId()
  const { state, flowRevision } = head
  const isOver = isFinalState(state.current)
  return (
    <span className={classes['headline']}>
      <Timestamp atMs={Date.parse(state.startDate)} />
      <Duration
        startMs={Date.parse(state.startDate)}
        endMs={isOver && state.endDate !== undefined ? Date.parse(state.endDate) : undefined}
      />
      <button
        type="button"
        className={classes['unfold']}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        {t('moreFacts')}
        <Icon name={isOpen ? 'up' : 'down'} size={14} />
      </button>
      <span id={id} className={cx(classes['rest'], isOpen && classes['open'])}>
        {p50Ms !== undefined && (
          <span {...(p95Ms === undefined ? {} : tip(t('p95', { time: formatDuration(p95Ms) })))}>
            {t('usually', { time: formatDuration(p50Ms) })}
          </span>
        )}
        <span>
          {t('revision', { revision: String(flowRevision) })}
          {newest !== undefined && newest !== flowRevision && ` (${t('newer', { revision: String(newest) })})`}
        </span>
        <span className={classes['where']}>{head.namespace}</span>
      </span>
    </span>
  )
}
