// Runs one statement. Rows wait in a bounded queue: when nobody takes them, the server is made to wait, too.
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import type { FieldPacket, Query } from 'mysql2'
import type { Value } from '@batuta/plugin-sdk'
import { tableRows } from '@batuta/sql-kit'
import type { Answer, BoundStatement, Reading } from '@batuta/sql-kit'
import { describeMysqlError } from './describe-mysql-error.ts'
import { columnReader } from './mysql-values.ts'
import type { ReadColumn } from './mysql-values.ts'
import type { MysqlClient } from './open-mysql.ts'

const ROWS_WAITING_MAX = 2_000

/** `file` is the one that `load data local` may read: the server asks, and gets no other. */
export async function runMysql(
  client: MysqlClient,
  { text }: BoundStatement,
  { reading, file }: { readonly reading: Reading; readonly file: string | undefined },
): Promise<Answer> {
  const result = new MysqlResult(client, text, { isKept: reading.fetchSize > 0, file })
  try {
    await result.started
  } catch (error) {
    throw describeMysqlError(error, client.target)
  }
  const { fields } = result
  if (fields === undefined) {
    return { close: () => Promise.resolve() }
  }
  const { hasTinyBooleans } = client.target
  const readers = fields.map(field =>
    columnReader(field, { hasTinyBooleans, serverZone: client.zone, zone: reading.zone }),
  )
  return {
    rows: tableRows(
      fields.map(({ name }) => name),
      rowsOf(result, readers, client),
    ),
    close: () => result.close(),
  }
}

async function* rowsOf(
  result: MysqlResult,
  readers: readonly ReadColumn[],
  { target }: MysqlClient,
): AsyncGenerator<readonly (readonly Value[])[]> {
  try {
    for (let rows = await result.next(); rows !== undefined; rows = await result.next()) {
      yield rows.map(row => row.map((bytes, at) => (bytes === null ? null : (readers[at]?.(bytes) ?? null))))
    }
  } catch (error) {
    throw describeMysqlError(error, target)
  }
}

type RawRow = readonly (Buffer | null)[]

interface ResultOptions {
  readonly isKept: boolean
  readonly file: string | undefined
}

/** The first result of a statement that gives rows, or the end of one that gives none. What a procedure gives beyond it is dropped. */
class MysqlResult {
  fields: readonly FieldPacket[] | undefined
  /** Settles when it is known whether there are rows; for statements without, when they have ended. */
  readonly started: Promise<void>
  readonly #client: MysqlClient
  readonly #isKept: boolean
  #rows: RawRow[] = []
  #set = 0
  #isDone = false
  #isClosed = false
  #isPaused = false
  #error: Error | undefined
  #wake: () => void = () => undefined

  constructor(client: MysqlClient, sql: string, { isKept, file }: ResultOptions) {
    this.#client = client
    this.#isKept = isKept
    const query = client.connection.query({ sql, typeCast: false, ...fileOption(file) })
    this.started = new Promise((resolve, reject) => {
      query.once('end', () => resolve())
      query.once('error', reject)
      query.on('fields', (fields: FieldPacket[] | undefined) => {
        this.#set++
        if (fields === undefined || this.fields !== undefined) return
        this.fields = fields
        this.#set = 0
        resolve()
      })
    })
    this.#listen(query)
  }

  #listen(query: Query): void {
    query.on('result', (row: unknown) => this.#take(row))
    query.once('end', () => {
      this.#isDone = true
      this.#wake()
    })
    query.once('error', (error: Error) => {
      this.#error = error
      this.#isDone = true
      this.#wake()
    })
  }

  /** The rows that came so far; undefined after the last. */
  async next(): Promise<readonly RawRow[] | undefined> {
    while (this.#rows.length === 0 && !this.#isDone) {
      this.#resume()
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
    if (this.#rows.length === 0) {
      if (this.#error !== undefined) throw this.#error
      return undefined
    }
    const rows = this.#rows
    this.#rows = []
    this.#resume()
    return rows
  }

  /** The rest is read and dropped: the connection is free again when it settles. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#rows = []
    while (!this.#isDone && !this.#client.isBroken) {
      this.#resume()
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }

  #take(row: unknown): void {
    if (!Array.isArray(row) || this.#set > 0 || this.#isClosed || !this.#isKept) return
    this.#rows.push(row)
    if (this.#rows.length >= ROWS_WAITING_MAX && !this.#isPaused) {
      this.#isPaused = true
      this.#client.connection.pause()
    }
    this.#wake()
  }

  #resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#client.connection.resume()
  }
}

function fileOption(file: string | undefined): { readonly infileStreamFactory: (path: string) => Readable } {
  return {
    infileStreamFactory: path => (path === file ? createReadStream(path) : refusedFile(path)),
  }
}

function refusedFile(path: string): Readable {
  return new Readable({
    read() {
      this.destroy(
        new Error(
          `the server asks for the file ${path}, which the task did not give; use \`inputFile\` and {{ inputFile }}`,
        ),
      )
    },
  })
}
