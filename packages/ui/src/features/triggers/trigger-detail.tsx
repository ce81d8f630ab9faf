import { ActionIcon } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { useMay } from '../../lib/access/use-may.ts'
import { TENANT } from '../../lib/api.ts'
import { api } from '../../lib/api.ts'
import { Link } from '../../lib/link.tsx'
import { paths, withQuery } from '../../lib/paths.ts'
import { formatMoment } from '../../lib/time.ts'
import { nowMs } from '../../platform/clock.ts'
import { CopyButton } from '../../widgets/copy-button.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { Menu } from '../../widgets/menu.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { Simulator } from '../simulator/simulator.tsx'
import { WhyPanel } from '../why/why-panel.tsx'
import { BackfillDialog } from './backfill-dialog.tsx'
import { t } from './messages.ts'
import { Kind, State, Switch } from './trigger-columns.tsx'
import { backfillPart, hasDates, type BackfillState, type TriggerRow } from './trigger-row.ts'
import classes from './triggers.module.css'
import type { Turn } from './use-switching.tsx'
import { nameOf, useAct } from './use-triggers.ts'

export interface TriggerDetailProps {
  readonly row: TriggerRow
  readonly turn: Turn
  readonly onClose: () => void
}

export function TriggerDetail({ row, turn, onClose }: TriggerDetailProps): ReactNode {
  const [isFilling, setFilling] = useState(false)
  return (
    <div className={classes['detail']}>
      <header className={classes['detailHead']}>
        <h2 className={classes['detailTitle']}>{row.triggerId}</h2>
        <Actions row={row} onBackfill={() => setFilling(true)} />
        <ActionIcon aria-label={t('close')} onClick={onClose} className={classes['detailClose']}>
          <Icon name="close" />
        </ActionIcon>
      </header>
      <p className={classes['line']}>
        <Switch row={row} turn={turn} />
        <Kind kind={row.kind} />
        <State row={row} />
      </p>
      <p className={classes['sentence']}>{row.words}</p>
      {row.description !== undefined && <p>{row.description}</p>}
      <Facts row={row} />
      {row.backfill && <Backfill row={row} backfill={row.backfill} />}
      {row.webhookKey !== undefined && <Webhook row={row} webhookKey={row.webhookKey} />}
      <section className={classes['part']}>
        <h3>{t('whyHead')}</h3>
        <WhyPanel subject={`trigger:${row.key}`} />
      </section>
      {hasDates(row) && (
        <section className={classes['part']}>
          <h3>{t('simulatorHead')}</h3>
          <Simulator trigger={row} />
        </section>
      )}
      {isFilling && <BackfillDialog row={row} onClose={() => setFilling(false)} />}
    </div>
  )
}

function Facts({ row }: { readonly row: TriggerRow }): ReactNode {
  const flow = { namespace: row.namespace, id: row.flowId }
  const executions = withQuery(paths.executions(), [
    ['filters[namespace][EQUALS]', row.namespace],
    ['filters[flowId][EQUALS]', row.flowId],
  ])
  return (
    <dl className={classes['facts']}>
      <dt>{t('toFlow')}</dt>
      <dd>
        <Link to={paths.flow(flow)}>
          {row.namespace} / {row.flowId}
        </Link>{' '}
        · <Link to={executions}>{t('itsExecutions')}</Link>
      </dd>
      <dt>{t('type')}</dt>
      <dd className={classes['code']}>{row.type}</dd>
      {row.cron !== undefined && (
        <>
          <dt>cron</dt>
          <dd className={classes['code']}>{row.cron}</dd>
        </>
      )}
      {row.timezone !== undefined && (
        <>
          <dt>{t('zone')}</dt>
          <dd>{row.timezone}</dd>
        </>
      )}
      {row.when !== undefined && (
        <>
          <dt>{t('when')}</dt>
          <dd className={classes['code']}>{row.when}</dd>
        </>
      )}
      <dt>{t('last')}</dt>
      <dd>{row.lastMs === undefined ? t('never') : <Timestamp atMs={row.lastMs} />}</dd>
      <dt>{t('next')}</dt>
      <dd>
        <Timestamp atMs={row.isOn ? row.nextMs : undefined} />
      </dd>
      {row.lockedBy !== undefined && (
        <>
          <dt>{t('lockedBy')}</dt>
          <dd>
            <Link to={paths.execution({ namespace: row.namespace, flowId: row.flowId, id: row.lockedBy })}>
              {row.lockedBy}
            </Link>
          </dd>
        </>
      )}
    </dl>
  )
}

