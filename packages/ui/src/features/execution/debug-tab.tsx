// What happened event by event, and how everything was at any of them: the chart, the inputs and the variables of that moment, and what changed by it.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useMemo, type KeyboardEvent, type ReactNode } from 'react'
import { useActions } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { numberParam, textParam, useSearchState } from '../../lib/search-state.ts'
import { isFinalState, stateGroupOf, stateWord } from '../../lib/states.ts'
import { formatClock } from '../../lib/time.ts'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon, type IconName } from '../../widgets/icon.tsx'
import { lazyDialog, lazyPart } from '../../widgets/lazy-part.tsx'
import { Skeleton, SkeletonRows } from '../../widgets/skeleton.tsx'
import { Table, type Column } from '../../widgets/table.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { Gantt } from '../gantt/gantt.tsx'
import type { GanttRun } from '../gantt/gantt-run.ts'
import type { TreeSource } from '../gantt/gantt-tree.ts'
import { debugMessages as t } from './debug-messages.ts'
import classes from './debug-tab.module.css'
import { stepTo, type JournalEvent, type Step } from './debug-steps.ts'
import type { ExecutionHead } from './use-execution.ts'

const PARAMS = { at: numberParam, task: textParam, watch: textParam, open: textParam }
const PIECE = 1_000
const WATCHED_MAX = 8
const ForkDialog = lazyDialog(async () => (await import('./fork-dialog.tsx')).ForkDialog)
const WatchList = lazyPart(async () => (await import('./watch-list.tsx')).WatchList, <Skeleton height="6.5rem" />)
const Moment = lazyPart(async () => (await import('./debug-moment.tsx')).Moment, <SkeletonRows rows={4} />)
const NOTHING: ReadonlySet<string> = new Set()

export function DebugTab({ head }: { readonly head: ExecutionHead }): ReactNode {
  const [{ at, task, watch, open }, setSearch] = useSearchState(PARAMS)
  const { events, total, error, isPending, refetch, more } = useJournal(head.id)
  const seq = Math.min(Math.max(0, at ?? total - 1), Math.max(0, total - 1))
  const go = (next: number): void => setSearch({ at: next }, { replace: true })
  const { data: then } = useQuery({
    queryKey: ['executions', head.id, 'state-at', seq],
    queryFn: ({ signal }) => api.executions.stateAt({ params: { executionId: head.id }, query: { at: seq }, signal }),
    enabled: total > 0,
    staleTime: Infinity,
    placeholderData: before => before,
  })
  if (error) return <ErrorCard title={t('failed')} error={error} onRetry={refetch} />
  if (isPending || !then) return <SkeletonRows rows={8} />
  const event = events[seq]
  const isLive = !isFinalState(head.state.current)
  const runs: readonly GanttRun[] = then.taskRunList ?? []
  return (
    <>
      <Steps
        {...{ events, seq, total }}
        onGo={go}
        onFork={isLive || seq < total - 1 ? () => setSearch({ open: 'fork' }) : undefined}
      />
      {open === 'fork' && <ForkDialog {...{ head, then, seq }} onClose={() => setSearch({ open: undefined })} />}
      <div className={classes['parts']}>
        <div className={classes['main']}>
          <Gantt
            tree={treeOf(runs)}
            runs={runs}
            total={runs.length}
            isWhole
            startMs={Date.parse(head.state.startDate)}
            endMs={event === undefined ? undefined : Date.parse(event.at)}
            selected={task}
            onSelect={run => setSearch({ task: run }, { replace: true })}
            onToggle={() => undefined}
            zoom={undefined}
            onZoom={() => undefined}
          />
          <WatchList
            executionId={head.id}
            expressions={watchedOf(watch)}
            {...{ seq, total, onGo: go }}
            onChange={next => setSearch({ watch: next.length === 0 ? undefined : JSON.stringify(next) })}
          />
          <Moment {...{ then, event, runs, task }} />
        </div>
        <div className={classes['events']}>
          <Table
            label={t('events')}
            columns={columnsOf(seq, go)}
            rows={events}
            rowKey={row => String(row.seq)}
            isCompact
            hasKeys={false}
            total={total}
            onEnd={more}
          />
        </div>
      </div>
    </>
  )
}

interface Journal {
  readonly events: readonly JournalEvent[]
  readonly total: number
  readonly error: Error | null
  readonly isPending: boolean
  refetch(): void
  more(): void
}

function useJournal(id: string): Journal {
  const { data, error, isPending, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: ['executions', id, 'journal'],
    queryFn: ({ pageParam, signal }) =>
      api.executions.journal({ params: { executionId: id }, query: { from: pageParam, count: PIECE }, signal }),
    initialPageParam: 0,
    getNextPageParam: last => last.next ?? undefined,
  })
  const events = useMemo(() => data?.pages.flatMap(page => page.events) ?? [], [data])
  return {
    events,
    total: data?.pages.at(-1)?.total ?? 0,
    error,
    isPending,
    refetch: () => void refetch(),
    more: () => {
      if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
    },
  }
}

