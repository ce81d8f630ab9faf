// When will it run, and how did it go? What ran and what is planned, of all flows together.
import { Button, NativeSelect } from '@mantine/core'
import '@mantine/core/styles/Input.css'
import type { ReactNode } from 'react'
import { Page } from '../../app/page.tsx'
import { useActions } from '../../lib/actions.ts'
import { getLanguage } from '../../lib/messages.ts'
import { textParam, useSearchState, wordParam } from '../../lib/search-state.ts'
import { useNow } from '../../platform/clock.ts'
import { cx } from '../../widgets/class-names.ts'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { Skeleton } from '../../widgets/skeleton.tsx'
import { useNamespaces } from '../home/use-home.ts'
import classes from './calendar-page.module.css'
import { dateOf, moveBy, parseDay, rangeOf, type CalendarView } from './calendar-range.ts'
import { DayView } from './day-view.tsx'
import { t } from './messages.ts'
import { MonthView } from './month-view.tsx'
import { useCalendar } from './use-calendar.ts'
import { WeekView } from './week-view.tsx'

const PARAMS = { view: wordParam(['month', 'week', 'day']), at: textParam, namespace: textParam }
const TICK_MS = 60_000

export function CalendarPage(): ReactNode {
  const [{ view, at, namespace }, setSearch] = useSearchState(PARAMS)
  const now = useNow(TICK_MS)
  const atMs = parseDay(at, now)
  const range = rangeOf(view, atMs)
  const { data, error, refetch } = useCalendar({ range, view, namespace })
  const today = dateOf(now)
  const move = (step: 1 | -1): void => setSearch({ at: dateOf(moveBy(view, atMs, step)) })
  const goToday = (): void => setSearch({ at: undefined })
  const section = t('section')
  useActions([
    { id: 'calendar.earlier', title: t('earlier'), section, keys: '[', run: () => move(-1) },
    { id: 'calendar.later', title: t('later'), section, keys: ']', run: () => move(1) },
    { id: 'calendar.today', title: t('today'), section, keys: '.', run: goToday },
  ])
  const open = (date: string): void => setSearch({ view: 'day', at: date })
  return (
    <Page
      title={t('title')}
      actions={<Namespaces value={namespace} onChange={next => setSearch({ namespace: next })} />}
    >
      <div className={classes['bar']}>
        <Button aria-label={t('earlier')} onClick={() => move(-1)}>
          <Icon name="left" />
        </Button>
        <Button aria-label={t('later')} onClick={() => move(1)}>
          <Icon name="right" />
        </Button>
        <Button onClick={goToday}>{t('today')}</Button>
        <h2 className={classes['span']}>{titleOf(view, atMs, range.days)}</h2>
        <Legend />
        <Views view={view} onChange={next => setSearch({ view: next })} />
      </div>
      {error && <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />}
      {data?.isPartial === true && <p className={classes['note']}>{t('partial')}</p>}
      {!data && !error && <Skeleton height="32rem" />}
      {data && view === 'month' && (
        <MonthView data={data} days={range.days} month={new Date(atMs).getMonth()} today={today} onOpen={open} />
      )}
      {data && view === 'week' && <WeekView data={data} days={range.days} today={today} onOpen={open} />}
      {data && view === 'day' && <DayView data={data} dayMs={atMs} namespace={namespace} />}
    </Page>
  )
}

function titleOf(view: CalendarView, atMs: number, days: readonly number[]): string {
  const format = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(getLanguage(), options)
  if (view === 'month') return format({ month: 'long', year: 'numeric' }).format(atMs)
  const day = format({ day: 'numeric', month: 'long', year: 'numeric' })
  return view === 'day'
    ? format({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(atMs)
    : day.formatRange(days[0] ?? atMs, days.at(-1) ?? atMs)
}

function Legend(): ReactNode {
  return (
    <ul className={classes['legend']}>
      <li className={classes['keyDone']}>{t('legendDone')}</li>
      <li className={classes['keyFailed']}>{t('legendFailed')}</li>
      <li className={classes['keyOther']}>{t('legendOther')}</li>
      <li className={classes['keyPlanned']}>{t('legendPlanned')}</li>
    </ul>
  )
}

const VIEWS: readonly CalendarView[] = ['day', 'week', 'month']

interface ViewsProps {
  readonly view: CalendarView
  readonly onChange: (view: CalendarView) => void
}

function Views({ view, onChange }: ViewsProps): ReactNode {
  return (
    <div className={classes['views']} role="group" aria-label={t('view')}>
      {VIEWS.map(name => (
        <button
          key={name}
          type="button"
          className={cx(classes['view'], name === view && classes['chosen'])}
          aria-pressed={name === view}
          onClick={() => onChange(name)}
        >
          {t(name)}
        </button>
      ))}
    </div>
  )
}

interface NamespacesProps {
  readonly value: string | undefined
  readonly onChange: (namespace: string | undefined) => void
}

function Namespaces({ value, onChange }: NamespacesProps): ReactNode {
  const names = useNamespaces().data ?? []
  return (
    <NativeSelect
      aria-label={t('namespace')}
      value={value ?? ''}
      data={[{ value: '', label: t('allNamespaces') }, ...names.map(name => ({ value: name, label: name }))]}
      onChange={event => {
        const chosen = event.currentTarget.value
        onChange(chosen === '' ? undefined : chosen)
      }}
    />
  )
}
