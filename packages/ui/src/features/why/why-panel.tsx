// Why did it not run? The answer first, then what was checked and written down, then what comes next.
import { TextInput } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { usePollMs } from '../../lib/live/live.ts'
import { cx } from '../../widgets/class-names.ts'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { StateBadge } from '../states/state-badge.tsx'
import { t } from './messages.ts'
import classes from './why-panel.module.css'

const FINE = ['started', 'nothing-noted', 'ended']

export interface WhyPanelProps {
  /** `trigger:company.sales.orders.nightly` or `execution:4kQ2…`. */
  readonly subject: string
  /** Whether a moment can be asked about. */
  readonly hasMoment?: boolean
}

export function WhyPanel({ subject, hasMoment = true }: WhyPanelProps): ReactNode {
  const [local, setLocal] = useState('')
  const at = local === '' ? undefined : new Date(local)
  const moment = at === undefined || Number.isNaN(at.getTime()) ? undefined : at.toISOString()
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['decisions', subject, moment],
    queryFn: ({ signal }) =>
      api.planning.decisions({ query: { subject, ...(moment === undefined ? {} : { at: moment }) }, signal }),
    placeholderData: before => before,
    refetchInterval: usePollMs(),
  })
  if (error) return <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />
  if (isPending) return <SkeletonRows rows={3} />
  const isFine = FINE.includes(data.answer.code) || data.answer.code.startsWith('waits-for-')
  return (
    <div className={classes['panel']}>
      {hasMoment && (
        <TextInput
          type="datetime-local"
          label={t('at')}
          description={t('atHint')}
          value={local}
          onChange={event => setLocal(event.currentTarget.value)}
        />
      )}
      <p className={cx(classes['answer'], isFine && classes['fine'])}>
        <Icon name={isFine ? 'info' : 'warning'} />
        <span>{data.answer.reason}</span>
      </p>
      <Checks checks={data.checks} />
      <h3 className={classes['head']}>{t('evidence')}</h3>
      {data.decisions.length === 0 && <p className={classes['muted']}>{t('noEvidence')}</p>}
      <ul className={classes['reasons']}>
        {data.decisions.map(({ code, reason, count, lastDate }) => (
          <li key={`${code} ${reason}`}>
            <span>{reason}</span>
            <span className={classes['muted']}>
              {t('times', { count })} · <Timestamp atMs={Date.parse(lastDate)} isRelative />
            </span>
          </li>
        ))}
      </ul>
      {data.executions.length > 0 && (
        <>
          <h3 className={classes['head']}>{t('around')}</h3>
          <ul className={classes['reasons']}>
            {data.executions.map(({ id, state, startDate }) => (
              <li key={id}>
                <StateBadge state={state} />
                <span className={classes['muted']}>
                  <Timestamp atMs={Date.parse(startDate)} />
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      <p>
        <span className={classes['muted']}>{t('next')} </span>
        {data.next === null ? t('noNext') : <Timestamp atMs={Date.parse(data.next)} />}
      </p>
    </div>
  )
}

type Check = Awaited<ReturnType<typeof api.planning.decisions>>['checks'][number]

function Checks({ checks }: { readonly checks: readonly Check[] }): ReactNode {
  return (
    <ul className={classes['checks']} aria-label={t('checked')}>
      {checks.map(({ check, ok, detail }) => (
        <li key={check} className={ok ? undefined : classes['broken']}>
          <Icon name={ok ? 'check' : 'close'} size={14} />
          <span className="visually-hidden">{ok ? t('fulfilled') : t('broken')}: </span>
          {check}
          {detail !== undefined && <span className={classes['muted']}> · {detail}</span>}
        </li>
      ))}
    </ul>
  )
}
