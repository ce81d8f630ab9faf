// The rows of a chart, made of what is counted anyway: no execution is read for it, but for tables without an aggregation.
import type { ExecutionRow } from '../../storage/batch.ts'
import type { TallyRow } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { tallyOf } from '../executions/count-executions.ts'
import { walkTallies } from '../executions/walk-tallies.ts'
import { bucketAt, bucketsOf, slotOf, type Bucket } from '../time-buckets.ts'
import type { Chart, Column, Field, Where } from './parse-dashboard.ts'

export interface ChartWish {
  readonly fromMs: number
  readonly toMs: number
  readonly namespace?: string
  readonly flowId?: string
  readonly zone?: string
  readonly page: number
  readonly size: number
}

export type ChartRow = Readonly<Record<string, string | number | null>>

export interface ChartRows {
  readonly results: readonly ChartRow[]
  readonly total: number
}

const TABLE_ROWS_MAX = 1_000
const FLOW_ROWS_MAX = 60_000

export async function rowsOfChart(chart: Chart, wish: ChartWish, world: HttpDependencies): Promise<ChartRows> {
  if (chart.kind === 'Markdown') return { results: [], total: 0 }
  if (chart.kind === 'KPI') return await ratioOf(chart, wish, world)
  const isAggregated = chart.columns.some(column => column.agg !== undefined)
  const rows = isAggregated ? await aggregate(chart, wish, world) : await listRows(chart, wish, world)
  const ordered = sorted(rows, chart)
  const from = (wish.page - 1) * wish.size
  return { results: ordered.slice(from, from + wish.size), total: ordered.length }
}

async function tally(
  { columns }: Chart,
  wish: ChartWish,
  world: HttpDependencies,
): Promise<{ readonly rows: readonly TallyRow[]; readonly buckets: readonly Bucket[] }> {
  const { fromMs, toMs, namespace, flowId, zone } = wish
  const buckets = bucketsOf({ fromMs, toMs: toMs + 1, ...(zone === undefined ? {} : { zone }) })
  const query = {
    tenant: world.config.tenant,
    ...(namespace === undefined ? {} : { namespace, isPrefix: flowId === undefined }),
    ...(flowId === undefined ? {} : { flowId }),
  }
  const range = { fromMs, toMs, slotMs: slotOf(buckets) }
  const names = columns.map(column => column.field)
  // What is kept knows namespaces only; flows, and short ranges, are counted each time.
  const by = names.includes('FLOW_ID') ? 'flow' : 'namespace'
  const isKept = by === 'namespace' && range.slotMs === 15 * 60_000 && flowId === undefined
  const found = isKept
    ? await tallyOf({ query }, range, world)
    : await walkTallies({ ...query, slotMs: range.slotMs, by }, { fromMs, toMs }, world, { rows: FLOW_ROWS_MAX })
  return { rows: found.rows, buckets }
}

function fits(row: TallyRow, where: readonly Where[]): boolean {
  return where.every(({ field, values, isNot }) => values.includes(textIn(row, field)) !== isNot)
}

function textIn(row: TallyRow, field: Field): string {
  if (field === 'STATE') return row.state
  return (field === 'FLOW_ID' ? row.flowId : row.namespace) ?? ''
}

async function ratioOf(chart: Chart, wish: ChartWish, world: HttpDependencies): Promise<ChartRows> {
  const { rows } = await tally(chart, wish, world)
  let [all, some] = [0, 0]
  for (const row of rows) {
    if (!fits(row, chart.where)) continue
    all += row.count
    if (fits(row, chart.numerator ?? [])) some += row.count
  }
  const value = chart.numerator === undefined ? all : all === 0 ? null : Math.round((some / all) * 10_000) / 100
  return { results: [{ value }], total: 1 }
}

interface Sum {
  readonly keys: ChartRow
  count: number
  ended: number
  tookMs: number
}

async function aggregate(chart: Chart, wish: ChartWish, world: HttpDependencies): Promise<readonly ChartRow[]> {
  const { rows, buckets } = await tally(chart, wish, world)
  const grouped = chart.columns.filter(column => column.agg === undefined)
  const sums = new Map<string, Sum>()
  for (const row of rows) {
    if (!fits(row, chart.where)) continue
    const keys = Object.fromEntries(grouped.map(({ name, field }) => [name, keyIn(row, field, buckets)]))
    const key = JSON.stringify(keys)
    const sum = sums.get(key) ?? { keys, count: 0, ended: 0, tookMs: 0 }
    sum.count += row.count
    sum.ended += row.ended
    sum.tookMs += row.tookMs
    sums.set(key, sum)
  }
  const counted = chart.columns.filter(column => column.agg !== undefined)
  return [...sums.values()].map(sum => ({
    ...sum.keys,
    ...Object.fromEntries(counted.map(column => [column.name, valueOf(sum, column)])),
  }))
}

function keyIn(row: TallyRow, field: Field, buckets: readonly Bucket[]): string {
  if (field !== 'START_DATE') return textIn(row, field)
  const bucket = buckets[bucketAt(buckets, row.slotMs) ?? 0]
  return new Date(bucket?.startMs ?? row.slotMs).toISOString()
}

/** Durations in seconds, as Kestra's. */
function valueOf({ count, ended, tookMs }: Sum, { field, agg }: Column): number | null {
  if (field !== 'DURATION' || agg === 'COUNT') return count
  if (agg === 'SUM') return tookMs / 1_000
  return ended === 0 ? null : Math.round(tookMs / ended) / 1_000
}

async function listRows(
  { columns, where }: Chart,
  wish: ChartWish,
  { store, config }: HttpDependencies,
): Promise<readonly ChartRow[]> {
  const states = where.find(({ field, isNot }) => field === 'STATE' && !isNot)?.values
  const rows = await store.read.listExecutions({
    tenant: config.tenant,
    startFromMs: wish.fromMs,
    startToMs: wish.toMs,
    ...(wish.namespace === undefined ? {} : { namespace: wish.namespace, isPrefix: true }),
    ...(wish.flowId === undefined ? {} : { flowId: wish.flowId }),
    ...(states === undefined ? {} : { states }),
    limit: TABLE_ROWS_MAX,
  })
  return rows.map(row => Object.fromEntries(columns.map(({ name, field }) => [name, cellOf(row, field)])))
}

function cellOf(
  { id, namespace, flowId, state, createdMs, endMs }: ExecutionRow,
  field: Field,
): string | number | null {
  switch (field) {
    case 'START_DATE':
      return new Date(createdMs).toISOString()
    case 'STATE':
      return state
    case 'NAMESPACE':
      return namespace
    case 'FLOW_ID':
      return flowId
    case 'DURATION':
      return endMs === null ? null : (endMs - createdMs) / 1_000
    case 'ID':
      return id
  }
}

function sorted(rows: readonly ChartRow[], { orderBy, columns }: Chart): readonly ChartRow[] {
  const date = columns.find(({ field, agg }) => field === 'START_DATE' && agg === undefined)
  const orders = orderBy.length > 0 ? orderBy : date ? [{ column: date.name, isAscending: true }] : []
  return rows.toSorted((left, right) => {
    for (const { column, isAscending } of orders) {
      const [one, other] = [left[column] ?? '', right[column] ?? '']
      if (one !== other) return (one < other ? -1 : 1) * (isAscending ? 1 : -1)
    }
    return 0
  })
}
