// Values over time, drawn on a canvas: bars that stand on one another, lines and points. What lies under the pointer is told in the legend; dragging chooses a
// part of the time. Those who do not see it have the table that its owner shows.
import { useEffect, useRef, useState, type ReactNode } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { formatNumber } from '../lib/messages.ts'
import { usePreferences } from '../lib/preferences.ts'
import { useScheme } from '../lib/theme.ts'
import { formatDuration, formatTick } from '../lib/time.ts'
import classes from './time-chart.module.css'

export interface ChartSeries {
  readonly name: string
  readonly style: 'BARS' | 'LINES' | 'POINTS'
  /** In seconds, with an axis of its own. */
  readonly isDuration: boolean
  /** `var(--chart-1)`. */
  readonly color: string
  readonly values: readonly (number | null)[]
}

export interface TimeChartProps {
  readonly label: string
  /** Milliseconds. */
  readonly times: readonly number[]
  readonly series: readonly ChartSeries[]
  readonly fromMs: number
  readonly toMs: number
  readonly hasLegend: boolean
  readonly onRange?: (fromMs: number, toMs: number) => void
}

const HEIGHT = 200
const DRAG_PX_MIN = 4
const TWO_DAYS_MS = 172_800_000
/** No day twice along the axis. Seconds. */
const DAYS = [1, 2, 7, 14, 30, 90, 180, 365].map(days => days * 86_400)

export function TimeChart({ label, times, series, fromMs, toMs, hasLegend, onRange }: TimeChartProps): ReactNode {
  const host = useRef<HTMLDivElement>(null)
  const [index, setIndex] = useState<number | undefined>(undefined)
  const scheme = useScheme()
  const { zone } = usePreferences()
  const choose = useRef(onRange)
  useEffect(() => {
    choose.current = onRange
  })
  useEffect(() => {
    const element = host.current
    if (!element) return undefined
    const size = { width: element.clientWidth, height: HEIGHT }
    const select = (from: number, to: number): void => choose.current?.(from, to)
    const options = optionsOf({ series, fromMs, toMs, isUtc: zone === 'utc', select, setIndex })
    const plot = new uPlot({ ...options, ...size }, dataOf(times, series), element)
    const watch = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }))
    watch.observe(element)
    return () => {
      watch.disconnect()
      plot.destroy()
    }
  }, [times, series, fromMs, toMs, zone, scheme])
  return (
    <div className={classes['chart']}>
      <div ref={host} className={classes['plot']} role="img" aria-label={label} />
      {hasLegend && <Legend {...{ series, index }} atMs={index === undefined ? undefined : times[index]} />}
    </div>
  )
}

interface LegendProps {
  readonly series: readonly ChartSeries[]
  readonly index: number | undefined
  readonly atMs: number | undefined
}

function Legend({ series, index, atMs }: LegendProps): ReactNode {
  return (
    <ul className={classes['legend']}>
      {series.map(({ name, color, style, isDuration, values }) => (
        <li key={name}>
          <span className={style === 'BARS' ? classes['swatch'] : classes['stroke']} style={{ background: color }} />
          {name}{' '}
          <b>
            {index === undefined ? tellSum({ style, isDuration, values }) : tell(values[index] ?? null, isDuration)}
          </b>
        </li>
      ))}
      {atMs !== undefined && <li className={classes['at']}>{formatTick(atMs, 0)}</li>}
    </ul>
  )
}

function tell(value: number | null, isDuration: boolean): string {
  if (value === null) return '–'
  return isDuration ? formatDuration(value * 1_000) : formatNumber(Math.round(value * 100) / 100)
}

/** Counts of all the time; what is no count has no sum. */
function tellSum({ style, isDuration, values }: Pick<ChartSeries, 'style' | 'isDuration' | 'values'>): string {
  if (style !== 'BARS' || isDuration) return ''
  return tell(
    values.reduce<number>((sum, value) => sum + (value ?? 0), 0),
    false,
  )
}

/** Lines first: they are drawn last. Bars hold what stands below them, too, and the highest is drawn first. */
function dataOf(times: readonly number[], series: readonly ChartSeries[]): uPlot.AlignedData {
  const below: (number | null)[] = times.map(() => null)
  const stacked = series
    .filter(({ style }) => style === 'BARS')
    .map(({ values }) =>
      times.map((_, at) => {
        const value = values[at] ?? null
        below[at] = value === null ? (below[at] ?? null) : (below[at] ?? 0) + value
        return below[at]
      }),
    )
  const others = series.filter(({ style }) => style !== 'BARS').map(({ values }) => [...values])
  return [times.map(ms => ms / 1_000), ...stacked.toReversed(), ...others]
}

