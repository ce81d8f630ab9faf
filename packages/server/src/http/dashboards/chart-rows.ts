// The rows of a chart: what was read is filtered, put together and ordered as the chart says.
import type { HttpDependencies } from '../dependencies.ts'
import { bucketAt, type Bucket } from '../time-buckets.ts'
import { FactReader, type ChartWish, type Fact } from './facts.ts'
import { isDateField, type Cell, type Field } from './fields.ts'
import type { Chart, Column } from './parse-chart.ts'
import { fitsWhere, type Where } from './parse-where.ts'

export type { ChartWish } from './facts.ts'

export type ChartRow = Readonly<Record<string, Cell>>

export interface ChartRows {
  readonly results: readonly ChartRow[]
  readonly total: number
  /** When not all of the time that was asked for could be looked at. */
  readonly countedFrom?: string
}

export async function rowsOfChart(
  chart: Chart,
  wish: ChartWish,
  world: HttpDependencies,
  reader: FactReader = new FactReader(wish, world),
): Promise<ChartRows> {
  if (chart.kind === 'Markdown') return { results: [], total: 0 }
  const { facts, fromMs } = await reader.factsOf(chart)
  const fitting = facts.filter(fact => fits(fact, chart.where))
  const bound = fromMs > wish.fromMs ? { countedFrom: new Date(fromMs).toISOString() } : {}
  if (chart.kind === 'KPI') return { results: [{ value: figureOf(chart, fitting) }], total: 1, ...bound }
  const isAggregated = chart.columns.some(column => column.agg !== undefined)
  const rows = isAggregated ? aggregate(chart, fitting, reader.buckets) : list(chart, fitting)
  const ordered = sorted(rows, chart, isAggregated)
  const from = (wish.page - 1) * wish.size
  return {
    results: ordered.slice(from, from + wish.size).map(row => present(row, chart)),
    total: ordered.length,
    ...bound,
  }
}

function fits({ cells }: Fact, where: readonly Where[]): boolean {
  return where.every(one => fitsWhere(cells[one.field], one))
}

/** A figure, or with a numerator what part of all it is, in per cent. */
function figureOf({ columns, numerator, isPercentage }: Chart, facts: readonly Fact[]): number | null {
  const column: Column = columns[0] ?? { name: 'value', field: 'ID', agg: 'COUNT' }
  const some = numerator ? facts.filter(fact => fits(fact, numerator)) : facts
  const value = valueOf(sumOf(some, column), { ...column, agg: column.agg ?? 'COUNT' })
  if (!isPercentage) return value
  const whole = valueOf(sumOf(facts, column), { ...column, agg: column.agg ?? 'COUNT' })
  return whole === null || whole === 0 || value === null ? null : Math.round((value / whole) * 10_000) / 100
}

interface Sum {
  count: number
  /** Of those that have a number. */
  numbers: number
  sum: number
  min: number
  max: number
}

function aggregate({ columns }: Chart, facts: readonly Fact[], buckets: readonly Bucket[]): readonly ChartRow[] {
  const grouped = columns.filter(column => column.agg === undefined)
  const counted = columns.filter(column => column.agg !== undefined)
  const groups = new Map<string, { readonly keys: ChartRow; readonly sums: Sum[] }>()
  for (const fact of facts) {
    const keys = Object.fromEntries(grouped.map(({ name, field }) => [name, keyIn(fact, field, buckets)]))
    const key = JSON.stringify(keys)
    const group = groups.get(key) ?? { keys, sums: counted.map(() => emptySum()) }
    counted.forEach(({ field }, at) => add(group.sums[at], fact, field))
    groups.set(key, group)
  }
  return [...groups.values()].map(({ keys, sums }) => ({
    ...keys,
    ...Object.fromEntries(counted.map((column, at) => [column.name, valueOf(sums[at] ?? emptySum(), column)])),
  }))
}

function keyIn({ cells }: Fact, field: Field, buckets: readonly Bucket[]): Cell {
  const cell = cells[field] ?? null
  if (!isDateField(field) || typeof cell !== 'number') return cell
  return (
    buckets[bucketAt(buckets, cell) ?? (cell < (buckets[0]?.startMs ?? 0) ? 0 : buckets.length - 1)]?.startMs ?? cell
  )
}

function emptySum(): Sum {
  return { count: 0, numbers: 0, sum: 0, min: Infinity, max: -Infinity }
}

function sumOf(facts: readonly Fact[], { field }: Column): Sum {
  const sum = emptySum()
  for (const fact of facts) add(sum, fact, field)
  return sum
}

function add(sum: Sum | undefined, { cells, count, ended, tookMs }: Fact, field: Field): void {
  if (!sum) return
  sum.count += count
  if (field === 'DURATION' && tookMs !== undefined) {
    sum.numbers += ended ?? 0
    sum.sum += tookMs / 1_000
    return
  }
  const value = cells[field]
  if (typeof value !== 'number') return
  sum.numbers += 1
  sum.sum += value
  sum.min = Math.min(sum.min, value)
  sum.max = Math.max(sum.max, value)
}

/** Durations in seconds, as Kestra's. */
function valueOf({ count, numbers, sum, min, max }: Sum, { agg }: Column): number | null {
  if (agg === 'COUNT' || agg === undefined) return count
  if (agg === 'SUM') return rounded(sum)
  if (numbers === 0) return null
  return rounded(agg === 'AVG' ? sum / numbers : agg === 'MIN' ? min : max)
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000
}

function list({ columns }: Chart, facts: readonly Fact[]): readonly ChartRow[] {
  return facts.map(({ cells }) => Object.fromEntries(columns.map(({ name, field }) => [name, cells[field] ?? null])))
}

/** Groups by time run forward; what is listed stands as it was read, newest first. */
function sorted(rows: readonly ChartRow[], { orderBy, columns }: Chart, isAggregated: boolean): readonly ChartRow[] {
  const date = columns.find(({ field, agg }) => isDateField(field) && agg === undefined)
  const byDate = date && isAggregated ? [{ column: date.name, isAscending: true }] : []
  const orders = orderBy.length > 0 ? orderBy : byDate
  if (orders.length === 0) return rows
  return rows.toSorted((left, right) => {
    for (const { column, isAscending } of orders) {
      const order = orderOf(left[column] ?? null, right[column] ?? null)
      if (order !== 0) return isAscending ? order : -order
    }
    return 0
  })
}

/** What is not there comes first. */
function orderOf(left: Cell, right: Cell): number {
  if (left === right) return 0
  if (left === null || right === null) return left === null ? -1 : 1
  return left < right ? -1 : 1
}

function present(row: ChartRow, { columns }: Chart): ChartRow {
  const shown: Record<string, Cell> = { ...row }
  for (const { name, field, agg } of columns) {
    const cell = row[name]
    const isDate = isDateField(field) && (agg === undefined || agg === 'MIN' || agg === 'MAX')
    if (isDate && typeof cell === 'number') shown[name] = new Date(cell).toISOString()
  }
  return shown
}
