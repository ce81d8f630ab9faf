import { TaskError } from '@batuta/plugin-sdk'
import type { RunContext } from '@batuta/plugin-sdk'
import type { Session } from '../connection/open-session.ts'
import { inTransaction } from '../connection/with-session.ts'
import { runStatement } from '../run-statement.ts'
import type { FetchedOutputs, Fetching } from '../run-statement.ts'
import { splitStatements } from '../sql/split-statements.ts'

export interface OneStatement {
  readonly sql: string
  readonly afterSql: string | undefined
  readonly fetching: Fetching
}

/** A statement, and the one after it if there is one: then both are one transaction. */
export async function runOneStatement(
  ctx: RunContext,
  session: Session,
  { sql, afterSql, fetching }: OneStatement,
): Promise<FetchedOutputs> {
  const statement = onlyStatement('sql', sql)
  if (afterSql === undefined || afterSql.trim() === '') {
    return (await runStatement(ctx, session, statement, fetching)).outputs
  }
  const after = onlyStatement('afterSQL', afterSql)
  return inTransaction(session, async () => {
    const { outputs } = await runStatement(ctx, session, statement, fetching)
    await runStatement(ctx, session, after, { ...fetching, fetchType: 'NONE' })
    return outputs
  })
}

function onlyStatement(property: 'sql' | 'afterSQL', sql: string): string {
  const statements = splitStatements(sql)
  const [first] = statements
  if (first === undefined)
    throw new TaskError(`property "${property}" holds no statement after its templates are rendered`)
  if (statements.length === 1) return first.text
  const wayOut = property === 'sql' ? '; use the task io.kestra.plugin.jdbc.postgresql.Queries' : ''
  throw new TaskError(`property "${property}" must be one statement, not ${statements.length}${wayOut}`)
}
