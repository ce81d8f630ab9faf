// Runs one statement and gives its rows, portion by portion, as the text that the server sends.
import type { Value } from '@batuta/plugin-sdk'
import type { Answer, BoundStatement, Portion, Reading } from '@batuta/sql-kit'
import { codeOf } from './connection/connection-failure.ts'
import type { Session } from './connection/open-session.ts'
import { describeError } from './describe-error.ts'
import { PortalQuery } from './protocol/portal-query.ts'
import type { StatementToRun } from './protocol/portal-query.ts'
import { parameterText } from './values/parameter-text.ts'
import { parameterType, TEXT_OID } from './values/parameter-type.ts'
import { lineWriter, rowReader } from './values/row-writer.ts'
import type { RawRow } from './values/row-writer.ts'

export async function runStatement(session: Session, statement: BoundStatement, reading: Reading): Promise<Answer> {
  const { written: text, originalPosition } = statement
  const explain = (error: unknown): unknown => describeError(error, { session, text, originalPosition })
  try {
    const portal = await openPortal(session, statementOf(statement, reading), reading.fetchSize)
    const { query } = portal
    return {
      ...(query.hasResult ? { rows: rowsOf(session, portal, { zone: reading.zone, explain }) } : {}),
      close: () => query.close(),
    }
  } catch (error) {
    throw explain(error)
  }
}

function statementOf({ text, values }: BoundStatement, { zone }: Reading): StatementToRun {
  const types = values.map(parameterType)
  return { text, types, values: values.map((value, at) => parameterText(value, { oid: types[at] ?? 0, zone })) }
}

interface OpenPortal {
  readonly query: PortalQuery
  readonly first: readonly RawRow[] | undefined
}

/**
 * Texts are sent without a type, so that they fit dates, numbers or JSON without a cast. Where the server then cannot tell what a
 * parameter is (`select :name`), the statement is sent once more with that one as text.
 */
async function openPortal(session: Session, statement: StatementToRun, fetchSize: number): Promise<OpenPortal> {
  // Redshift has no savepoints to try again from.
  const isTriedOnce = session.target.flavour === 'redshift' || !statement.types.includes(0)
  if (isTriedOnce) return startPortal(session, statement, fetchSize)
  const isInside = session.client.getTransactionStatus() === 'T'
  if (isInside) await session.client.query('savepoint batuta_statement')
  let { types } = statement
  for (;;) {
    try {
      return await startPortal(session, { ...statement, types }, fetchSize)
    } catch (error) {
      const clearer = clearerTypes(types, error)
      if (clearer === undefined) throw error
      if (isInside) await session.client.query('rollback to savepoint batuta_statement')
      types = clearer
    }
  }
}

/** Indeterminate type, ambiguous parameter, ambiguous function or operator. */
const UNCLEAR_TYPES: ReadonlySet<unknown> = new Set(['42P18', '42P08', '42725'])

/** With the parameter that the server complains about as text, or with all of them when it names none. */
function clearerTypes(types: readonly number[], error: unknown): readonly number[] | undefined {
  if (!(error instanceof Error) || !UNCLEAR_TYPES.has(codeOf(error))) return undefined
  const number = /parameter \$(\d+)/.exec(error.message)?.[1]
  const isMeant = (index: number): boolean => number === undefined || index === Number(number) - 1
  const clearer = types.map((type, index) => (type === 0 && isMeant(index) ? TEXT_OID : type))
  return clearer.some((type, index) => type !== types[index]) ? clearer : undefined
}

async function startPortal(session: Session, statement: StatementToRun, fetchSize: number): Promise<OpenPortal> {
  const query = session.client.query(new PortalQuery(statement, { fetchSize, customTypes: session.customTypes }))
  try {
    return { query, first: await query.next() }
  } catch (error) {
    await query.close()
    throw error
  }
}

interface RowReading {
  readonly zone: Reading['zone']
  readonly explain: (error: unknown) => unknown
}

async function* rowsOf(
  session: Session,
  { query, first }: OpenPortal,
  { zone, explain }: RowReading,
): AsyncGenerator<Portion> {
  const options = { zone, customTypes: session.customTypes }
  const write = lineWriter(query.fields, options)
  const read = rowReader(query.fields, options)
  try {
    for (let rows = first; rows !== undefined; rows = await query.next()) yield portionOf(rows, { write, read })
  } catch (error) {
    throw explain(error)
  }
}

interface RowCodec {
  readonly write: (row: RawRow) => string
  readonly read: (row: RawRow) => Value
}

function portionOf(rows: readonly RawRow[], { write, read }: RowCodec): Portion {
  return {
    size: rows.length,
    get chars() {
      let chars = 0
      for (const row of rows) for (const text of row) chars += text?.length ?? 0
      return chars
    },
    values: () => rows.map(read),
    lines: () => {
      let text = ''
      for (const row of rows) text += write(row)
      return text
    },
  }
}
