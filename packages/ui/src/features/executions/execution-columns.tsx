import type { ReactNode } from 'react'
import { Duration } from '../../widgets/duration.tsx'
import type { Column } from '../../widgets/table.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { StateBadge } from '../states/state-badge.tsx'
import classes from './executions-page.module.css'
import { t } from './messages.ts'
import type { ExecutionRow } from './use-executions.ts'

const LABELS_MAX = 3
/** Labels that the engine writes. */
const SYSTEM = 'system.'

export function executionColumns(direction: 'asc' | 'desc', toggle: () => void): readonly Column<ExecutionRow>[] {
  return [
    {
      id: 'state',
      title: t('state'),
      width: '128px',
      whyNoSort: t('noSort'),
      cell: row => <StateBadge state={row.state.current} />,
    },
    { id: 'flow', title: t('flow'), cell: row => <FlowName row={row} /> },
    {
      id: 'started',
      title: t('started'),
      width: '140px',
      sort: { direction, toggle },
      cell: row => <Timestamp atMs={Date.parse(row.state.startDate)} />,
    },
    { id: 'duration', title: t('duration'), width: '120px', align: 'end', cell: row => <DurationOf row={row} /> },
    { id: 'trigger', title: t('trigger'), width: '140px', isExtra: true, cell: row => row.trigger?.id ?? t('byHand') },
    { id: 'labels', title: t('labels'), isExtra: true, cell: row => <Labels row={row} /> },
    {
      id: 'id',
      title: t('id'),
      width: '210px',
      isExtra: true,
      cell: row => <span className={classes['id']}>{row.id}</span>,
    },
  ]
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

function DurationOf({ row }: { readonly row: ExecutionRow }): ReactNode {
  const { startDate, endDate } = row.state
  return <Duration startMs={Date.parse(startDate)} endMs={endDate === undefined ? undefined : Date.parse(endDate)} />
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
