import { csvText } from '../csv.ts'
import type { Reply } from '../reply.ts'
import type { ChartRows } from './chart-rows.ts'

/** The rows of a chart as a file to keep. */
export function chartFile(name: string, { results }: ChartRows, format = 'csv'): Reply {
  const extension = format.toLowerCase()
  const isJson = extension === 'json'
  return {
    type: 'body',
    status: 200,
    contentType: isJson ? 'application/json' : 'text/csv; charset=utf-8',
    body: isJson ? JSON.stringify(results) : csvText(linesOf(results)),
    headers: { 'content-disposition': `attachment; filename="${name.replace(/[^\w-]/g, '_')}.${extension}"` },
  }
}

function linesOf(rows: ChartRows['results']): readonly (readonly string[])[] {
  const [first] = rows
  if (!first) return []
  const columns = Object.keys(first)
  return [columns, ...rows.map(row => columns.map(column => String(row[column] ?? '')))]
}
