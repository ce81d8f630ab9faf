// How many executions by state over time, with the mean duration as dots. Dragging over it, or its arrow keys with Shift, chooses a part of the
// time: the list and the chart are narrowed to it.
import { useState, type FocusEvent, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react'
import { formatDuration, formatMoment, formatTick } from '../../lib/time.ts'
import { stateGroupOf, stateWord } from '../../lib/states.ts'
import { STATE_GROUPS, type StateGroup } from '../../lib/tokens.ts'
import { nowMs } from '../../platform/clock.ts'
import { cx } from '../../widgets/class-names.ts'
import classes from './executions-chart.module.css'
import { t } from './messages.ts'
import { placeAfter, sumOf } from './chart-keys.ts'
import type { ExecutionCounts } from './use-executions.ts'

type Bucket = ExecutionCounts['buckets'][number]

export interface ExecutionsChartProps {
  readonly counts: ExecutionCounts
  readonly onRange: (from: string, to: string) => void
  readonly onState: (state: string) => void
  /** In the place of the bars. */
  readonly plot?: ReactNode
  /** What is to be known of it. */
  readonly note?: string | undefined
}

interface Chosen {
  readonly from: number
  readonly to: number
}

export function ExecutionsChart({ counts, onRange, onState, plot, note }: ExecutionsChartProps): ReactNode {
  const { buckets } = counts
  const { chosen, isDragging, setChosen, setDragging, zoom, at, down, focus, key } = useBrush(buckets, onRange)
  const [from, to] = endsOf(counts)
  return (
    <section className={classes['chart']} aria-label={t('chart')}>
      <div className={classes['plot']}>
        <div className={cx(classes['frame'], plot !== undefined && classes['tall'])}>
          <div
            role="slider"
            tabIndex={0}
            aria-label={t('chartTime')}
            aria-valuemin={0}
            aria-valuemax={buckets.length - 1}
            aria-valuenow={chosen?.to ?? buckets.length - 1}
            aria-valuetext={chosen ? toldOf(buckets, chosen) : t('chartHint')}
            className={classes['bars']}
            onPointerDown={down}
            onPointerMove={event => {
              if (isDragging || event.pointerType === 'mouse')
                setChosen({ from: isDragging && chosen ? chosen.from : at(event), to: at(event) })
            }}
            onPointerUp={() => {
              setDragging(false)
              if (isDragging && chosen) zoom(chosen)
            }}
            onPointerLeave={() => {
              if (!isDragging) setChosen(undefined)
            }}
            onPointerCancel={() => setDragging(false)}
            onFocus={focus}
            onBlur={() => setChosen(undefined)}
            onKeyDown={key}
          >
            <Part chosen={chosen} count={buckets.length} />
            {plot === undefined && <Bars buckets={buckets} />}
          </div>
          {plot}
        </div>
        <div className={classes['axis']} data-told={chosen !== undefined} aria-hidden="true">
          <span>{from}</span>
          <span>{chosen ? toldOf(buckets, chosen) : note}</span>
          <span>{to}</span>
        </div>
      </div>
      <Legend counts={counts} onState={onState} />
    </section>
  )
}

/** As high as the chart that will stand here: the list does not move when it comes. */
export function ChartPlace({ isTall = false }: { readonly isTall?: boolean }): ReactNode {
  return <div className={cx(classes['chart'], classes[isTall ? 'tallPlace' : 'place'])} aria-hidden="true" />
}

interface Brush {
  readonly chosen: Chosen | undefined
  readonly isDragging: boolean
  setChosen(chosen: Chosen | undefined): void
  setDragging(isDragging: boolean): void
  zoom(chosen: Chosen): void
  at(event: PointerEvent<HTMLDivElement>): number
  down(event: PointerEvent<HTMLDivElement>): void
  focus(event: FocusEvent<HTMLDivElement>): void
  key(event: KeyboardEvent): void
}

function useBrush(buckets: readonly Bucket[], onRange: ExecutionsChartProps['onRange']): Brush {
  const [chosen, setChosen] = useState<Chosen | undefined>(undefined)
  const [isDragging, setDragging] = useState(false)
  const zoom = ({ from, to }: Chosen): void => {
    const [first, last] = [buckets[Math.min(from, to)], buckets[Math.max(from, to)]]
    setChosen(undefined)
    if (first && last) onRange(first.start, last.end)
  }
  const at = (event: PointerEvent<HTMLDivElement>): number => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    return clamp(Math.floor(((event.clientX - left) / width) * buckets.length), buckets.length)
  }
  const down = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    setDragging(true)
    setChosen({ from: at(event), to: at(event) })
  }
  // By keys something is chosen from the beginning: what Enter would do is seen and told.
  const focus = (event: FocusEvent<HTMLDivElement>): void => {
    const last = buckets.length - 1
    if (event.currentTarget.matches(':focus-visible')) setChosen(before => before ?? { from: last, to: last })
  }
  const key = (event: KeyboardEvent): void => {
    const to = placeAfter(event.key, chosen?.to, buckets.length)
    if (to !== undefined) setChosen({ from: event.shiftKey && chosen ? chosen.from : to, to })
    else if (event.key === 'Enter' && chosen) zoom(chosen)
    else if (event.key === 'Escape' && chosen) setChosen(undefined)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return { chosen, isDragging, setChosen, setDragging, zoom, at, down, focus, key }
}