interface PlotWish {
  readonly series: readonly ChartSeries[]
  readonly fromMs: number
  readonly toMs: number
  readonly isUtc: boolean
  select(fromMs: number, toMs: number): void
  setIndex(index: number | undefined): void
}

function optionsOf({
  series,
  fromMs,
  toMs,
  isUtc,
  select,
  setIndex,
}: PlotWish): Omit<uPlot.Options, 'width' | 'height'> {
  const bars = series.filter(({ style }) => style === 'BARS')
  const others = series.filter(({ style }) => style !== 'BARS')
  const hasLengths = series.some(({ isDuration }) => isDuration)
  const fromZero: uPlot.Range.Function = (_, __, high) => [0, high > 0 ? high * 1.08 : 1]
  return {
    legend: { show: false },
    // Half of the last date stands beyond the axis.
    padding: [8, hasLengths ? 0 : 24, 0, 0],
    ...(isUtc ? { tzDate: (seconds: number) => uPlot.tzDate(new Date(seconds * 1_000), 'Etc/UTC') } : {}),
    scales: {
      x: { time: true, range: () => [fromMs / 1_000, toMs / 1_000] },
      y: { range: fromZero },
      length: { range: fromZero },
    },
    axes: [
      {
        ...look(),
        size: 28,
        space: 72,
        grid: { show: false },
        ...(toMs - fromMs > TWO_DAYS_MS ? { incrs: DAYS } : {}),
        values: (_, splits) => splits.map(at => formatTick(at * 1_000, toMs - fromMs)),
      },
      {
        ...look(),
        scale: 'y',
        size: 48,
        values: (_, splits) => splits.map(shortNumber),
        show: bars.length + others.length > others.filter(one => one.isDuration).length,
      },
      {
        ...look(),
        scale: 'length',
        side: 1,
        size: 64,
        grid: { show: false },
        show: hasLengths,
        values: (_, splits) => splits.map(seconds => formatDuration(seconds * 1_000)),
      },
    ],
    series: [{}, ...bars.toReversed().map(barOf), ...others.map(lineOf)],
    cursor: { drag: { x: true, y: false, setScale: false }, y: false, points: { show: false } },
    hooks: {
      setCursor: [plot => setIndex(plot.cursor.idx ?? undefined)],
      setSelect: [
        plot => {
          const { left, width } = plot.select
          if (width < DRAG_PX_MIN) return
          const msAt = (px: number): number => plot.posToVal(px, 'x') * 1_000
          select(msAt(left), msAt(left + width))
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
        },
      ],
    },
  }
}

function barOf({ name, color, isDuration }: ChartSeries): uPlot.Series {
  const solid = colorOf(color)
  const paths = uPlot.paths.bars?.({ size: [0.8, 48], align: 1 })
  return {
    label: name,
    scale: isDuration ? 'length' : 'y',
    fill: solid,
    width: 0,
    points: { show: false },
    ...(paths ? { paths } : {}),
  }
}

function lineOf({ name, color, style, isDuration }: ChartSeries): uPlot.Series {
  const solid = colorOf(color)
  const paths = style === 'POINTS' ? uPlot.paths.points?.() : undefined
  return {
    label: name,
    scale: isDuration ? 'length' : 'y',
    stroke: solid,
    width: 2,
    spanGaps: true,
    points: { show: true, size: 5, fill: solid },
    ...(paths ? { paths } : {}),
  }
}

function look(): Pick<uPlot.Axis, 'stroke' | 'grid' | 'ticks' | 'font'> {
  const line = colorOf('var(--line)')
  return {
    stroke: colorOf('var(--muted)'),
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1, size: 4 },
    font: '12px "Inter Variable", system-ui, sans-serif',
  }
}

/** A canvas knows no variables. */
function colorOf(color: string): string {
  const name = /^var\((--[\w-]+)\)$/.exec(color)?.[1]
  return name === undefined ? color : getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

function shortNumber(value: number): string {
  if (Math.abs(value) >= 1_000_000) return `${formatNumber(value / 1_000_000)} M`
  if (Math.abs(value) >= 10_000) return `${formatNumber(value / 1_000)} k`
  return formatNumber(value)
}
