// SQLite: a file of the task, a file of the machine, or a database in memory that lives as long as the task.
import { basename, isAbsolute } from 'node:path'
import { p, TaskError, toDouble, toInteger } from '@batuta/plugin-sdk'
import type { RunContext, Value } from '@batuta/plugin-sdk'
import {
  BadRow,
  credentialProperties,
  driverValue,
  poollessProperties,
  quoteExact,
  quoteWritten,
  readBytes,
  readDate,
  readTime,
  readTimestamp,
  refusal,
  splitAtPlaceholders,
  STANDARD,
  tableRows,
  urlProperty,
} from '@batuta/sql-kit'
import type {
  Answer,
  BatchDoor,
  BoundStatement,
  Connection,
  Database,
  Reading,
  TransactionOptions,
  Zone,
} from '@batuta/sql-kit'
import { describeSqliteError } from './describe-sqlite-error.ts'
import type { SqliteColumn, SqliteValue } from './sqlite-program.ts'
import { SqliteThread } from './sqlite-thread.ts'

const TITLE = 'SQLite'
const SYNTAX = { ...STANDARD, hasBackticks: true, hasBrackets: true }

const properties = {
  url: p
    .string()
    .dynamic()
    .default('jdbc:sqlite:')
    .group('main')
    .title('JDBC URL of the database.')
    .describe(
      '`jdbc:sqlite:` is a database in memory, `jdbc:sqlite:name.db` a file of the task, `jdbc:sqlite:/path` one of the worker.',
    ),
  ...credentialProperties,
  ...poollessProperties,
  sqliteFile: p
    .string()
    .dynamic()
    .storageUri()
    .group('source')
    .title('A database file in internal storage to work on: the task works on a copy of it.'),
  outputDbFile: p
    .boolean()
    .dynamic()
    .default(false)
    .group('destination')
    .title('Whether to store the database file afterwards, as the output `databaseUri`.'),
}

export const sqlite: Database<typeof properties> = {
  title: TITLE,
  prefix: 'io.kestra.plugin.jdbc.sqlite',
  syntax: SYNTAX,
  exampleUrl: 'jdbc:sqlite:/data/shop.db',
  properties,
  moreOutputs: [{ name: 'databaseUri', type: 'uri', description: 'The database file, with `outputDbFile`.' }],
  ownProperties: { Trigger: { url: urlProperty('jdbc:sqlite:/data/shop.db') } },
  async open(ctx, props) {
    const url = await props.url.render()
    const file = await props.sqliteFile.render()
    const isKept = await props.outputDbFile.render()
    const path = await findPath(ctx, url, { file, isKept })
    return {
      use: work => withThread(ctx, path, work),
      after: async () => (isKept ? { databaseUri: await ctx.files.put({ path }, { extension: '.db' }) } : {}),
    }
  },
}

const MEMORY = ':memory:'

async function findPath(
  ctx: RunContext,
  url: string,
  { file, isKept }: { readonly file: string | undefined; readonly isKept: boolean },
): Promise<string> {
  const match = /^(?:jdbc:)?sqlite:(?:file:)?([^?]*)/i.exec(url.trim())
  if (match === null) throw new TaskError(refusal(url, { title: TITLE, example: 'jdbc:sqlite:shop.db' }))
  const written = (match[1] ?? '').replace(/^\/\/(?=\/)/, '')
  const isMemory = written === '' || written === MEMORY
  if (file !== undefined) {
    const copy = isMemory ? await ctx.workingDir.createPath('.db') : await ctx.workingDir.resolve(basename(written))
    await ctx.files.copyTo(file, copy)
    return copy
  }
  if (isMemory) return isKept ? ctx.workingDir.createPath('.db') : MEMORY
  if (isAbsolute(written)) return written
  return ctx.workingDir.resolve(written)
}

async function withThread<T>(ctx: RunContext, path: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  if (path !== MEMORY) await ctx.workingDir.path()
  const thread = await opened(ctx, path)
  try {
    return await work(connectionOf(thread))
  } finally {
    await thread.close()
  }
}

async function opened(ctx: RunContext, path: string): Promise<SqliteThread> {
  try {
    return await SqliteThread.open(path, ctx.signal)
  } catch (error) {
    ctx.signal.throwIfAborted()
    throw describeSqliteError(error, `the database ${path}`)
  }
}