function Actions({ row, onBackfill }: { readonly row: TriggerRow; readonly onBackfill: () => void }): ReactNode {
  const unlock = useAct(
    () => api.triggers.unlock({ params: { ...nameOf(row) } }),
    () => ({ text: t('unlocked', { trigger: row.triggerId }) }),
  )
  const restart = useAct(
    () => api.triggers.restart({ params: { ...nameOf(row) } }),
    () => ({ text: t('restarted', { trigger: row.triggerId }) }),
  )
  const isSchedule = hasDates(row)
  const mayNot = useMay()
  const missing = mayNot('TRIGGER:UPDATE', row.namespace)
  return (
    <Menu
      label={t('actions')}
      align="end"
      className={classes['menu']}
      button={<Icon name="more" />}
      groups={[
        {
          items: [
            {
              id: 'backfill',
              title: t('backfill'),
              icon: 'replay',
              why: missing ?? (isSchedule ? (row.backfill ? t('backfillRuns') : undefined) : t('backfillOnly')),
              run: onBackfill,
            },
            {
              id: 'unlock',
              title: t('unlock'),
              icon: 'lock',
              why: missing ?? (row.lockedBy === undefined && row.kind !== 'poll' ? t('notLocked') : undefined),
              run: () => unlock.mutate(undefined),
            },
            { id: 'restart', title: t('restart'), icon: 'retry', why: missing, run: () => restart.mutate(undefined) },
          ],
        },
      ]}
    />
  )
}

function Webhook({ row, webhookKey }: { readonly row: TriggerRow; readonly webhookKey: string }): ReactNode {
  const path = [row.namespace, row.flowId, webhookKey].map(encodeURIComponent).join('/')
  const url = `${location.origin}/api/v1/${TENANT}/executions/webhook/${path}`
  return (
    <section className={classes['part']}>
      <h3>{t('webhookUrl')}</h3>
      <code className={classes['url']}>{url}</code>
      <p className={classes['line']}>
        <CopyButton text={url} label={t('copyUrl')} />
        <span className={classes['muted']}>{t('webhookHint')}</span>
      </p>
    </section>
  )
}

interface BackfillProps {
  readonly row: TriggerRow
  readonly backfill: BackfillState
}

function Backfill({ row, backfill }: BackfillProps): ReactNode {
  const body = nameOf(row)
  const told = (): { readonly text: string } => ({ text: `${t('backfillHead')}: ${row.triggerId}` })
  const pause = useAct(() => api.triggers.pauseBackfill({ body }), told)
  const goOn = useAct(() => api.triggers.unpauseBackfill({ body }), told)
  const end = useAct(() => api.triggers.deleteBackfill({ body }), told)
  const rights = { need: 'TRIGGER:UPDATE', namespace: row.namespace } as const
  const now = nowMs()
  const text = t('backfillAt', {
    current: formatMoment(backfill.currentMs, now),
    start: formatMoment(backfill.startMs, now),
    end: formatMoment(backfill.endMs, now),
  })
  return (
    <section className={classes['part']}>
      <h3>{t('backfillHead')}</h3>
      <progress className={classes['progress']} max={1} value={backfillPart(backfill)} aria-label={text} />
      <p className={classes['line']}>
        <span className={classes['muted']}>{text}</span>
        <MayButton {...rights} size="compact-sm" onClick={() => (backfill.isPaused ? goOn : pause).mutate(undefined)}>
          {backfill.isPaused ? t('goOn') : t('pause')}
        </MayButton>
        <MayButton {...rights} size="compact-sm" onClick={() => end.mutate(undefined)}>
          {t('end')}
        </MayButton>
      </p>
    </section>
  )
}
