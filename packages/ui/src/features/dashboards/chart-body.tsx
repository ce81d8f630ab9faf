// What a chart shows: each kind its own way, and all of them as a table as well.
import { useMemo, type ReactNode } from 'react'
import { Link } from '../../lib/link.tsx'
import { formatNumber } from '../../lib/messages.ts'
import { stateWord } from '../../lib/states.ts'
import { formatDuration } from '../../lib/time.ts'
import { lazyPart } from '../../widgets/lazy-part.tsx'
import { Skeleton } from '../../widgets/skeleton.tsx'
import type { ChartLook } from './chart-look.ts'
import { linkOfValue } from './chart-links.ts'
import { barsOf, fieldOf, numberOf, slicesOf, timeSeriesOf, type Part, type Row } from './chart-series.ts'
import { ChartTable } from './chart-table.tsx'
import classes from './dashboards.module.css'
import { t } from './messages.ts'

const TimeChart = lazyPart(
  async () => (await import('../../widgets/time-chart.tsx')).TimeChart,
  <Skeleton height="200px" />,
)

export interface ChartBodyProps {
  readonly look: ChartLook
  readonly rows: readonly Row[]
  readonly fromMs: number
  readonly toMs: number
  readonly isTable: boolean
  /** The rows have an order of their own. */
  readonly hasOrder: boolean
  readonly onRange?: ((fromMs: number, toMs: number) => void) | undefined
}

export function ChartBody(props: ChartBodyProps): ReactNode {
  const { look, rows, isTable } = props
  if (look.kind === 'KPI') return <Figure look={look} rows={rows} />
  if (rows.length === 0) return <p className={classes['nothing']}>{t('nothing')}</p>
  if (isTable || look.kind === 'Table') return <ChartTable look={look} rows={rows} />
  switch (look.kind) {
    case 'TimeSeries':
      return <OverTime {...props} />
    case 'Bar':
      return <Bars {...props} />
    case 'Pie':
      return <Pie {...props} />
    case undefined:
    case 'Markdown':
      return null
  }
}

function Figure({ look, rows }: Pick<ChartBodyProps, 'look' | 'rows'>): ReactNode {
  const value = numberOf(rows[0]?.['value'])
  const [column] = look.columns
  const isLength = column?.field === 'DURATION' && column.agg !== undefined && column.agg !== 'COUNT'
  const text =
    value === null
      ? '–'
      : look.isPercentage
        ? `${formatNumber(value)} %`
        : isLength
          ? formatDuration(value * 1_000)
          : formatNumber(value)
  return <p className={classes['figure']}>{text}</p>
}

function OverTime({ look, rows, fromMs, toMs, onRange }: ChartBodyProps): ReactNode {
  const { times, series } = useMemo(() => timeSeriesOf(look, rows), [look, rows])
  return (
    <TimeChart
      label={look.title}
      {...{ times, series, fromMs, toMs }}
      hasLegend={look.hasLegend}
      {...(onRange ? { onRange } : {})}
    />
  )
}

function Bars({ look, rows, hasOrder }: ChartBodyProps): ReactNode {
  const { bars, more } = useMemo(() => barsOf(look, rows, hasOrder), [look, rows, hasOrder])
  const most = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE)
  const kinds = useMemo(() => new Map(bars.flatMap(({ parts }) => parts).map(part => [part.name, part])), [bars])
  return (
    <>
      <ul className={classes['bars']}>
        {bars.map(({ name, value, parts }) => (
          <li key={name} className={classes['bar']}>
            <Named look={look} field={fieldOf(look, look.category)} name={name} />
            <span className={classes['track']} aria-hidden="true">
              {parts.map(part => (
                <span
                  key={part.name}
                  style={{ width: `${(part.value / most) * 100}%`, background: part.color }}
                  title={`${part.name} ${tellOf(look, part.value)}`}
                />
              ))}
            </span>
            <b>{tellOf(look, value)}</b>
          </li>
        ))}
      </ul>
      {more > 0 && <p className={classes['muted']}>{t('more', { count: more })}</p>}
      {look.colorBy !== undefined && look.hasLegend && <Legend look={look} parts={[...kinds.values()]} />}
    </>
  )
}

function Legend({ look, parts }: { readonly look: ChartLook; readonly parts: readonly Part[] }): ReactNode {
  return (
    <ul className={classes['legend']}>
      {parts.map(({ name, color }) => (
        <li key={name}>
          <span className={classes['swatch']} style={{ background: color }} />
          <Named look={look} field={fieldOf(look, look.colorBy)} name={name} />
        </li>
      ))}
    </ul>
  )
}

const RADIUS = 15.915_494
const START = 25

function Pie({ look, rows }: ChartBodyProps): ReactNode {
  const slices = useMemo(() => slicesOf(look, rows, t('others')), [look, rows])
  const sum = slices.reduce((total, { value }) => total + value, 0)
  const before = slices.map((_, at) => slices.slice(0, at).reduce((total, { value }) => total + value, 0))
  const part = (value: number): number => (sum === 0 ? 0 : (value / sum) * 100)
  return (
    <div className={classes['pie']}>
      <svg viewBox="0 0 42 42" width="160" height="160" aria-hidden="true" focusable="false">
        {slices.map(({ name, value, color }, at) => (
          <circle
            key={name}
            cx="21"
            cy="21"
            r={RADIUS}
            fill="none"
            strokeWidth="6"
            style={{ stroke: color }}
            strokeDasharray={`${Math.max(0, part(value) - 0.6)} ${100 - Math.max(0, part(value) - 0.6)}`}
            strokeDashoffset={START - part(before[at] ?? 0)}
          />
        ))}
        <text x="21" y="21" textAnchor="middle" dominantBaseline="central" className={classes['sum']}>
          {tellOf(look, sum)}
        </text>
      </svg>
      <ul className={classes['slices']}>
        {slices.map(({ name, value, color }) => (
          <li key={name}>
            <span className={classes['swatch']} style={{ background: color }} />
            <Named look={look} field={fieldOf(look, look.category)} name={name} />
            <b>{tellOf(look, value)}</b>
            <span className={classes['muted']}>{formatNumber(Math.round(part(value) * 10) / 10)} %</span>
          </li>
        ))}
      </ul>
    </div>
  )
}

interface NamedProps {
  readonly look: ChartLook
  readonly field: string
  readonly name: string
}

/** Leads to the list that makes up the number, where there is one. */
function Named({ look, field, name }: NamedProps): ReactNode {
  const to = linkOfValue(look.source, field, name)
  const text = name === '' ? t('none') : field === 'STATE' ? stateWord(name) : name
  return (
    <span className={classes['name']} title={text}>
      {to === undefined ? text : <Link to={to}>{text}</Link>}
    </span>
  )
}

function tellOf({ columns }: ChartLook, value: number): string {
  const measure = columns.find(({ agg }) => agg !== undefined)
  const isLength = measure?.field === 'DURATION' && measure.agg !== 'COUNT'
  return isLength ? formatDuration(value * 1_000) : formatNumber(Math.round(value * 1_000) / 1_000)
}