function connectionOf(thread: SqliteThread): Connection {
  return {
    placing: 'question',
    run: (statement, reading) => run(thread, statement, reading),
    transaction: (work, options) => inTransaction(thread, work, options),
    batch: batchDoor(thread),
  }
}

async function run(thread: SqliteThread, { text, values, written }: BoundStatement, reading: Reading): Promise<Answer> {
  const isCounted = reading.fetchSize === 0
  try {
    const bound = values.map(value => toSqlite(value, reading.zone))
    const { columns } = await thread.ask({ type: 'run', sql: text, values: bound, isCounted })
    if (columns === undefined) return { close: () => Promise.resolve() }
    const rows = isCounted ? [] : rowsOf(thread, columns, { count: reading.fetchSize, written })
    return {
      rows: tableRows(
        columns.map(({ name }) => name),
        rows,
      ),
      close: () => Promise.resolve(),
    }
  } catch (error) {
    throw describeSqliteError(error, written)
  }
}

interface Portions {
  readonly count: number
  readonly written: string
}

async function* rowsOf(
  thread: SqliteThread,
  columns: readonly SqliteColumn[],
  { count, written }: Portions,
): AsyncGenerator<readonly (readonly Value[])[]> {
  const readers = columns.map(({ type }) => readerOf(type ?? ''))
  try {
    for (;;) {
      const { rows = [] } = await thread.ask({ type: 'next', count })
      if (rows.length > 0) yield rows.map(row => row.map((value, at) => fromSqlite(value, readers[at])))
      if (rows.length < count) return
    }
  } catch (error) {
    throw describeSqliteError(error, written)
  }
}

type TextReader = (text: string) => Value

/** By the declared type, which SQLite itself does not insist on. */
function readerOf(declared: string): TextReader {
  switch (declared.toLowerCase()) {
    case 'date':
      return readDate
    case 'time':
      return readTime
    case 'datetime':
    case 'timestamp':
      return readTimestamp
    default:
      return text => text
  }
}

function fromSqlite(value: SqliteValue, readText: TextReader = text => text): Value {
  if (typeof value === 'bigint') return toInteger(value)
  if (typeof value === 'number') return toDouble(value)
  if (typeof value === 'string') return readText(value)
  return value === null ? null : readBytes(value)
}

function toSqlite(value: Value, zone: Zone): SqliteValue {
  const plain = driverValue(value, zone)
  return typeof plain === 'boolean' ? Number(plain) : plain
}

async function inTransaction<T>(
  thread: SqliteThread,
  work: () => Promise<T>,
  { isIsolated = false }: TransactionOptions = {},
): Promise<T> {
  const say = (sql: string): Promise<unknown> => thread.ask({ type: 'run', sql, values: [], isCounted: true })
  await say(isIsolated ? 'begin immediate' : 'begin')
  let result: T
  try {
    result = await work()
  } catch (error) {
    // A statement that fails may have ended the transaction itself.
    await say('rollback').catch(() => undefined)
    throw error
  }
  await say('commit')
  return result
}

function batchDoor(thread: SqliteThread): BatchDoor {
  return {
    columnsOf: async table => {
      const { columns = [] } = await thread.ask({
        type: 'run',
        sql: `select * from ${table} where 1 = 0`,
        values: [],
        isCounted: true,
      })
      return columns.map(({ name }) => name)
    },
    quoteExact: name => quoteExact(name),
    quoteWritten: name => quoteWritten(name),
    prepare: (text, zone) => {
      const parts = splitAtPlaceholders(text, SYNTAX)
      const sql = parts.join('?')
      return Promise.resolve({
        count: parts.length - 1,
        run: async rows => {
          const bound = rows.map(row => row.map(value => toSqlite(value, zone)))
          try {
            return (await thread.ask({ type: 'batch', sql, rows: bound })).changes ?? 0
          } catch (error) {
            const row =
              error instanceof Error && 'row' in error && typeof error.row === 'number' ? error.row : undefined
            const failure = describeSqliteError(error, text)
            throw row === undefined ? failure : new BadRow(row, failure)
          }
        },
        close: () => Promise.resolve(),
      })
    },
  }
}
