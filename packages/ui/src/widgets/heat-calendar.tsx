// Days in weeks, each as strong as what happens on it. A day is a button with a number and a word; the colour only helps to find it.
import type { ReactNode } from 'react'
import { cx } from './class-names.ts'
import classes from './heat-calendar.module.css'
import { tip } from './tooltip.ts'

export interface HeatDay {
  /** `2026-11-22`. */
  readonly date: string
  /** 0 to 1. */
  readonly heat: number
  readonly title: string
  /** Something is not as usual. */
  readonly isMarked?: boolean
}

export interface HeatCalendarProps {
  readonly label: string
  readonly days: readonly HeatDay[]
  readonly onOpen?: (date: string) => void
}

export function HeatCalendar({ label, days, onOpen }: HeatCalendarProps): ReactNode {
  const [first] = days
  const before = first ? (weekdayOf(first.date) + 6) % 7 : 0
  return (
    <div className={classes['calendar']} role="group" aria-label={label}>
      {Array.from({ length: before }, (_, index) => (
        <span key={index} />
      ))}
      {days.map(({ date, heat, title, isMarked = false }) => (
        <button
          key={date}
          type="button"
          className={cx(classes['day'], heat > 0 && classes['warm'], isMarked && classes['marked'])}
          style={heat > 0 ? { background: groundOf(heat) } : undefined}
          onClick={() => onOpen?.(date)}
          {...tip(title)}
        >
          <span aria-hidden="true">{Number(date.slice(8))}</span>
          <span className="visually-hidden">{title}</span>
        </button>
      ))}
    </div>
  )
}

/** Never so strong that the number cannot be read. */
function groundOf(heat: number): string {
  return `color-mix(in srgb, var(--running-solid) ${Math.round(8 + heat * 36)}%, var(--surface))`
}

function weekdayOf(date: string): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay()
}
