// What the tasks of this flow have measured, over time: one chart for each metric.
import { useQueries, useQuery } from '@tanstack/react-query'
import { trust } from '@batuta/core'
import { useMemo, useState, type ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { formatNumber } from '../../lib/messages.ts'
import { textParam, useSearchState, wordParam } from '../../lib/search-state.ts'
import { nowMs } from '../../platform/clock.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { lazyPart } from '../../widgets/lazy-part.tsx'
import { Skeleton, SkeletonRows } from '../../widgets/skeleton.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { Select } from '../../widgets/select.tsx'
import classes from './flow-page.module.css'
import type { FlowTabProps } from './flow-page.tsx'
import { t } from './messages.ts'

const TimeChart = lazyPart(
  async () => (await import('../../widgets/time-chart.tsx')).TimeChart,
  <Skeleton height="200px" />,
)

const SPANS = { '30d': 720, '7d': 168, '24h': 24, '6h': 6 } as const
const HOUR_MS = 3_600_000
/** As many are drawn; a task narrows them. */
const CHARTS_MAX = 24

const PARAMS = {
  task: textParam,
  span: wordParam(['30d', '7d', '24h', '6h']),
  how: wordParam(['avg', 'sum', 'min', 'max']),
}

interface Aggregate {
  readonly aggregations: readonly { readonly date: string; readonly value: number | null }[]
}

export function FlowMetrics({ flow: { namespace, id: flowId } }: FlowTabProps): ReactNode {
  const [{ task, span, how }, setSearch] = useSearchState(PARAMS)
  const names = useQuery({
    queryKey: ['metrics', 'names', namespace, flowId, task],
    queryFn: ({ signal }) =>
      task === undefined
        ? api.metrics.namesOfFlow({ params: { namespace, flowId }, signal })
        : api.metrics.namesOfTask({ params: { namespace, flowId, taskId: task }, signal }),
  })
  const tasks = useQuery({
    queryKey: ['metrics', 'tasks', namespace, flowId],
    queryFn: ({ signal }) => api.metrics.tasks({ params: { namespace, flowId }, signal }),
  })
  if (names.isPending) return <SkeletonRows rows={6} />
  if (names.error) return <ErrorCard error={names.error} onRetry={() => void names.refetch()} />
  if (names.data.length === 0 && task === undefined)
    return <Empty icon="chart" title={t('noMetrics')} text={t('noMetricsText')} />
  return (
    <div className={classes['stack']}>
      <div className={classes['toolbar']}>
        <Choice
          label={t('task')}
          value={task ?? ''}
          options={[['', t('allTasks')], ...(tasks.data ?? []).map(name => [name, name] as const)]}
          onChange={value => setSearch({ task: value === '' ? undefined : value }, { replace: true })}
        />
        <Choice
          label={t('span')}
          value={span}
          options={PARAMS_OF.span}
          onChange={value => setSearch({ span: PARAMS.span.read(value) }, { replace: true })}
        />
        <Choice
          label={t('how')}
          value={how}
          options={PARAMS_OF.how}
          onChange={value => setSearch({ how: PARAMS.how.read(value) }, { replace: true })}
        />
      </div>
      {names.data.length === 0 && <Empty icon="chart" title={t('noMetrics')} />}
      <Charts
        key={span}
        {...{ namespace, flowId, task, how }}
        hours={SPANS[span]}
        names={names.data.slice(0, CHARTS_MAX)}
      />
      {names.data.length > CHARTS_MAX && (
        <p className={classes['hint']}>{t('moreMetrics', { count: names.data.length - CHARTS_MAX })}</p>
      )}
    </div>
  )
}

const PARAMS_OF = {
  span: [
    ['30d', t('last30d')],
    ['7d', t('last7d')],
    ['24h', t('last24h')],
    ['6h', t('last6h')],
  ],
  how: [
    ['avg', t('average')],
    ['sum', t('sum')],
    ['min', t('smallest')],
    ['max', t('largest')],
  ],
} as const

interface ChoiceProps {
  readonly label: string
  readonly value: string
  readonly options: readonly (readonly [string, string])[]
  readonly onChange: (value: string) => void
}

function Choice({ label, value, options, onChange }: ChoiceProps): ReactNode {
  return (
    <label className={classes['choice']}>
      {label}
      <Select
        isCompact

        value={value}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      >
        {options.map(([id, title]) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </Select>
    </label>
  )
}

interface ChartsProps {
  readonly namespace: string
  readonly flowId: string
  readonly task: string | undefined
  readonly how: 'avg' | 'sum' | 'min' | 'max'
  readonly hours: number
  readonly names: readonly string[]
}

function Charts({ namespace, flowId, task, how, hours, names }: ChartsProps): ReactNode {
  // It stands still while the span does, so that the same question is not asked anew.
  const [toMs] = useState(nowMs)
  const fromMs = toMs - hours * HOUR_MS
  const found = useQueries({
    queries: names.map(metric => ({
      queryKey: ['metrics', 'aggregate', namespace, flowId, task, metric, how, fromMs, toMs],
      queryFn: async ({ signal }: { readonly signal: AbortSignal }) => {
        const query = {
          aggregation: how,
          startDate: new Date(fromMs).toISOString(),
          endDate: new Date(toMs).toISOString(),
        }
        return trust<Aggregate>(
          task === undefined
            ? await api.metrics.aggregateOfFlow({ params: { namespace, flowId, metric }, query, signal })
            : await api.metrics.aggregateOfTask({ params: { namespace, flowId, taskId: task, metric }, query, signal }),
        )
      },
    })),
  })
  return (
    <div className={classes['charts']}>
      {names.map((name, index) => {
        const { data, error, refetch } = found[index] ?? {}
        return (
          <section key={name} className={classes['card']} aria-label={name}>
            <h2 className={classes['cardHead']}>{name}</h2>
            {error && <ErrorCard error={error} onRetry={() => void refetch?.()} />}
            {!data && !error && <Skeleton height="200px" />}
            {data && <Chart {...{ name, fromMs, toMs, how }} points={data.aggregations} />}
          </section>
        )
      })}
    </div>
  )
}

interface ChartProps {
  readonly name: string
  readonly fromMs: number
  readonly toMs: number
  readonly how: ChartsProps['how']
  readonly points: Aggregate['aggregations']
}

function Chart({ name, fromMs, toMs, how, points }: ChartProps): ReactNode {
  const { times, series, told } = useMemo(() => {
    const kept = points.filter(({ value }) => value !== null)
    const style = how === 'sum' ? ('BARS' as const) : kept.length > 1 ? ('LINES' as const) : ('POINTS' as const)
    const shown = how === 'sum' ? points : kept
    return {
      told: kept,
      times: shown.map(({ date }) => Date.parse(date)),
      series: [
        { name, style, isDuration: false, color: 'var(--chart-1)', values: shown.map(({ value }) => value) },
      ] as const,
    }
  }, [points, how, name])
  if (told.length === 0) return <p className={classes['hint']}>{t('noValues')}</p>
  return (
    <>
      <TimeChart label={name} {...{ times, series, fromMs, toMs }} hasLegend={false} />
      <details className={classes['values']}>
        <summary>{t('asTable')}</summary>
        <div className={classes['scroll']}>
          <table className={classes['plain']} aria-label={name}>
            <thead>
              <tr>
                <th scope="col">{t('started')}</th>
                <th scope="col">{t('value')}</th>
              </tr>
            </thead>
            <tbody>
              {told.map(({ date, value }) => (
                <tr key={date}>
                  <td>
                    <Timestamp atMs={Date.parse(date)} />
                  </td>
                  <td>{formatNumber(value ?? 0)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  )
}
