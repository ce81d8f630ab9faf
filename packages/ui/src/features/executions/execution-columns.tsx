import type { ReactNode } from 'react'
import { formatDuration } from '../../lib/time.ts'
import { isFinalState, stateGroupOf } from '../../lib/states.ts'
import { useNow } from '../../platform/clock.ts'
import { cx } from '../../widgets/class-names.ts'
import { Duration } from '../../widgets/duration.tsx'
import type { Column } from '../../widgets/table.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { StateBadge } from '../states/state-badge.tsx'
import classes from './execution-columns.module.css'
import { t } from './messages.ts'
import type { ExecutionRow, FlowSpeed } from './use-executions.ts'

const LABELS_MAX = 3
/** Labels that the engine writes. */
const SYSTEM = 'system.'
const TICK_MS = 1_000

/** All there are, in their order; those that are shown at first. */
export const COLUMN_IDS = [
  'state',
  'flow',
  'started',
  'duration',
  'trigger',
  'labels',
  'error',
  'ended',
  'revision',
  'waits',
  'parent',
  'id',
] as const
export type ColumnId = (typeof COLUMN_IDS)[number]
export const USUAL_COLUMNS: readonly ColumnId[] = ['state', 'flow', 'started', 'duration', 'trigger', 'labels', 'error']

export interface ColumnsWish {
  readonly sort?: { readonly direction: 'asc' | 'desc'; toggle(): void }
  readonly speeds: ReadonlyMap<string, FlowSpeed>
  readonly shown: readonly ColumnId[]
}

export function executionColumns({ sort, speeds, shown }: ColumnsWish): readonly Column<ExecutionRow>[] {
  const whyNoSort = t('noSort')
  const all: Readonly<Record<ColumnId, Omit<Column<ExecutionRow>, 'id' | 'title'>>> = {
    state: { width: '120px', whyNoSort, cell: row => <StateBadge state={row.state.current} /> },
    flow: {
      cell: row => (
        <span className={classes['name']}>
          <FlowName row={row} />
        </span>
      ),
    },
    started: {
      width: '116px',
      ...(sort ? { sort } : {}),
      cell: row => <Timestamp atMs={Date.parse(row.state.startDate)} />,
    },
    duration: {
      width: '150px',
      whyNoSort,
      cell: row => <DurationBar row={row} speed={speeds.get(`${row.namespace}.${row.flowId}`)} />,
    },
    trigger: { width: '120px', isExtra: 'first', cell: row => row.trigger?.id ?? <Quiet>{t('byHand')}</Quiet> },
    labels: { width: '14%', isExtra: true, cell: row => <Labels row={row} /> },
    error: { width: '27%', isExtra: 'last', cell: row => <Failure row={row} /> },
    ended: { width: '116px', isExtra: true, cell: row => <Timestamp atMs={endMsOf(row)} /> },
    revision: { width: '72px', align: 'end', isExtra: true, cell: row => row.flowRevision },
    waits: { width: '110px', isExtra: true, cell: row => row.waitsFor ?? '' },
    parent: { width: '210px', isExtra: true, cell: row => <Code>{row.parentId}</Code> },
    id: { width: '210px', isExtra: true, cell: row => <Code>{row.id}</Code> },
  }
  return COLUMN_IDS.filter(id => shown.includes(id)).map(id => ({ id, title: t(id), ...all[id] }))
}

/** Two lines on a narrow screen. */
export function ExecutionCard({ row }: { readonly row: ExecutionRow }): ReactNode {
  return (
    <span className={classes['card']}>
      <span className={classes['line']}>
        <span className={classes['name']}>
          <FlowName row={row} />
        </span>
        <StateBadge state={row.state.current} />
      </span>
      <span className={classes['line']}>
        <Timestamp atMs={Date.parse(row.state.startDate)} />
        {row.failure && <Failure row={row} />}
        <DurationOf row={row} />
      </span>
    </span>
  )
}

function FlowName({ row }: { readonly row: ExecutionRow }): ReactNode {
  return (
    <>
      <span className={classes['namespace']}>{row.namespace} / </span>
      <span className={classes['flow']}>{row.flowId}</span>
    </>
  )
}

/** One that waits for a person has not ended. */
export function endMsOf({ state: { current, endDate } }: ExecutionRow): number | undefined {
  return endDate === undefined || !isFinalState(current) ? undefined : Date.parse(endDate)
}

function DurationOf({ row }: { readonly row: ExecutionRow }): ReactNode {
  return <Duration startMs={Date.parse(row.state.startDate)} endMs={endMsOf(row)} />
}

/** How long beside how long it usually takes: half of the bar is the median, all of it the 95th of a hundred or more. */
function DurationBar({ row, speed }: { readonly row: ExecutionRow; readonly speed: FlowSpeed | undefined }): ReactNode {
  const endMs = endMsOf(row)
  const now = useNow(TICK_MS, endMs === undefined)
  const tookMs = Math.max(0, (endMs ?? now) - Date.parse(row.state.startDate))
  const { p50Ms, p95Ms } = speed ?? {}
  const isSlow = endMs !== undefined && p95Ms !== undefined && tookMs > p95Ms * 1.05 && tookMs - p95Ms > 500
  const share = Math.min(1, tookMs / Math.max(1, p95Ms ?? tookMs))
  const usual = p50Ms === undefined ? '' : t('usually', { time: formatDuration(p50Ms) })
  const slow = isSlow ? t('slow', { time: formatDuration(p95Ms) }) : ''
  return (
    <span className={classes['duration']} {...(usual === '' ? {} : tip([usual, slow].filter(Boolean).join('\n')))}>
      <span className={classes['track']} aria-hidden="true">
        <span
          className={cx(classes['fill'], classes[stateGroupOf(row.state.current)])}
          style={{ width: `${share * 100}%` }}
        />
      </span>
      <DurationOf row={row} />
      {isSlow && <span className={classes['slow']}>p95</span>}
    </span>
  )
}

function Failure({ row: { failure } }: { readonly row: ExecutionRow }): ReactNode {
  if (!failure) return null
  return (
    <span className={classes['failure']} {...tip(`${failure.taskId}: ${failure.message ?? t('noMessage')}`)}>
      <span className={classes['task']}>{failure.taskId}</span> {failure.message}
    </span>
  )
}

function Labels({ row }: { readonly row: ExecutionRow }): ReactNode {
  const labels = (row.labels ?? []).filter(({ key }) => !key.startsWith(SYSTEM))
  return (
    <span className={classes['labels']}>
      {labels.slice(0, LABELS_MAX).map(({ key, value }) => (
        <span key={key} className={classes['label']}>
          {key}:{value}
        </span>
      ))}
      {labels.length > LABELS_MAX && <span className={classes['label']}>+{labels.length - LABELS_MAX}</span>}
    </span>
  )
}

function Quiet({ children }: { readonly children: ReactNode }): ReactNode {
  return <span className={classes['namespace']}>{children}</span>
}

function Code({ children }: { readonly children: ReactNode }): ReactNode {
  return <span className={classes['id']}>{children}</span>
}
