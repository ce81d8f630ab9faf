import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lookOf } from './chart-look.ts'
import { barsOf, slicesOf, timeSeriesOf } from './chart-series.ts'

const SERIES = lookOf({
  id: 'runs',
  type: 'io.kestra.plugin.core.dashboard.chart.TimeSeries',
  chartOptions: { displayName: 'Runs', column: 'date', colorByColumn: 'state' },
  data: {
    type: 'io.kestra.plugin.core.dashboard.data.Executions',
    columns: {
      date: { field: 'START_DATE' },
      state: { field: 'STATE' },
      total: { agg: 'COUNT' },
      took: { field: 'DURATION', agg: 'AVG', graphStyle: 'LINES', displayName: 'Mean' },
    },
  },
})

const at = (day: number): string => new Date(Date.UTC(2026, 10, day)).toISOString()

test('counts over time fall into colours, a mean stays one line', () => {
  const rows = [
    { date: at(2), state: 'SUCCESS', total: 3, took: 2 },
    { date: at(1), state: 'SUCCESS', total: 5, took: 1 },
    { date: at(1), state: 'FAILED', total: 1, took: 4 },
  ]
  const { times, series } = timeSeriesOf(SERIES, rows)

  assert.deepEqual(times, [Date.UTC(2026, 10, 1), Date.UTC(2026, 10, 2)])
  assert.deepEqual(
    series.map(({ name, values, isDuration, color }) => [name, values, isDuration, color]),
    [
      ['Success', [5, 3], false, 'var(--success-solid)'],
      ['Failed', [1, null], false, 'var(--failed-solid)'],
      ['Mean', [4, 2], true, 'var(--chart-2)'],
    ],
  )
})

test('bars have parts, the longest first; the smallest slices are put together', () => {
  const look = lookOf({
    id: 'by',
    type: 'Bar',
    data: { columns: { name: { field: 'NAMESPACE' }, state: { field: 'STATE' }, total: { agg: 'COUNT' } } },
  })
  const { bars, more } = barsOf(
    look,
    [
      { name: 'a', state: 'SUCCESS', total: 1 },
      { name: 'b', state: 'SUCCESS', total: 2 },
      { name: 'b', state: 'FAILED', total: 1 },
    ],
    false,
  )
  const many = Array.from({ length: 15 }, (_, index) => ({ name: `n${index}`, total: 10 }))
  const pie = lookOf({
    id: 'p',
    type: 'Pie',
    data: { columns: { name: { field: 'NAMESPACE' }, total: { agg: 'COUNT' } } },
  })

  assert.deepEqual([look.category, look.colorBy, more], ['name', 'state', 0])
  assert.deepEqual(
    bars.map(({ name, value, parts }) => [name, value, parts.map(part => part.name).join()]),
    [
      ['b', 3, 'FAILED,SUCCESS'],
      ['a', 1, 'SUCCESS'],
    ],
  )
  assert.deepEqual(slicesOf(pie, many, 'others').at(-1), { name: 'others', value: 30, color: 'var(--skipped-solid)' })
})

test('what is half written still has a look', () => {
  const looks = [null, 3, {}, { id: 'x', chartOptions: { width: 99 } }, { type: 'KPI', data: { numerator: [] } }].map(
    lookOf,
  )

  assert.deepEqual(
    looks.map(({ kind, width, isPercentage }) => [kind, width, isPercentage]),
    [
      [undefined, 6, false],
      [undefined, 6, false],
      [undefined, 6, false],
      [undefined, 6, false],
      ['KPI', 3, true],
    ],
  )
})