const HEIGHT = 56

/** The part of the time that is being chosen. */
function Part({ chosen, count }: { readonly chosen: Chosen | undefined; readonly count: number }): ReactNode {
  if (!chosen) return null
  const [low, high] = [Math.min(chosen.from, chosen.to), Math.max(chosen.from, chosen.to)]
  const width = 100 / count
  return (
    <span className={classes['chosen']} style={{ left: `${low * width}%`, width: `${(high - low + 1) * width}%` }} />
  )
}

function Bars({ buckets }: { readonly buckets: readonly Bucket[] }): ReactNode {
  const most = Math.max(1, ...buckets.map(totalOf))
  const slowest = Math.max(1, ...buckets.map(({ durationMs = 0 }) => durationMs))
  const width = 100 / buckets.length
  return (
    <>
      {buckets.map((bucket, index) => (
        <span key={bucket.start} className={classes['bar']} style={{ left: `${index * width}%`, width: `${width}%` }}>
          {groupsOf(bucket).map(([group, count]) => (
            <span
              key={group}
              className={classes['part']}
              style={{ height: Math.max(2, (count / most) * HEIGHT), background: `var(--${group}-solid)` }}
            />
          ))}
          {bucket.durationMs !== undefined && (
            <span
              className={classes['dot']}
              style={{ bottom: (Math.log1p(bucket.durationMs) / Math.log1p(slowest)) * (HEIGHT - 6) }}
            />
          )}
        </span>
      ))}
    </>
  )
}

function Legend({ counts, onState }: Pick<ExecutionsChartProps, 'counts' | 'onState'>): ReactNode {
  const states = Object.entries(counts.states).sort((a, b) => b[1] - a[1])
  return (
    <ul className={classes['legend']} aria-label={t('byState')}>
      {states.map(([state, count]) => (
        <li key={state}>
          <button type="button" className={classes['key']} onClick={() => onState(state)}>
            <span className={classes['swatch']} style={{ background: `var(--${stateGroupOf(state)}-solid)` }} />
            {stateWord(state)} <b>{count}</b>
          </button>
        </li>
      ))}
    </ul>
  )
}

/** What failed stands at the bottom, where heights can be compared. */
const ORDER: readonly StateGroup[] = [
  'failed',
  'warning',
  'stopped',
  'paused',
  'waiting',
  'running',
  'skipped',
  'success',
]

function groupsOf({ states }: Bucket): readonly (readonly [StateGroup, number])[] {
  const counts = new Map<StateGroup, number>()
  for (const [state, count] of Object.entries(states)) {
    const group = stateGroupOf(state)
    counts.set(group, (counts.get(group) ?? 0) + count)
  }
  return [...ORDER, ...STATE_GROUPS.filter(group => !ORDER.includes(group))].flatMap(group => {
    const count = counts.get(group)
    return count === undefined || count === 0 ? [] : [[group, count] as const]
  })
}

function totalOf({ states }: Bucket): number {
  return Object.values(states).reduce((sum, count) => sum + count, 0)
}

/** All that is chosen together, as the list would be narrowed to it. */
function toldOf(buckets: readonly Bucket[], { from, to }: Chosen): string {
  const bucket = sumOf(buckets.slice(Math.min(from, to), Math.max(from, to) + 1))
  return bucket ? textOf(bucket) : t('nothing')
}

function textOf(bucket: Bucket): string {
  const states = Object.entries(bucket.states).map(([state, count]) => `${count} ${stateWord(state)}`)
  const mean = bucket.durationMs === undefined ? [] : [t('mean', { duration: formatDuration(bucket.durationMs) })]
  return `${momentOf(bucket.start)} – ${momentOf(bucket.end)}: ${[...states, ...mean].join(', ') || t('nothing')}`
}

/** In one form: the clock where both are of one day, else the days with it. */
function endsOf({ from, to }: ExecutionCounts): readonly [string, string] {
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)]
  const isOneDay = formatTick(fromMs, Infinity) === formatTick(toMs, Infinity)
  const spanMs = isOneDay ? Math.max(1, toMs - fromMs) : 0
  return [formatTick(fromMs, spanMs), formatTick(toMs, spanMs)]
}

function momentOf(text: string): string {
  return formatMoment(Date.parse(text), nowMs())
}

function clamp(index: number, length: number): number {
  return Math.max(0, Math.min(length - 1, index))
}
