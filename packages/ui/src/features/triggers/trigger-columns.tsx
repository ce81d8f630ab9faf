import { useMemo, useState, type ReactNode } from 'react'
import { useMay } from '../../lib/access/use-may.ts'
import { formatDuration } from '../../lib/time.ts'
import { useNow } from '../../platform/clock.ts'
import { Icon, type IconName } from '../../widgets/icon.tsx'
import type { Column } from '../../widgets/table.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { t } from './messages.ts'
import { backfillPart, lateMsOf, type TriggerKind, type TriggerRow } from './trigger-row.ts'
import classes from './triggers.module.css'
import type { Turn } from './use-switching.tsx'

/** Beside a trigger that is open there is less room. */
export function useTriggerColumns(isNarrow: boolean, turn: Turn): readonly Column<TriggerRow>[] {
  return useMemo(
    () => [
      { id: 'trigger', title: t('flowTrigger'), cell: row => <Name row={row} /> },
      { id: 'on', title: t('on'), width: '64px', cell: row => <Switch row={row} turn={turn} /> },
      ...(isNarrow ? [] : [KIND]),
      { id: 'words', title: t('words'), cell: row => <span title={row.cron}>{row.words}</span> },
      ...(isNarrow ? [] : [LAST]),
      { id: 'next', title: t('next'), width: '120px', cell: row => <Next row={row} /> },
      { id: 'state', title: t('state'), width: isNarrow ? '120px' : '180px', cell: row => <State row={row} /> },
    ],
    [isNarrow, turn],
  )
}

const KIND: Column<TriggerRow> = {
  id: 'kind',
  title: t('kind'),
  width: '112px',
  isExtra: true,
  cell: row => <Kind kind={row.kind} />,
}

const LAST: Column<TriggerRow> = {
  id: 'last',
  title: t('last'),
  width: '120px',
  isExtra: true,
  cell: row => <Last row={row} />,
}

/** Two lines on a narrow screen. */
export function TriggerCard({ row }: { readonly row: TriggerRow }): ReactNode {
  return (
    <span className={classes['card']}>
      <span className={classes['line']}>
        <Name row={row} />
        <State row={row} />
      </span>
      <span className={classes['line']}>
        <span className={classes['muted']}>{row.words}</span>
        <Next row={row} />
      </span>
    </span>
  )
}

const ICONS: Readonly<Record<TriggerKind, IconName>> = {
  schedule: 'clock',
  dates: 'calendar',
  poll: 'retry',
  realtime: 'trigger',
  webhook: 'link',
  flow: 'flow',
}

export function Kind({ kind }: { readonly kind: TriggerKind }): ReactNode {
  return (
    <span className={classes['kind']}>
      <Icon name={ICONS[kind]} size={14} />
      {t(kind)}
    </span>
  )
}

function Name({ row }: { readonly row: TriggerRow }): ReactNode {
  return (
    <span className={classes['name']}>
      {row.triggerId}{' '}
      <span className={classes['muted']}>
        {row.namespace} / {row.flowId}
      </span>
    </span>
  )
}

/** On or off, with the way back in the toast. */
export function Switch({ row, turn }: { readonly row: TriggerRow; readonly turn: Turn }): ReactNode {
  // Held here and not read from the mutation, which tells of itself a moment after the click: the box would jump back until then.
  const [wanted, setWanted] = useState<boolean>()
  const isOn = wanted ?? row.isOn
  const why = useMay()('TRIGGER:UPDATE', row.namespace) ?? (row.isOffInFlow ? t('disabledInFlow') : undefined)
  return (
    <input
      type="checkbox"
      role="switch"
      className={classes['switch']}
      aria-label={t('switch', { trigger: row.triggerId })}
      checked={isOn && !row.isOffInFlow}
      aria-disabled={why !== undefined}
      onChange={event => {
        if (why !== undefined) return
        const next = event.currentTarget.checked
        setWanted(next)
        void turn(row, next).then(() => setWanted(undefined))
      }}
      {...(why === undefined ? {} : tip(why))}
    />
  )
}

function Last({ row }: { readonly row: TriggerRow }): ReactNode {
  if (row.lastMs === undefined) return <span className={classes['muted']}>{t('never')}</span>
  return <Timestamp atMs={row.lastMs} isRelative />
}

function Next({ row }: { readonly row: TriggerRow }): ReactNode {
  return <Timestamp atMs={row.isOn ? row.nextMs : undefined} isRelative />
}

const TICK_MS = 10_000

export function State({ row }: { readonly row: TriggerRow }): ReactNode {
  const now = useNow(TICK_MS)
  if (!row.isOn) return <span className={classes['muted']}>{t('off')}</span>
  if (row.backfill)
    return (
      <span className={classes['running']}>
        {row.backfill.isPaused
          ? t('backfillPaused')
          : t('backfilling', { percent: Math.round(backfillPart(row.backfill) * 100) })}
      </span>
    )
  if (row.lockedBy !== undefined) return <span className={classes['waiting']}>{t('locked')}</span>
  const late = lateMsOf(row, now)
  if (late > 0)
    return (
      <span className={classes['late']}>
        {t('late')} {formatDuration(late)}
      </span>
    )
  return <span>{t('ok')}</span>
}
