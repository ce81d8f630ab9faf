// A statement that is run for every row of a chunk, all in one message to the server.
import type { Value } from '@batuta/plugin-sdk'
import { BadRow } from '@batuta/sql-kit'
import type { PreparedBatch, Zone } from '@batuta/sql-kit'
import type { Session } from '../connection/open-session.ts'
import { describeError } from '../describe-error.ts'
import { BatchQuery } from '../protocol/batch-query.ts'
import { DescribeQuery } from '../protocol/describe-query.ts'
import { parameterText } from '../values/parameter-text.ts'
import type { ParameterTarget } from '../values/parameter-text.ts'
import { TYPE_NAMES } from './catalogue.sql.ts'

export interface BatchStatement {
  /** With `$1`, `$2`, … */
  readonly text: string
  readonly written: string
  readonly count: number
  readonly zone: Zone
}

/** The name of the prepared statement: one per connection. */
const PREPARED = 'batuta_batch'

export async function prepareBatch(
  session: Session,
  { text, written, count, zone }: BatchStatement,
): Promise<PreparedBatch> {
  try {
    const oids = await session.client.query(new DescribeQuery(PREPARED, text)).types
    const names = await typeNamesOf(session, oids)
    const parameters = oids.map(oid => ({ oid, zone, ...nameOf(names, oid) }))
    return {
      count,
      run: rows => runRows(session, { rows, parameters, written }),
      close: async () => void (await session.client.query(`deallocate ${PREPARED}`)),
    }
  } catch (error) {
    throw describeError(error, { session, text: written })
  }
}

interface Rows {
  readonly rows: readonly (readonly Value[])[]
  readonly parameters: readonly ParameterTarget[]
  readonly written: string
}

async function runRows(session: Session, { rows, parameters, written }: Rows): Promise<number> {
  const values = rows.map(row => parameters.map((parameter, index) => parameterText(row[index] ?? null, parameter)))
  const query = session.client.query(new BatchQuery(PREPARED, values))
  try {
    return await query.updated
  } catch (error) {
    throw new BadRow(query.succeeded, describeError(error, { session, text: written }))
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