/** Of the address: written by hand it may be anything. */
function watchedOf(text: string | undefined): readonly string[] {
  if (text === undefined) return []
  try {
    const list: unknown = JSON.parse(text)
    return Array.isArray(list) ? list.filter((one): one is string => typeof one === 'string').slice(0, WATCHED_MAX) : []
  } catch {
    return [text]
  }
}

/** In the order of their start: what is in a group stands below it. */
function treeOf(runs: readonly GanttRun[]): TreeSource {
  return { roots: runs, childrenOf: () => [], notableOf: () => [], toggled: NOTHING }
}

type Button = Exclude<Step, 'taskBack'>

const BUTTONS: readonly { readonly step: Button; readonly icon: IconName; readonly keys?: string }[] = [
  { step: 'first', icon: 'first' },
  { step: 'back', icon: 'left', keys: ',' },
  { step: 'forward', icon: 'right', keys: '.' },
  { step: 'last', icon: 'last' },
]

interface StepsProps {
  readonly events: readonly JournalEvent[]
  readonly seq: number
  readonly total: number
  readonly onGo: (seq: number) => void
  /** Not where nothing is left to be done. */
  readonly onFork: (() => void) | undefined
}

function Steps({ events, seq, total, onGo, onFork }: StepsProps): ReactNode {
  const event = events[seq]
  const to = (step: Step): number => stepTo(step, { events, seq, total })
  useActions(
    BUTTONS.flatMap(({ step, keys }) =>
      keys === undefined
        ? []
        : [{ id: `debug.${step}`, title: t(step), section: t('section'), keys, run: () => onGo(to(step)) }],
    ),
  )
  const key = (event: KeyboardEvent): void => {
    if (event.key === 'PageDown') onGo(to('task'))
    else if (event.key === 'PageUp') onGo(to('taskBack'))
    else return
    event.preventDefault()
  }
  return (
    <section className={classes['steps']} aria-label={t('section')}>
      {BUTTONS.map(({ step, icon, keys }) => (
        <button
          key={step}
          type="button"
          className={classes['step']}
          aria-label={t(step)}
          {...(to(step) === seq ? tip(t('whyHere')) : tip(t(step), keys))}
          aria-disabled={to(step) === seq}
          onClick={() => onGo(to(step))}
        >
          <Icon name={icon} />
        </button>
      ))}
      <button type="button" className={classes['word']} onClick={() => onGo(to('task'))}>
        {t('task')}
      </button>
      <ToFailure hasFailed={events.some(({ to: state }) => state === 'FAILED')} onGo={() => onGo(to('failure'))} />
      <input
        type="range"
        className={classes['slider']}
        aria-label={t('position')}
        aria-valuetext={event && textOf(event)}
        min={0}
        max={Math.max(0, total - 1)}
        value={seq}
        onKeyDown={key}
        onChange={change => onGo(Number(change.currentTarget.value))}
      />
      <span className={classes['told']}>
        {t('seq', { seq: seq + 1, total })}
        {event && ` · ${formatClock(Date.parse(event.at))} · ${textOf(event)}`}
      </span>
      <button
        type="button"
        className={classes['word']}
        aria-disabled={onFork === undefined}
        {...tip(onFork === undefined ? t('whyEnded') : t('forkHere'))}
        onClick={onFork}
      >
        {t('forkHere')}
      </button>
    </section>
  )
}

function ToFailure({ hasFailed, onGo }: { readonly hasFailed: boolean; readonly onGo: () => void }): ReactNode {
  return (
    <button
      type="button"
      className={classes['word']}
      aria-disabled={!hasFailed}
      {...(hasFailed ? {} : tip(t('whyNoFailure')))}
      onClick={() => {
        if (hasFailed) onGo()
      }}
    >
      {t('failure')}
    </button>
  )
}

function textOf({ type, taskId, value, to }: JournalEvent): string {
  const place = taskId === undefined ? '' : ` ${taskId}${value === undefined ? '' : ` ${value}`}`
  return `${type}${place}${to === undefined ? '' : ` → ${stateWord(to)}`}`
}

function columnsOf(seq: number, go: (seq: number) => void): readonly Column<JournalEvent>[] {
  return [
    {
      id: 'event',
      title: t('events'),
      cell: event => (
        <button
          type="button"
          className={classes['entry']}
          aria-current={event.seq === seq}
          onClick={() => go(event.seq)}
        >
          <span
            className={classes['dot']}
            style={{ background: event.to === undefined ? 'var(--line)' : `var(--${stateGroupOf(event.to)}-solid)` }}
          />
          {textOf(event)}
        </button>
      ),
    },
    {
      id: 'at',
      title: t('at'),
      width: '104px',
      align: 'end',
      cell: event => <span className={classes['muted']}>{formatClock(Date.parse(event.at))}</span>,
    },
  ]
}
