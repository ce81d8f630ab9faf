// Seven days of twenty-four hours. Where the clocks change, an hour is missing or stands twice.
import type { ReactNode } from 'react'
import { getLanguage } from '../../lib/messages.ts'
import { cx } from '../../widgets/class-names.ts'
import { BucketBar } from './bucket-bar.tsx'
import classes from './calendar-page.module.css'
import { dateOf } from './calendar-range.ts'
import { t } from './messages.ts'
import { tellBucket } from './tell-bucket.ts'
import { sumOf, type CalendarData } from './use-calendar.ts'

export interface WeekViewProps {
  readonly data: CalendarData
  readonly days: readonly number[]
  readonly today: string
  readonly onOpen: (date: string) => void
}

export function WeekView({ data, days, today, onOpen }: WeekViewProps): ReactNode {
  const sums = data.buckets.map(bucket => ({ startMs: Date.parse(bucket.start), sum: sumOf(bucket) }))
  const most = Math.max(1, ...sums.map(({ sum }) => sum.done + sum.failed + sum.other + sum.planned))
  const head = new Intl.DateTimeFormat(getLanguage(), { weekday: 'short', day: 'numeric' })
  const at = (day: number, hour: number): readonly (typeof sums)[number][] =>
    sums.filter(({ startMs }) => dateOf(startMs) === dateOf(day) && new Date(startMs).getHours() === hour)
  return (
    <div className={classes['scroll']}>
      <table className={classes['week']}>
        <thead>
          <tr>
            <th scope="col">{t('hour')}</th>
            {days.map(day => (
              <th key={day} scope="col" className={cx(dateOf(day) === today && classes['today'])}>
                <button type="button" className={classes['dayHead']} onClick={() => onOpen(dateOf(day))}>
                  {head.format(day)}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {HOURS.map(hour => (
            <tr key={hour}>
              <th scope="row">{`${String(hour).padStart(2, '0')}:00`}</th>
              {days.map(day => {
                const found = at(day, hour)
                const text = found.map(({ sum }) => tellBucket(sum)).join('; ')
                return (
                  <td key={day} title={text}>
                    <span className="visually-hidden">{text}</span>
                    {found.map(({ startMs, sum }) => (
                      <BucketBar key={startMs} sum={sum} most={most} />
                    ))}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const HOURS = Array.from({ length: 24 }, (_, hour) => hour)
