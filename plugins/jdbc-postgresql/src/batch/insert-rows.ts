// Runs a statement for every row, chunk by chunk, in one transaction.
import { isList, isMap, mapGet, mapHas, mapKeys, messageOf, TaskError } from '@batuta/plugin-sdk'
import type { RunContext, Value } from '@batuta/plugin-sdk'
import type { Session } from '../connection/open-session.ts'
import { inTransaction } from '../connection/with-session.ts'
import { describeError } from '../describe-error.ts'
import { BatchQuery } from '../protocol/batch-query.ts'
import { DescribeQuery } from '../protocol/describe-query.ts'
import { numberPlaceholders } from '../sql/placeholders.ts'
import { quoteExact, quoteWritten } from '../sql/quote-name.ts'
import { splitStatements } from '../sql/split-statements.ts'
import { parameterText } from '../values/parameter-text.ts'
import type { ParameterTarget } from '../values/parameter-text.ts'
import type { Zone } from '../zone.ts'
import { TABLE_COLUMNS, TYPE_NAMES } from './catalogue.sql.ts'

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

/** The name of the prepared statement: one per connection. */
const PREPARED = 'batuta_batch'

export function insertRows(ctx: RunContext, session: Session, insertion: Insertion): Promise<Inserted> {
  return inTransaction(session, async () => {
    const statement = await prepare(session, insertion)
    const total = { rows: 0, updated: 0, chunks: 0 }
    for await (const rows of chunksOf(insertion.rows, insertion.chunk)) {
      ctx.signal.throwIfAborted()
      total.updated += await runChunk(session, statement, { rows, before: total.rows })
      total.rows += rows.length
      total.chunks++
    }
    await session.client.query(`deallocate ${PREPARED}`)
    return total
  })
}

interface Prepared {
  readonly text: string
  readonly parameters: readonly ParameterTarget[]
  /** Keys of the row in the order of the parameters; undefined for the row's own order. */
  readonly keys: readonly string[] | undefined
}

async function prepare(session: Session, insertion: Insertion): Promise<Prepared> {
  const { sql, columns, zone } = insertion
  const table = sql === undefined ? await buildInsert(session, insertion) : undefined
  const text = table?.text ?? onlyStatement(sql ?? '')
  const numbered = table === undefined ? numberPlaceholders(text) : { text, count: table.keys.length }
  if (numbered.count === 0) throw new TaskError('property "sql" has no `?` to take the values of a row')
  try {
    const oids = await session.client.query(new DescribeQuery(PREPARED, numbered.text)).types
    const names = await typeNamesOf(session, oids)
    return {
      text,
      parameters: oids.map(oid => ({ oid, zone, ...nameOf(names, oid) })),
      keys: table?.keys ?? columns,
    }
  } catch (error) {
    throw describeError(error, { host: session.host, text })
  }
}

function onlyStatement(sql: string): string {
  const statements = splitStatements(sql)
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

async function buildInsert(session: Session, { table = '', columns }: Insertion): Promise<TableInsert> {
  const keys = columns ?? (await columnsOfTable(session, table))
  const names = columns === undefined ? keys.map(quoteExact) : keys.map(quoteWritten)
  const values = keys.map((_, index) => `$${index + 1}`)
  return { text: `insert into ${table} (${names.join(', ')}) values (${values.join(', ')})`, keys }
}

async function columnsOfTable(session: Session, table: string): Promise<readonly string[]> {
  try {
    const { rows } = await session.client.query<{ readonly name: string }>(TABLE_COLUMNS, [table])
    return rows.map(row => row.name)
  } catch (error) {
    throw describeError(error, { host: session.host, text: table })
  }
}

const FIRST_CUSTOM_OID = 16384

/** A map goes into hstore differently than into JSON, so the custom types among the parameters are asked for their names. */
async function typeNamesOf(session: Session, oids: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const custom = oids.filter(oid => oid >= FIRST_CUSTOM_OID)
  if (custom.length === 0) return new Map()
  const { rows } = await session.client.query<{ readonly oid: number; readonly name: string }>(TYPE_NAMES, [custom])
  return new Map(rows.map(({ oid, name }) => [oid, name]))
}

function nameOf(names: ReadonlyMap<number, string>, oid: number): { readonly typeName?: string } {
  const typeName = names.get(oid)
  return typeName === undefined ? {} : { typeName }
}

interface Chunk {
  readonly rows: readonly Value[]
  /** Rows in the chunks before. */
  readonly before: number
}

async function runChunk(session: Session, statement: Prepared, { rows, before }: Chunk): Promise<number> {
  const values = rows.map((row, index) => valuesOf(statement, row, before + index + 1))
  const query = session.client.query(new BatchQuery(PREPARED, values))
  try {
    return await query.updated
  } catch (error) {
    const failure = describeError(error, { host: session.host, text: statement.text })
    throw new TaskError(`row ${before + query.succeeded + 1} of the file: ${messageOf(failure)}`)
  }
}

function valuesOf({ parameters, keys }: Prepared, row: Value, number: number): readonly (string | null)[] {
  const values = pick(row, keys, number)
  if (values.length !== parameters.length) {
    throw new TaskError(
      `row ${number} of the file has ${values.length} values and the statement takes ${parameters.length}; ` +
        'name the values in `columns`, in the order of the `?`',
    )
  }
  return parameters.map((parameter, index) => parameterText(values[index] ?? null, parameter))
}

function pick(row: Value, keys: readonly string[] | undefined, number: number): readonly Value[] {
  if (isList(row)) return row
  if (!isMap(row)) throw new TaskError(`row ${number} of the file is neither a map nor a list`)
  const wanted = keys ?? [...mapKeys(row)]
  return wanted.map(key => mapGet(row, mapHas(row, key) ? key : unquote(key)) ?? null)
}

/** A column may be written in quotes, as in SQL. */
function unquote(key: string): string {
  return /^".*"$/s.test(key) ? key.slice(1, -1).replaceAll('""', '"') : key
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
