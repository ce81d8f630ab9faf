// The figures of a run are plain JSON, and one printer shows them all: nested objects indented, lists of objects as tables.

export type Figure = string | number | boolean | null | readonly Figure[] | Figures
export interface Figures {
  readonly [name: string]: Figure
}

export function printFigures(figures: Figures, indent = ''): string {
  const names = Object.keys(figures)
  const width = Math.max(...names.map(name => name.length))
  return names.map(name => printEntry(name.padEnd(width), figures[name] ?? null, indent)).join('')
}

function printEntry(name: string, figure: Figure, indent: string): string {
  if (isList(figure) && figure.length > 0 && figure.every(isFigures))
    return `${indent}${name.trimEnd()}\n${printTable(figure, `${indent}  `)}`
  if (isFigures(figure)) return `${indent}${name.trimEnd()}\n${printFigures(figure, `${indent}  `)}`
  return `${indent}${name}  ${printScalar(figure)}\n`
}

function printTable(rows: readonly Figures[], indent: string): string {
  const flat = rows.map(row => flatten(row))
  const names = [...new Set(flat.flatMap(row => [...row.keys()]))]
  const lines = [names, ...flat.map(row => names.map(name => row.get(name) ?? ''))]
  const widths = names.map((_name, column) => Math.max(...lines.map(line => (line[column] ?? '').length)))
  return lines
    .map(line => `${indent}${line.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  ')}\n`)
    .join('')
}

function flatten(row: Figures, prefix = ''): Map<string, string> {
  const cells = new Map<string, string>()
  for (const [name, figure] of Object.entries(row)) {
    if (isFigures(figure)) for (const [inner, cell] of flatten(figure, `${prefix}${name}.`)) cells.set(inner, cell)
    else cells.set(prefix + name, printScalar(figure))
  }
  return cells
}

function printScalar(figure: Figure): string {
  if (typeof figure === 'number') return Number.isInteger(figure) ? figure.toLocaleString('en-US') : String(figure)
  return typeof figure === 'string' ? figure : JSON.stringify(figure)
}

function isList(figure: Figure): figure is readonly Figure[] {
  return Array.isArray(figure)
}

function isFigures(figure: Figure): figure is Figures {
  return typeof figure === 'object' && figure !== null && !Array.isArray(figure)
}

export function roundTo(value: number, digits: number): number {
  const factor = 10 ** digits
  return Math.round(value * factor) / factor
}
