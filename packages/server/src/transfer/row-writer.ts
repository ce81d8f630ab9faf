// Gathers rows by table and writes many at a time. Rows of one table keep their order, which is that of the log.
import type { Param } from '../storage/sql/perform.ts'
import { BY_DAY, COLUMNS, insertRows, type Table } from './transfer.sql.ts'
import { bornMsOf, type WriteConnection } from './write-connection.ts'

/** As many parameters as SQLite and PostgreSQL both take, and more than enough. */
const ROWS_MAX = 200
const TEXT_MAX = 4 * 2 ** 20

export class RowWriter {
  readonly #connection: WriteConnection
  readonly #rows = new Map<Table, Param[][]>()
  #textLength = 0

  constructor(connection: WriteConnection) {
    this.#connection = connection
  }

  /** Values in the order of the table's columns. */
  async add(table: Table, ...values: readonly Param[]): Promise<void> {
    const rows = this.#rows.get(table) ?? []
    this.#rows.set(table, rows)
    rows.push(this.#isByDay(table) ? [bornMsOf(String(values[0])), ...values] : [...values])
    for (const value of values) if (typeof value === 'string') this.#textLength += value.length
    if (rows.length >= ROWS_MAX || this.#textLength > TEXT_MAX) await this.flush()
  }

  async flush(): Promise<void> {
    for (const table of TABLES) {
      const rows = this.#rows.get(table)
      if (!rows || rows.length === 0) continue
      await this.#connection.run(insertRows(table, rows.length, this.#isByDay(table)), ...rows.flat())
      this.#rows.delete(table)
    }
    this.#textLength = 0
  }

  #isByDay(table: Table): boolean {
    return this.#connection.kind === 'postgres' && BY_DAY.has(table)
  }
}

const TABLES: readonly Table[] = Object.keys(COLUMNS).filter(isTable)

function isTable(name: string): name is Table {
  return name in COLUMNS
}
