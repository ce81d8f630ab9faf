// One day: how its hours are filled, and what is planned, one line per date and trigger.
import type { ReactNode } from 'react'
import { Link } from '../../lib/link.tsx'
import { paths, withQuery } from '../../lib/paths.ts'
import { BucketBar } from './bucket-bar.tsx'
import classes from './calendar-page.module.css'
import { rangeOf } from './calendar-range.ts'
import { t } from './messages.ts'
import { isEmpty, tellBucket } from './tell-bucket.ts'
import { sumOf, type CalendarData } from './use-calendar.ts'

export interface DayViewProps {
  readonly data: CalendarData
  readonly dayMs: number
  readonly namespace: string | undefined
}

const SHOWN = 200

export function DayView({ data, dayMs, namespace }: DayViewProps): ReactNode {
  const { fromMs, toMs } = rangeOf('day', dayMs)
  const sums = data.buckets.map(bucket => ({ start: bucket.start, sum: sumOf(bucket) }))
  const most = Math.max(1, ...sums.map(({ sum }) => sum.done + sum.failed + sum.other + sum.planned))
  const planned = data.planned.filter(({ at }) => Date.parse(at) >= fromMs && Date.parse(at) < toMs)
  const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const executions = withQuery(paths.executions(), [
    ['filters[startDate][GREATER_THAN_OR_EQUAL_TO]', new Date(fromMs).toISOString()],
    ['filters[startDate][LESS_THAN_OR_EQUAL_TO]', new Date(toMs).toISOString()],
    ...(namespace === undefined ? [] : [['filters[namespace][PREFIX]', namespace] as const]),
  ])
  return (
    <div className={classes['dayView']}>
      <section className={classes['card']}>
        <header className={classes['cardHead']}>
          <h3>{t('hour')}</h3>
          <Link to={executions}>{t('ran')}</Link>
        </header>
        <ol className={classes['hours']}>
          {sums.map(({ start, sum }) => (
            <li key={start}>
              <time dateTime={start}>{clock.format(Date.parse(start))}</time>
              <BucketBar sum={sum} most={most} />
              <span className={isEmpty(sum) ? 'visually-hidden' : classes['muted']}>{tellBucket(sum)}</span>
            </li>
          ))}
        </ol>
      </section>
      <section className={classes['card']}>
        <header className={classes['cardHead']}>
          <h3>{t('plannedHead')}</h3>
        </header>
        {planned.length === 0 && <p className={classes['muted']}>{t('noPlanned')}</p>}
        <ol className={classes['planned']}>
          {planned.slice(0, SHOWN).map(({ at, namespace: of, flowId, triggerId, executionId }) => (
            <li key={`${at} ${of}.${flowId}.${triggerId ?? executionId ?? ''}`}>
              <time dateTime={at}>{clock.format(Date.parse(at))}</time>
              <Link
                to={
                  triggerId === undefined
                    ? executionId === undefined
                      ? paths.flow({ namespace: of, id: flowId })
                      : paths.execution({ namespace: of, flowId, id: executionId })
                    : withQuery(paths.triggers(), [['trigger', `${of}.${flowId}.${triggerId}`]])
                }
              >
                {of} / {flowId}
                {triggerId !== undefined && ` · ${triggerId}`}
              </Link>
            </li>
          ))}
        </ol>
        {planned.length > SHOWN && <p className={classes['muted']}>{t('more', { count: planned.length - SHOWN })}</p>}
      </section>
    </div>
  )
}
