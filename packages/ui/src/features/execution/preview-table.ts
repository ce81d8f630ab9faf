// Files of rows as a table: lists that the server has read, CSV and lines of JSON that came as text.

export interface PreviewTable {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

const COLUMNS_MAX = 100

/** Undefined: it is no table. */
export function tableOf(type: string, extension: string, content: unknown): PreviewTable | undefined {
  if (type === 'LIST' && Array.isArray(content)) return ofRecords(content)
  if (typeof content !== 'string') return undefined
  if (extension === 'csv' || extension === 'tsv') return ofCells(parseCells(content, extension === 'tsv' ? '\t' : ','))
  if (extension === 'jsonl' || extension === 'ndjson') return ofRecords(parseLines(content))
  return undefined
}

function ofRecords(records: readonly unknown[]): PreviewTable | undefined {
  if (records.length === 0) return undefined
  const columns = new Set<string>()
  for (const record of records) {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) return undefined
    for (const name of Object.keys(record)) if (columns.size < COLUMNS_MAX) columns.add(name)
  }
  const names = [...columns]
  return {
    columns: names,
    rows: records.map(record => {
      const cells = new Map<string, unknown>(Object.entries(record ?? {}))
      return names.map(name => cellText(cells.get(name)))
    }),
  }
}

function ofCells([head = [], ...rows]: readonly (readonly string[])[]): PreviewTable | undefined {
  if (head.length < 2) return undefined
  return { columns: head.map((name, index) => (name === '' ? String(index + 1) : name)), rows }
}

/** Cells in quotes may hold separators, line ends and doubled quotes. */
function parseCells(text: string, separator: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]]
  let cell = ''
  let isQuoted = false
  for (let at = 0; at < text.length; at++) {
    const letter = text[at] ?? ''
    if (isQuoted) {
      if (letter === '"' && text[at + 1] === '"') cell += text[++at] ?? ''
      else if (letter === '"') isQuoted = false
      else cell += letter
    } else if (letter === '"' && cell === '') isQuoted = true
    else if (letter === separator || letter === '\n') {
      rows.at(-1)?.push(cell)
      cell = ''
      if (letter === '\n') rows.push([])
    } else if (letter !== '\r') cell += letter
  }
  if (cell !== '' || (rows.at(-1)?.length ?? 0) > 0) rows.at(-1)?.push(cell)
  return rows.filter(row => row.length > 0)
}

function parseLines(text: string): readonly unknown[] {
  return text.split('\n').flatMap((line): readonly unknown[] => {
    if (line.trim() === '') return []
    try {
      const value: unknown = JSON.parse(line)
      return [value]
    } catch {
      return [] // The last line of the beginning of a file may be cut.
    }
  })
}

function cellText(value: unknown): string {
  if (value === undefined) return ''
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}
