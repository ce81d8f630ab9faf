// From the header of a CSV file to the rows of the result. The text of a row is put together directly: its keys are the same for
// every row and are encoded once.
export type OnEmptyHeader = 'DROP' | 'RENAME'

/** What CSV files write for null. */
const NULL = '\\N'

interface Column {
  /** `"name":`, as it stands in the row. */
  readonly prefix: string
  readonly index: number
}

/** Writes the fields of a record as a line with a map. */
export function rowWriter(
  header: readonly string[],
  onEmptyHeader: OnEmptyHeader,
): (fields: readonly string[]) => string {
  const columns = columnsOf(header, onEmptyHeader)
  return fields => {
    let text = '{'
    for (const { prefix, index } of columns) {
      const field = fields[index]
      if (field === undefined) continue
      text += text.length === 1 ? prefix : `,${prefix}`
      text += fieldText(field)
    }
    return `${text}}\n`
  }
}

/** Writes the fields of a record as a line with a list. */
export function writeList(fields: readonly string[]): string {
  return `[${fields.map(fieldText).join(',')}]\n`
}

function fieldText(field: string): string {
  return field === NULL ? 'null' : JSON.stringify(field)
}

/** Of columns with one name the first gives the place and the last the value, as in a map. */
function columnsOf(header: readonly string[], onEmptyHeader: OnEmptyHeader): readonly Column[] {
  const named = nameColumns(header, onEmptyHeader)
  const byName = new Map<string, number>()
  for (const [index, name] of named.entries()) byName.set(name, index)
  return [...byName].map(([name, index]) => ({ prefix: `${JSON.stringify(name)}:`, index }))
}

function nameColumns(header: readonly string[], onEmptyHeader: OnEmptyHeader): readonly string[] {
  if (onEmptyHeader === 'RENAME') return header.map((name, index) => (name.trim() === '' ? `col_${index}` : name))
  const isNamed = (name: string): boolean => name.trim() !== ''
  return header.slice(0, header.findLastIndex(isNamed) + 1)
}
