// Each execution as a point: when it began, and how long it took. A click opens it; dragging chooses a part of the time, as over the bars.
import { useQuery } from '@tanstack/react-query'
import { useMemo, type ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { Link } from '../../lib/link.tsx'
import { usePollMs } from '../../lib/live/live.ts'
import { paths } from '../../lib/paths.ts'
import { isFinalState, stateGroupOf, stateWord } from '../../lib/states.ts'
import { formatDuration, formatMoment } from '../../lib/time.ts'
import { nowMs } from '../../platform/clock.ts'
import { cx } from '../../widgets/class-names.ts'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { ChartPlace, ExecutionsChart, type ExecutionsChartProps } from './executions-chart.tsx'
import classes from './executions-dots.module.css'
import { t } from './messages.ts'
import { spreadPoints, type Plane } from './spread-points.ts'
import type { ExecutionQuery, ExecutionRow } from './use-executions.ts'

/** One page; older ones are said to be left out. */
const POINTS_MAX = 200
const FRESH_MS = 10_000

export interface ExecutionsDotsProps extends ExecutionsChartProps {
  readonly query: ExecutionQuery
}

export function ExecutionsDots({ query, counts, onRange, onState }: ExecutionsDotsProps): ReactNode {
  const poll = usePollMs()
  const { data, error, refetch } = useQuery({
    queryKey: ['executions', 'points', query],
    queryFn: ({ signal }) => api.executions.search({ query: { cursor: '', size: POINTS_MAX, ...query }, signal }),
    placeholderData: before => before,
    refetchInterval: poll === false ? FRESH_MS : poll,
  })
  const shown = useMemo(() => {
    if (!data) return undefined
    const oldest = data.results.at(-1)
    // What is left out is older: the plane begins with what is there.
    const isWhole = data.next === undefined || data.next === null
    const fromMs = Date.parse(isWhole || !oldest ? counts.from : oldest.state.startDate)
    const toMs = Date.parse(counts.to)
    const plane = spreadPoints(data.results, { fromMs, toMs }, nowMs())
    return { plane, isWhole, from: new Date(fromMs).toISOString() }
  }, [data, counts.from, counts.to])
  if (error) return <ErrorCard title={t('failedPoints')} error={error} onRetry={() => void refetch()} />
  if (!shown) return <ChartPlace isTall />
  const { plane, isWhole, from } = shown
  return (
    <ExecutionsChart
      counts={{ ...counts, from, buckets: [...plane.buckets] }}
      onRange={onRange}
      onState={onState}
      plot={<Points plane={plane} />}
      note={isWhole ? undefined : t('newestPoints', { count: plane.points.length })}
    />
  )
}

/** Those who do not see them, or have no mouse, have the list below. */
function Points({ plane: { points, ticks } }: { readonly plane: Plane<ExecutionRow> }): ReactNode {
  return (
    <span className={classes['plane']} aria-hidden="true">
      {ticks.map(({ ms, y }) => (
        <span key={ms} className={classes['tick']} style={{ bottom: `${y * 100}%` }}>
          <span>{formatDuration(ms)}</span>
        </span>
      ))}
      {points.map(({ row, durationMs, x, y }) => (
        <Link
          key={row.id}
          to={paths.execution(row)}
          tabIndex={-1}
          className={cx(classes['point'], shapeOf(row.state.current))}
          style={{
            left: `${x * 100}%`,
            bottom: `${y * 100}%`,
            color: `var(--${stateGroupOf(row.state.current)}-solid)`,
          }}
          draggable={false}
          {...tip(tipOf(row, durationMs))}
        />
      ))}
    </span>
  )
}

/** Whoever does not tell the colours apart has the shapes: a cross failed, a ring goes on. */
function shapeOf(state: string): string | undefined {
  if (!isFinalState(state)) return classes['ring']
  return stateGroupOf(state) === 'failed' ? classes['cross'] : undefined
}

function tipOf({ namespace, flowId, state }: ExecutionRow, durationMs: number): string {
  const started = formatMoment(Date.parse(state.startDate), nowMs())
  return `${namespace} / ${flowId}\n${stateWord(state.current)} · ${formatDuration(durationMs)} · ${started}`
}
