import type { ReactNode } from 'react'
import { getLanguage } from '../../lib/messages.ts'
import { cx } from '../../widgets/class-names.ts'
import { BucketBar } from './bucket-bar.tsx'
import classes from './calendar-page.module.css'
import { dateOf } from './calendar-range.ts'
import { t } from './messages.ts'
import { shortCount, tellBucket } from './tell-bucket.ts'
import { sumOf, type BucketSum, type CalendarData } from './use-calendar.ts'

export interface MonthViewProps {
  readonly data: CalendarData
  readonly days: readonly number[]
  readonly month: number
  readonly today: string
  readonly onOpen: (date: string) => void
}

const NONE: BucketSum = { done: 0, failed: 0, other: 0, planned: 0 }

export function MonthView({ data, days, month, today, onOpen }: MonthViewProps): ReactNode {
  const byDate = new Map(data.buckets.map(bucket => [dateOf(Date.parse(bucket.start)), sumOf(bucket)]))
  const most = Math.max(
    1,
    ...[...byDate.values()].map(({ done, failed, other, planned }) => done + failed + other + planned),
  )
  const weekday = new Intl.DateTimeFormat(getLanguage(), { weekday: 'short' })
  return (
    <div className={classes['month']}>
      {days.slice(0, 7).map(day => (
        <div key={day} className={classes['weekday']} aria-hidden="true">
          {weekday.format(day)}
        </div>
      ))}
      {days.map(day => {
        const date = dateOf(day)
        const sum = byDate.get(date) ?? NONE
        return (
          <button
            key={date}
            type="button"
            className={cx(
              classes['day'],
              new Date(day).getMonth() !== month && classes['outside'],
              date === today && classes['today'],
            )}
            aria-current={date === today ? 'date' : undefined}
            onClick={() => onOpen(date)}
          >
            <span className="visually-hidden">{t('cell', { date, text: tellBucket(sum) })}</span>
            <span className={classes['number']} aria-hidden="true">
              {new Date(day).getDate()}
            </span>
            <BucketBar sum={sum} most={most} />
            <span className={classes['counts']} aria-hidden="true">
              {sum.done + sum.failed + sum.other > 0 && <span>{shortCount(sum.done + sum.failed + sum.other)}</span>}
              {sum.failed > 0 && <span className={classes['bad']}>✕ {shortCount(sum.failed)}</span>}
              {sum.planned > 0 && <span className={classes['plannedCount']}>{shortCount(sum.planned)}</span>}
            </span>
          </button>
        )
      })}
    </div>
  )
}
