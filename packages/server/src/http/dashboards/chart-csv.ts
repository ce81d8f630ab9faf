import { csvText } from '../csv.ts'
import type { ChartRows } from './chart-rows.ts'
import type { Chart } from './parse-chart.ts'

/** The rows as they are shown, under the names of their columns. */
export function csvOfRows({ columns, kind }: Chart, { results }: ChartRows): string {
  const names = kind === 'KPI' ? ['value'] : columns.map(({ name }) => name)
  return csvText([names, ...results.map(row => names.map(name => textOf(row[name] ?? null)))])
}

function textOf(cell: string | number | boolean | null): string {
  return cell === null ? '' : String(cell)
}
