// Many rows in few statements: an `insert … values (?, …)` becomes one with many tuples, anything else is run row by row.
import type { Value } from '@batuta/plugin-sdk'
import { BadRow, literalText, quoteExact, quoteWritten, splitAtPlaceholders } from '@batuta/sql-kit'
import type { BatchDoor, PreparedBatch, SqlSyntax, Zone } from '@batuta/sql-kit'
import { describeMysqlError } from './describe-mysql-error.ts'
import type { MysqlClient } from './open-mysql.ts'

/** Well below what any server takes in one packet. */
const STATEMENT_CHARS_MAX = 1024 * 1024

export const MYSQL_LITERALS = {
  hasBackslashes: true,
} as const

export function mysqlBatch(client: MysqlClient, syntax: SqlSyntax): BatchDoor {
  return {
    columnsOf: table => columnsOf(client, table),
    quoteExact: name => quoteExact(name, '`'),
    quoteWritten: name => quoteWritten(name, '`'),
    prepare: (text, zone) => Promise.resolve(prepare(client, splitAtPlaceholders(text, syntax), zone)),
  }
}

async function columnsOf(client: MysqlClient, table: string): Promise<readonly string[]> {
  try {
    return await new Promise((resolve, reject) => {
      client.connection.query(`select * from ${table} where 1 = 0`, (error, _rows, fields) => {
        if (error === null) resolve(fields.map(({ name }) => name))
        else reject(error)
      })
    })
  } catch (error) {
    throw describeMysqlError(error, client.target)
  }
}

function prepare(client: MysqlClient, parts: readonly string[], zone: Zone): PreparedBatch {
  const insert = multiInsertOf(parts)
  const write = (value: Value): string => mysqlLiteral(value, zone)
  return {
    count: parts.length - 1,
    run: rows =>
      insert === undefined ? runEach(client, parts, { rows, write }) : runTogether(client, insert, { rows, write }),
    close: () => Promise.resolve(),
  }
}

/** Texts with quotes or backslashes are written as bytes, so that no mode of the server reads them differently. */
export function mysqlLiteral(value: Value, zone: Zone): string {
  const text = literalText(value, MYSQL_LITERALS, zone)
  if (!/^'.*['\\].*'$/s.test(text)) return text
  const plain = typeof value === 'string' ? value : text.slice(1, -1).replaceAll("''", "'").replaceAll('\\\\', '\\')
  return plain === '' ? "''" : `_utf8mb4 0x${Buffer.from(plain).toString('hex')}`
}

interface MultiInsert {
  readonly before: string
  readonly after: string
}

function multiInsertOf(parts: readonly string[]): MultiInsert | undefined {
  const [first = '', ...rest] = parts
  const last = rest.at(-1) ?? ''
  const before = /^(\s*(?:insert|replace)\b[\s\S]*\bvalues?\s*)\(\s*$/i.exec(first)?.[1]
  const after = /^\s*\)([\s\S]*)$/.exec(last)?.[1]
  if (before === undefined || after === undefined || after.includes(',')) return undefined
  return rest.slice(0, -1).every(part => part.trim() === ',') ? { before, after } : undefined
}

interface Rows {
  readonly rows: readonly (readonly Value[])[]
  readonly write: (value: Value) => string
}

async function runTogether(
  client: MysqlClient,
  { before, after }: MultiInsert,
  { rows, write }: Rows,
): Promise<number> {
  let updated = 0
  let tuples: string[] = []
  let chars = 0
  const send = async (): Promise<void> => {
    if (tuples.length > 0) updated += await change(client, `${before}${tuples.join(',')}${after}`)
    tuples = []
    chars = 0
  }
  for (const row of rows) {
    const tuple = `(${row.map(write).join(',')})`
    if (chars + tuple.length > STATEMENT_CHARS_MAX) await send()
    tuples.push(tuple)
    chars += tuple.length
  }
  await send()
  return updated
}

async function runEach(client: MysqlClient, parts: readonly string[], { rows, write }: Rows): Promise<number> {
  let updated = 0
  for (const [index, row] of rows.entries()) {
    const sql = parts.map((part, at) => (at === 0 ? part : write(row[at - 1] ?? null) + part)).join('')
    try {
      updated += await change(client, sql)
    } catch (error) {
      throw new BadRow(index, error)
    }
  }
  return updated
}

async function change(client: MysqlClient, sql: string): Promise<number> {
  try {
    return await new Promise((resolve, reject) => {
      client.connection.query(sql, (error, result: unknown) => {
        if (error !== null) return reject(error)
        const isHeader = typeof result === 'object' && result !== null && 'affectedRows' in result
        resolve(isHeader ? Number(result.affectedRows) : 0)
      })
    })
  } catch (error) {
    throw describeMysqlError(error, client.target)
  }
}
