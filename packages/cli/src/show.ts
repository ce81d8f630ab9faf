// The two ways to show what a server answered: as a document, or as what people read.
import { EXIT, type ExitCode } from './exit-code.ts'
import { printJson, printLine, printTable } from './print.ts'

interface Wish {
  readonly json?: boolean
}

export function show(options: Wish, document: unknown, ...lines: readonly string[]): ExitCode {
  if (options.json) printJson(document ?? null)
  else for (const line of lines) printLine(line)
  return EXIT.ok
}

export type Column<Row> = readonly [name: string, cell: (row: Row) => unknown]

export function showTable<Row>(options: Wish, rows: readonly Row[], columns: readonly Column<Row>[]): ExitCode {
  if (options.json) printJson(rows)
  else
    printTable(
      columns.map(([name]) => name),
      rows.map(row => columns.map(([, cell]) => textOf(cell(row)))),
    )
  return EXIT.ok
}

/** A field of a document that is described no further. */
export function field(document: unknown, ...path: readonly string[]): unknown {
  let at: unknown = document
  for (const name of path)
    at = typeof at === 'object' && at !== null ? Object.entries(at).find(([key]) => key === name)?.[1] : undefined
  return at
}

export function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'boolean') return value ? 'yes' : ''
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(textOf).join(', ')
  return JSON.stringify(value)
}

/** An instant as people read it, in UTC. */
export function moment(date: unknown): string {
  return typeof date === 'string' ? date.slice(0, 19).replace('T', ' ') : ''
}
