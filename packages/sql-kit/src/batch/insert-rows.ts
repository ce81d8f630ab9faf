// Runs a statement for every row, chunk by chunk, in one transaction.
import { isList, isMap, mapGet, mapHas, mapKeys, messageOf, TaskError } from '@batuta/plugin-sdk'
import type { RunContext, Value } from '@batuta/plugin-sdk'
import type { Zone } from '@batuta/ion'
import { prefixed } from '../connection/describe-failure.ts'
import { BadRow } from '../connection/connection.ts'
import type { BatchDoor, Connection, PreparedBatch } from '../connection/connection.ts'
import { splitAtPlaceholders } from '../syntax/placeholders.ts'
import { splitStatements } from '../syntax/split-statements.ts'
import type { SqlSyntax } from '../syntax/sql-syntax.ts'

export interface Insertion {
  readonly rows: AsyncIterable<readonly Value[]>
  readonly sql?: string
  readonly table?: string
  readonly columns?: readonly string[]
  readonly chunk: number
  readonly zone: Zone
}

export interface Inserted {
  readonly rows: number
  readonly updated: number
  readonly chunks: number
}

export async function insertRows(
  ctx: RunContext,
  { connection, syntax }: { readonly connection: Connection; readonly syntax: SqlSyntax },
  insertion: Insertion,
): Promise<Inserted> {
  const { batch } = connection
  if (batch === undefined) throw new TaskError('this database takes no batches')
  const work = async (): Promise<Inserted> => {
    const { prepared, keys } = await prepare(batch, syntax, insertion)
    const total = { rows: 0, updated: 0, chunks: 0 }
    for await (const rows of chunksOf(insertion.rows, insertion.chunk)) {
      ctx.signal.throwIfAborted()
      total.updated += await runChunk(prepared, keys, { rows, before: total.rows })
      total.rows += rows.length
      total.chunks++
    }
    await prepared.close()
    return total
  }
  return connection.transaction === undefined ? work() : connection.transaction(work)
}

interface Prepared {
  readonly prepared: PreparedBatch
  /** Keys of the row in the order of the parameters; undefined for the row's own order. */
  readonly keys: readonly string[] | undefined
}

async function prepare(batch: BatchDoor, syntax: SqlSyntax, insertion: Insertion): Promise<Prepared> {
  const { sql, columns, zone } = insertion
  if (sql === undefined) {
    const { text, keys } = await buildInsert(batch, insertion)
    return { prepared: await batch.prepare(text, zone), keys }
  }
  const text = onlyStatement(sql, syntax)
  if (batch.takesWholeRows !== true && splitAtPlaceholders(text, syntax).length === 1) {
    throw new TaskError('property "sql" has no `?` to take the values of a row')
  }
  return { prepared: await batch.prepare(text, zone), keys: columns }
}

function onlyStatement(sql: string, syntax: SqlSyntax): string {
  const statements = splitStatements(sql, syntax)
  const [first] = statements
  if (first === undefined || statements.length > 1) {
    throw new TaskError(`property "sql" must be one statement, not ${statements.length}`)
  }
  return first.text
}

interface TableInsert {
  readonly text: string
  readonly keys: readonly string[]
}

async function buildInsert(batch: BatchDoor, { table = '', columns }: Insertion): Promise<TableInsert> {
  const keys = columns ?? (await batch.columnsOf(table))
  const names = keys.map(key => (columns === undefined ? batch.quoteExact(key) : batch.quoteWritten(key)))
  // `??` is how a statement with placeholders writes a question mark of its own.
  const target = `${table} (${names.join(', ')})`.replaceAll('?', '??')
  return { text: `insert into ${target} values (${keys.map(() => '?').join(', ')})`, keys }
}

interface Chunk {
  readonly rows: readonly Value[]
  /** Rows in the chunks before. */
  readonly before: number
}

async function runChunk(prepared: PreparedBatch, keys: Prepared['keys'], { rows, before }: Chunk): Promise<number> {
  const values = rows.map((row, index) => valuesOf(prepared.count, keys, { row, number: before + index + 1 }))
  try {
    return await prepared.run(values)
  } catch (error) {
    if (error instanceof BadRow) {
      const { cause, index } = error
      const failure = cause instanceof TaskError ? cause : new TaskError(messageOf(cause))
      throw prefixed(failure, `row ${before + index + 1} of the file: `)
    }
    if (!(error instanceof TaskError)) throw error
    throw prefixed(error, `one of the rows ${before + 1} to ${before + rows.length} of the file: `)
  }
}

interface NumberedRow {
  readonly row: Value
  readonly number: number
}

function valuesOf(count: number, keys: Prepared['keys'], { row, number }: NumberedRow): readonly Value[] {
  const values = pick(row, keys, number)
  if (values.length !== count) {
    throw new TaskError(
      `row ${number} of the file has ${values.length} values and the statement takes ${count}; ` +
        'name the values in `columns`, in the order of the `?`',
    )
  }
  return values
}

function pick(row: Value, keys: readonly string[] | undefined, number: number): readonly Value[] {
  if (isList(row)) return row
  if (!isMap(row)) throw new TaskError(`row ${number} of the file is neither a map nor a list`)
  const wanted = keys ?? [...mapKeys(row)]
  return wanted.map(key => mapGet(row, mapHas(row, key) ? key : keyOf(key, row)) ?? null)
}

/** A column may be written in quotes, as in SQL; and what a database spells in capitals, files mostly do not. */
function keyOf(key: string, row: Value): string {
  const bare = /^".*"$/s.test(key) ? key.slice(1, -1).replaceAll('""', '"') : key
  const lower = bare.toLowerCase()
  return isMap(row) && !mapHas(row, bare) && mapHas(row, lower) ? lower : bare
}

async function* chunksOf(batches: AsyncIterable<readonly Value[]>, size: number): AsyncGenerator<readonly Value[]> {
  let held: Value[] = []
  for await (const batch of batches) {
    for (const row of batch) {
      held.push(row)
      if (held.length < size) continue
      yield held
      held = []
    }
  }
  if (held.length > 0) yield held
}
