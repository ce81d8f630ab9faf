// PostgreSQL, and what speaks its protocol.
import type { RunContext } from '@batuta/plugin-sdk'
import {
  numberPlaceholders,
  POSTGRESQL,
  poolProperties,
  quoteExact,
  quoteWritten,
  renderPoolSize,
} from '@batuta/sql-kit'
import type { BatchDoor, Connection, Database, Door } from '@batuta/sql-kit'
import { prepareBatch } from './batch/prepare-batch.ts'
import { columnsOfTable } from './batch/columns-of-table.ts'
import { connectionProperties, renderTarget } from './connection/connection-properties.ts'
import type { ConnectionTarget } from './connection/connection-properties.ts'
import type { Session } from './connection/open-session.ts'
import { inTransaction, withSession } from './connection/with-session.ts'
import { runStatement } from './run-statement.ts'

const properties = { ...connectionProperties, ...poolProperties }

export const postgresql: Database<typeof properties> = {
  title: 'PostgreSQL',
  prefix: 'io.kestra.plugin.jdbc.postgresql',
  syntax: POSTGRESQL,
  exampleUrl: 'jdbc:postgresql://localhost:5432/shop',
  properties,
  open: async (ctx, props) => doorTo(ctx, await renderTarget(ctx, props), await renderPoolSize(props)),
}

export function doorTo(ctx: RunContext, target: ConnectionTarget, poolSize: number | undefined): Door {
  const use = { target, ...(poolSize === undefined ? {} : { poolSize }) }
  return { use: work => withSession(ctx, use, session => work(connectionOf(session))) }
}

export function connectionOf(session: Session): Connection {
  const batch: BatchDoor = {
    columnsOf: table => columnsOfTable(session, table),
    quoteWritten: name => quoteWritten(name),
    quoteExact: name => quoteExact(name),
    prepare: (text, zone) => prepareBatch(session, { written: text, ...numberPlaceholders(text), zone }),
  }
  return {
    placing: 'numbered',
    run: (statement, reading) => runStatement(session, statement, reading),
    transaction: (work, options) => inTransaction(session, work, options),
    batch,
  }
}
