// The rows of a sheet, as its cells come.
import { TaskError } from '@batuta/plugin-sdk'
import type { DateTime } from '@batuta/plugin-sdk'
import { formatNumber, formatSerial, isDateFormat, momentOfSerial } from './cell-format.ts'
import { scanXmlInParts } from './scan-xml.ts'
import type { Sheet, Workbook } from './workbook.ts'

export type CellValue = string | number | boolean | DateTime | null

export interface CellOptions {
  readonly valueRender: 'FORMATTED_VALUE' | 'UNFORMATTED_VALUE' | 'FORMULA'
  readonly dateTimeRender: 'SERIAL_NUMBER' | 'FORMATTED_STRING' | 'UNFORMATTED_VALUE'
}

const COLUMNS_MAX = 16_384
const CELL_CHARS_MAX = 1_000_000

/** Rows in portions; cells that are not there are null, and rows that are not there are empty. */
export async function* readSheet(
  book: Workbook,
  sheet: Sheet,
  options: CellOptions,
): AsyncGenerator<readonly (readonly CellValue[])[]> {
  const reader = new SheetReader(book, options)
  const parts = scanXmlInParts(await sheet.open(), reader)
  while ((await parts.next()).done !== true) yield reader.take()
  yield reader.take()
}

class SheetReader {
  readonly #book: Workbook
  readonly #options: CellOptions
  #rows: CellValue[][] = []
  #row: CellValue[] | undefined
  #number = 0
  #cell: { readonly column: number; readonly type: string; readonly style: number } | undefined
  #value = ''
  #formula = ''

  constructor(book: Workbook, options: CellOptions) {
    this.#book = book
    this.#options = options
  }

  take(): readonly (readonly CellValue[])[] {
    const rows = this.#rows
    this.#rows = []
    return rows
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === 'row') {
      const number = Number(attributes['r'] ?? this.#number + 1)
      // Rows without a cell are left out of the file; a sheet has a million at most.
      for (let at = this.#number + 1; at < Math.min(number, 1_048_577); at++) this.#rows.push([])
      this.#number = number
      this.#row = []
    } else if (name === 'c' && this.#row !== undefined) {
      const reference = attributes['r']
      const column = reference === undefined ? this.#row.length : columnOf(reference)
      if (column >= COLUMNS_MAX)
        throw new TaskError(`the sheet has a cell "${reference}", which is beyond its last column`)
      this.#cell = { column, type: attributes['t'] ?? 'n', style: Number(attributes['s'] ?? 0) }
      this.#value = ''
      this.#formula = ''
    }
  }

  text(text: string, name: string): void {
    if (this.#cell === undefined) return
    if (name === 'v' || name === 't') this.#value += text
    else if (name === 'f') this.#formula += text
    if (this.#value.length > CELL_CHARS_MAX)
      throw new TaskError(`a cell of row ${this.#number} is longer than ${CELL_CHARS_MAX} characters`)
  }

  close(name: string): void {
    if (name === 'c' && this.#cell !== undefined && this.#row !== undefined) {
      while (this.#row.length < this.#cell.column) this.#row.push(null)
      this.#row[this.#cell.column] = this.#valueOf(this.#cell)
      this.#cell = undefined
    } else if (name === 'row' && this.#row !== undefined) {
      this.#rows.push(this.#row)
      this.#row = undefined
    }
  }

  #valueOf({ type, style }: { readonly type: string; readonly style: number }): CellValue {
    const text = this.#value
    if (this.#formula !== '' && this.#options.valueRender === 'FORMULA') return this.#formula
    if (type === 'inlineStr' || type === 'str') return text
    if (text === '') return null
    if (type === 's') return this.#book.texts[Number(text)] ?? null
    if (type === 'b') return text === '1'
    if (type === 'e' || type === 'd') return text
    return this.#numberOf(Number(text), text, this.#book.formats[style] ?? 'General')
  }

  #numberOf(value: number, text: string, format: string): CellValue {
    if (Number.isNaN(value)) return text
    const { valueRender, dateTimeRender } = this.#options
    const { startsIn1904 } = this.#book
    if (isDateFormat(format)) {
      if (valueRender === 'FORMATTED_VALUE' || dateTimeRender === 'FORMATTED_STRING')
        return formatSerial(value, format, startsIn1904)
      return dateTimeRender === 'SERIAL_NUMBER' ? value : momentOfSerial(value, format, startsIn1904)
    }
    return valueRender === 'FORMATTED_VALUE' ? formatNumber(value, format) : value
  }
}

/** `BC12` is in column 54, counted from 0. */
function columnOf(reference: string): number {
  let column = 0
  for (const letter of /^[A-Z]+/i.exec(reference)?.[0].toUpperCase() ?? '')
    column = column * 26 + letter.charCodeAt(0) - 64
  return column - 1
}

export function columnName(column: number): string {
  const letter = String.fromCharCode(65 + (column % 26))
  return column < 26 ? letter : columnName(Math.floor(column / 26) - 1) + letter
}
