import type { ReactNode } from 'react'
import { Link } from '../../lib/link.tsx'
import { formatNumber } from '../../lib/messages.ts'
import { paths, withQuery } from '../../lib/paths.ts'
import { useNow } from '../../platform/clock.ts'
import { cx } from '../../widgets/class-names.ts'
import { lateMsOf } from '../triggers/trigger-row.ts'
import classes from './home-page.module.css'
import { percentOf, successOverTime, successRateOf } from './judge-runs.ts'
import { t } from './messages.ts'
import { SPANS, useCounts, useDueTriggers, type Range, type Scope } from './use-home.ts'

const TICK_MS = 30_000
/** Of success over time. */
const STEPS = 20

export interface FiguresProps {
  readonly scope: Scope
  readonly range: Range
}

/** Every number is a link to the list that makes it up. */
export function Figures({ scope, range }: FiguresProps): ReactNode {
  const now = useNow(TICK_MS)
  const { states, buckets = [] } = useCounts(scope).data ?? {}
  const late = (useDueTriggers(scope).data ?? []).filter(row => lateMsOf(row, now) > 0).length
  const { rate, ended } = successRateOf(states ?? {})
  const count = (...names: readonly string[]): number => names.reduce((sum, name) => sum + (states?.[name] ?? 0), 0)
  const failed = count('FAILED')
  const list = (...names: readonly string[]): string =>
    withQuery(paths.executions(), [
      [`filters[state][${names.length > 1 ? 'IN' : 'EQUALS'}]`, names.join(',')],
      ['filters[timeRange][EQUALS]', SPANS[range]],
      ...(scope.namespace === undefined ? [] : [['filters[namespace][PREFIX]', scope.namespace] as const]),
    ])
  const running = ['RUNNING', 'RETRYING', 'RESTARTED', 'KILLING']
  const waiting = ['CREATED', 'QUEUED', 'PAUSED', 'BREAKPOINT']
  return (
    <div className={classes['figures']}>
      <Figure
        title={t('success')}
        value={states && (rate === undefined ? '–' : percentOf(rate))}
        note={ended === 0 ? t('noRuns') : t('ofEnded', { count: ended })}
        to={list('SUCCESS', 'WARNING', 'FAILED')}
        tone={rate === undefined ? undefined : rate < 0.9 ? 'bad' : rate < 0.99 ? 'warn' : 'good'}
        rates={successOverTime(buckets, STEPS)}
      />
      <Figure
        title={t('failed')}
        value={states && formatNumber(failed)}
        to={list('FAILED')}
        tone={failed > 0 ? 'bad' : undefined}
      />
      <Figure title={t('running')} value={states && formatNumber(count(...running))} to={list(...running)} />
      <Figure title={t('waiting')} value={states && formatNumber(count(...waiting))} to={list(...waiting)} />
      <Figure
        title={t('lateCount')}
        value={formatNumber(late)}
        to={paths.triggers()}
        tone={late > 0 ? 'warn' : undefined}
      />
    </div>
  )
}

interface FigureProps {
  readonly title: string
  readonly value: string | undefined
  readonly note?: string
  readonly to: string
  readonly tone?: 'good' | 'warn' | 'bad' | undefined
  /** Over time, 0 to 1. */
  readonly rates?: readonly (number | undefined)[]
}

function Figure({ title, value = '…', note, to, tone, rates = [] }: FigureProps): ReactNode {
  return (
    <Link to={to} className={classes['figure']}>
      <span className={classes['figureTitle']}>{title}</span>
      <span className={classes['figureLine']}>
        <span className={cx(classes['figureValue'], tone !== undefined && classes[tone])}>{value}</span>
        {rates.length > 0 && <Spark rates={rates} />}
      </span>
      {note !== undefined && <span className={classes['muted']}>{note}</span>}
    </Link>
  )
}

/** What went well fills a step from below; what failed is the rest of it. */
function Spark({ rates }: { readonly rates: readonly (number | undefined)[] }): ReactNode {
  return (
    <span className={classes['spark']} aria-hidden="true">
      {rates.map((rate, index) => (
        <span key={index} className={classes[rate === undefined ? 'sparkNone' : 'sparkStep']}>
          {rate !== undefined && <span style={{ height: `${rate * 100}%` }} />}
        </span>
      ))}
    </span>
  )
}
