// What goes to stdout: documents for programs, aligned columns for people. In which of the two, and whether remarks are made at all, is said
// once for the process, as its output is one.
import { fromPlain, writeYaml } from '@batuta/core'

export const FORMATS = ['table', 'json', 'yaml'] as const

export type Format = (typeof FORMATS)[number]

interface PrintChoice {
  readonly format: Format
  readonly isQuiet: boolean
}

let chosen: PrintChoice = { format: 'table', isQuiet: false }

export function choosePrint(choice: PrintChoice): void {
  chosen = choice
}

/** Remarks and progress are wanted. */
export function isTalking(): boolean {
  return !chosen.isQuiet
}

/** A document: JSON, or YAML where that was asked for. */
export function printJson(value: unknown): void {
  process.stdout.write(chosen.format === 'yaml' ? yamlOf(value) : `${JSON.stringify(value, undefined, 2)}\n`)
}

/** One of a stream of events: a line of JSON, or a document of YAML. */
export function printJsonLine(value: unknown): void {
  process.stdout.write(chosen.format === 'yaml' ? `---\n${yamlOf(value)}` : `${JSON.stringify(value)}\n`)
}

export function printLine(text: string = ''): void {
  process.stdout.write(`${text}\n`)
}

/** Remarks that are no result. */
export function remark(text: string): void {
  if (isTalking()) process.stderr.write(`${text}\n`)
}

/** Columns two spaces apart. On a terminal no row wraps: the widest columns give way. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const cells = rows.map(row => row.map(oneLine))
  const wanted = head.map((name, column) => Math.max(name.length, ...cells.map(row => row[column]?.length ?? 0)))
  const widths = process.stdout.isTTY ? fitted(wanted, head, process.stdout.columns) : wanted
  for (const row of [head, ...cells])
    printLine(
      row
        .map((cell, column) => cut(cell, widths[column] ?? 0).padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
}

const GAP = 2
const USUAL_COLUMNS = 80

/** The widest column loses a character until the row fits; none becomes narrower than its name. */
export function fitted(
  wanted: readonly number[],
  head: readonly string[],
  columns: number | undefined,
): readonly number[] {
  const room = (columns === undefined || columns === 0 ? USUAL_COLUMNS : columns) - GAP * (wanted.length - 1)
  const widths = [...wanted]
  let excess = widths.reduce((sum, width) => sum + width, 0) - room
  while (excess > 0) {
    const spare = widths.map((width, column) => width - Math.max(1, head[column]?.length ?? 0))
    const [widest] = spare
      .flatMap((free, column) => (free > 0 ? [column] : []))
      .sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))
    if (widest === undefined) break
    widths[widest] = (widths[widest] ?? 1) - 1
    excess -= 1
  }
  return widths
}

function cut(cell: string, width: number): string {
  return cell.length <= width ? cell : `${cell.slice(0, Math.max(0, width - 1))}…`
}

function oneLine(cell: string): string {
  return cell.replace(/\s*\n\s*/g, ' ')
}

function yamlOf(value: unknown): string {
  // Only what JSON can say: absent fields go, dates become text.
  return writeYaml(fromPlain(JSON.parse(JSON.stringify(value ?? null))))
}
