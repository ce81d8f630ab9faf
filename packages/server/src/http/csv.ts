/** Rows as text: a cell with a comma, a quote or a line break stands in quotes. */
export function csvText(rows: readonly (readonly string[])[]): string {
  return rows.map(cells => `${cells.map(quoted).join(',')}\r\n`).join('')
}

/** A spreadsheet takes what begins with one of these for a formula; a number below nothing is one. */
const FORMULA = /^(?:[=+@\t\r]|-(?!\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$))/

function quoted(cell: string): string {
  const text = FORMULA.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
