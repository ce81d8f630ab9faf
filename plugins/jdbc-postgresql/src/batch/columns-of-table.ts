import type { Session } from '../connection/open-session.ts'
import { describeError } from '../describe-error.ts'
import { TABLE_COLUMNS } from './catalogue.sql.ts'

export async function columnsOfTable(session: Session, table: string): Promise<readonly string[]> {
  try {
    const { rows } = await session.client.query<{ readonly name: string }>(TABLE_COLUMNS, [table])
    return rows.map(row => row.name)
  } catch (error) {
    throw describeError(error, { session, text: table })
  }
}
