// What happened, why, and what now?
import { useParams } from '@tanstack/react-router'
import { lazy, Suspense, useCallback, useState, type ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import { isNotFound } from '../../lib/api.ts'
import { Link } from '../../lib/link.tsx'
import { paths, withQuery, type ExecutionRef } from '../../lib/paths.ts'
import { textParam, useSearchState } from '../../lib/search-state.ts'
import { isFinalState } from '../../lib/states.ts'
import { formatDuration } from '../../lib/time.ts'
import { Duration } from '../../widgets/duration.tsx'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { SplitPane } from '../../widgets/split-pane.tsx'
import { Tabs } from '../../widgets/tabs.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { Gantt } from '../gantt/gantt.tsx'
import { StateBadge } from '../states/state-badge.tsx'
import { ExecutionActions } from './execution-actions.tsx'
import classes from './execution-page.module.css'
import { Facts } from './facts.tsx'
import { t } from './messages.ts'
import { TaskPanel } from './task-panel.tsx'
import { useExecution, useFlowRuns, useLiveExecution, useNewestRevision, type ExecutionHead } from './use-execution.ts'
import { useTaskRun, useTaskRuns, useTree, type TaskRun, type TaskRuns } from './use-task-runs.ts'

const FailureCard = lazy(async () => ({ default: (await import('./failure-card.tsx')).FailureCard }))
const OutputsTab = lazy(async () => ({ default: (await import('./outputs-tab.tsx')).OutputsTab }))
const MetricsTab = lazy(async () => ({ default: (await import('./metrics-tab.tsx')).MetricsTab }))
const LogsTab = lazy(async () => ({ default: (await import('../logs/execution-logs.tsx')).ExecutionLogs }))
const TopologyTab = lazy(async () => ({ default: (await import('./topology-tab.tsx')).TopologyTab }))
const RelationsTab = lazy(async () => ({ default: (await import('./relations-tab.tsx')).RelationsTab }))
const DebugTab = lazy(async () => ({ default: (await import('./debug-tab.tsx')).DebugTab }))
const WaitingCard = lazy(async () => ({ default: (await import('./waiting-card.tsx')).WaitingCard }))

const TABS = ['overview', 'gantt', 'logs', 'topology', 'outputs', 'metrics', 'dependencies', 'debug'] as const
type TabId = (typeof TABS)[number]
/** What scrolls by itself. */
const FULL: readonly TabId[] = ['gantt', 'logs', 'topology', 'metrics', 'dependencies']
const PARAMS = { task: textParam, zoom: textParam, open: textParam, from: textParam }

export function ExecutionPage(): ReactNode {
  const { namespace = '', flowId = '', id = '', tab } = useParams({ strict: false })
  const { data: head, error, refetch } = useExecution(id)
  useLiveExecution(id)
  const crumbs = [
    { title: t('executions'), to: paths.executions() },
    { title: `${namespace} / ${flowId}`, to: paths.flow({ namespace, id: flowId }) },
  ]
  if (error && !head) {
    const title = isNotFound(error) ? t('notFound', { id }) : t('title')
    return (
      <Page title={title} crumbs={crumbs}>
        {isNotFound(error) ? (
          <Empty
            icon="runs"
            title={title}
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
      <Page title={id} crumbs={crumbs}>
        <SkeletonRows rows={8} />
      </Page>
    )
  return <Loaded head={head} tab={TABS.find(name => name === tab) ?? 'overview'} crumbs={crumbs} />
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
  return (
    <Page
      title={head.id}
      heading={<Heading head={head} />}
      crumbs={crumbs}
      isFull={isFull}
      badge={<Headline head={head} />}
      actions={<ExecutionActions {...{ head, live, open, from, onOpen }} />}
      tabs={
        <Tabs
          label={t('tabs')}
          active={tab}
          tabs={TABS.map(id => ({ id, title: t(id), to: paths.execution(head, id === 'overview' ? undefined : id) }))}
        />
      }
    >
      {!taskRuns && <SkeletonRows rows={6} />}
      {taskRuns && (
        <Suspense fallback={<SkeletonRows rows={6} />}>
          <Content {...{ head, tab, taskRuns }} onReplay={run => onOpen('replay', run)} />
        </Suspense>
      )}
    </Page>
  )
}

interface ContentProps {
  readonly head: ExecutionHead
  readonly tab: TabId
  readonly taskRuns: TaskRuns
  readonly onReplay: (from: string | undefined) => void
}

function Content({ head, tab, taskRuns, onReplay }: ContentProps): ReactNode {
  switch (tab) {
    case 'overview':
      return (
        <>
          {head.state.current === 'FAILED' && <OverviewFailure {...{ head, taskRuns, onReplay }} />}
          {WAITING.includes(head.state.current) && <WaitingCard head={head} runs={taskRuns.runs} />}
          <GanttWithPanel {...{ head, taskRuns, onReplay }} isFull={false} />
          <Facts head={head} />
        </>
      )
    case 'gantt':
      return <GanttWithPanel {...{ head, taskRuns, onReplay }} isFull />
    case 'logs':
      return <LogsTab executionId={head.id} isRunning={!isFinalState(head.state.current)} />
    case 'topology':
      return <TopologyWithPanel {...{ head, taskRuns, onReplay }} />
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
  return (
    <Suspense>
      <FailureCard {...{ head, taskRuns, onReplay }} onTask={task => setSearch({ task }, { replace: true })} />
    </Suspense>
  )
}

function TopologyWithPanel({ head, taskRuns, onReplay }: Omit<ContentProps, 'tab'>): ReactNode {
  const { run, task, select } = useChosenRun(head, taskRuns)
  return (
    <WithPanel {...{ head, run, select, onReplay }}>
      <TopologyTab head={head} runs={taskRuns.runs} task={task} onTask={select} />
    </WithPanel>
  )
}

interface ChosenRun {
  readonly task: string | undefined
  readonly run: TaskRun | undefined
  select(runId: string | undefined): void
}

function useChosenRun(head: ExecutionHead, taskRuns: TaskRuns): ChosenRun {
  const [{ task }, setSearch] = useSearchState(PARAMS)
  const run = useTaskRun(head.id, task, taskRuns.runs)
  const select = useCallback((next: string | undefined) => setSearch({ task: next }, { replace: true }), [setSearch])
  return { task, run, select }
}

interface WithPanelProps extends Pick<ContentProps, 'head' | 'onReplay'> {
  readonly run: TaskRun | undefined
  readonly select: (runId: string | undefined) => void
  readonly children: ReactNode
}

/** A task that is chosen stands beside what it was chosen in. */
function WithPanel({ head, run, select, onReplay, children }: WithPanelProps): ReactNode {
  const close = (): void => select(undefined)
  return (
    <SplitPane
      name="execution"
      sideTitle={run?.taskId ?? ''}
      onCloseSide={close}
      side={run && <TaskPanel key={run.id} {...{ head, run }} onSelect={select} onReplay={onReplay} onClose={close} />}
    >
      {children}
    </SplitPane>
  )
}

interface GanttWithPanelProps extends Omit<ContentProps, 'tab'> {
  readonly isFull: boolean
}

function GanttWithPanel({ head, taskRuns, onReplay, isFull }: GanttWithPanelProps): ReactNode {
  const [{ zoom }, setSearch] = useSearchState(PARAMS)
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set())
  const tree = useTree(head.id, taskRuns, toggled)
  const { task, run, select } = useChosenRun(head, taskRuns)
  const { state } = head
  const isOver = isFinalState(state.current)
  const toggle = (key: string): void => {
    const next = new Set(toggled)
    if (!next.delete(key)) next.add(key)
    setToggled(next)
  }
  return (
    <div className={isFull || run ? classes['tall'] : undefined}>
      <WithPanel {...{ head, run, select, onReplay }}>
        <Gantt
          {...{ tree, zoom, isFull: isFull || run !== undefined }}
          runs={taskRuns.runs}
          total={taskRuns.total}
          isWhole={taskRuns.isWhole}
          startMs={Date.parse(state.startDate)}
          endMs={isOver && state.endDate !== undefined ? Date.parse(state.endDate) : undefined}
          selected={task}
          onSelect={select}
          onToggle={toggle}
          onZoom={next => setSearch({ zoom: next }, { replace: true })}
        />
      </WithPanel>
    </div>
  )
}

function Heading({ head }: { readonly head: ExecutionHead }): ReactNode {
  return (
    <span className={classes['heading']}>
      <StateBadge state={head.state.current} />
      <span className={classes['muted']}>{head.namespace} /</span> {head.flowId}
    </span>
  )
}

/** Revision, beginning and length, beside what is usual. */
function Headline({ head }: { readonly head: ExecutionHead }): ReactNode {
  const newest = useNewestRevision(head)
  const { p50Ms, p95Ms } = useFlowRuns(head) ?? {}
  const { state, flowRevision } = head
  const isOver = isFinalState(state.current)
  return (
    <span className={classes['headline']}>
      <span>
        {t('revision', { revision: String(flowRevision) })}
        {newest !== undefined && newest !== flowRevision && ` (${t('newer', { revision: String(newest) })})`}
      </span>
      <Timestamp atMs={Date.parse(state.startDate)} />
      <Duration
        startMs={Date.parse(state.startDate)}
        endMs={isOver && state.endDate !== undefined ? Date.parse(state.endDate) : undefined}
      />
      {p50Ms !== undefined && (
        <span {...(p95Ms === undefined ? {} : tip(t('p95', { time: formatDuration(p95Ms) })))}>
          {t('usually', { time: formatDuration(p50Ms) })}
        </span>
      )}
    </span>
  )
}
