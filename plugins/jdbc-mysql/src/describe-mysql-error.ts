// What the server said about a statement, with its numbers, and what to look at.
import { messageOf, TaskError } from '@batuta/plugin-sdk'
import { codeOf, networkReason, TransientError } from '@batuta/sql-kit'
import type { Host } from '@batuta/sql-kit'
import type { MysqlTarget } from './mysql-target.ts'

type Known = Pick<MysqlTarget, 'title' | 'user' | 'database'>

export function describeMysqlError(error: unknown, { title }: Known): unknown {
  if (error instanceof TaskError || !(error instanceof Error)) return error
  const code = codeOf(error) ?? ''
  if (isLoss(error)) return new TransientError(`the connection to ${title} broke: ${messageOf(error)}`)
  const number: unknown = Reflect.get(error, 'errno')
  const said: unknown = Reflect.get(error, 'sqlMessage')
  if (typeof number !== 'number' || typeof said !== 'string') return error
  const state: unknown = Reflect.get(error, 'sqlState')
  const advice = ADVICE.get(number)
  const text = `${said} (${code} ${number}, SQLSTATE ${String(state)})${advice === undefined ? '' : `; ${advice}`}`
  return TRANSIENT.has(number) ? new TransientError(text) : new TaskError(text)
}

function isLoss(error: Error): boolean {
  const code = codeOf(error) ?? ''
  return (
    code === 'PROTOCOL_CONNECTION_LOST' || networkReason(error, '') !== undefined || /closed state/.test(error.message)
  )
}

/** Deadlock, lock wait, shutdown, killed connection, too many connections. */
const TRANSIENT: ReadonlySet<number> = new Set([1213, 1205, 1053, 1927, 1040, 1203, 1317, 4031])

const ADVICE: ReadonlyMap<number, string> = new Map([
  [1040, 'the server has no connection left; lower `connectionPoolSize` or raise max_connections'],
  [1044, 'the user may not use this database'],
  [1046, 'name a database in the URL, or write `database.table`'],
  [1054, 'check the name of the column'],
  [1062, 'such a row exists already; consider `on duplicate key update`'],
  [1064, 'check the SQL after its templates are rendered; a text needs single quotes'],
  [1142, 'the user lacks the permission'],
  [1146, 'check the name of the table, and the database in the URL'],
  [1148, 'turn on local_infile on the server'],
  [3948, 'turn on local_infile on the server'],
  [1205, 'somebody else holds the lock; a `retry` on the task helps'],
  [1213, 'transactions waited for each other; a `retry` on the task helps'],
])

export function mysqlConnectionFailure(error: unknown, { host, port }: Host, target: Known): TaskError {
  if (error instanceof TaskError) return error
  const place = `${target.title} at ${host}:${port}${target.database === undefined ? '' : `, database "${target.database}"`}`
  return new TransientError(`cannot connect to ${place}: ${networkReason(error, host) ?? reasonOf(error, target)}`)
}

function reasonOf(error: unknown, { user }: Known): string {
  const said: unknown = error instanceof Error ? Reflect.get(error, 'sqlMessage') : undefined
  const message = typeof said === 'string' ? said : messageOf(error)
  switch (codeOf(error)) {
    case 'ER_ACCESS_DENIED_ERROR':
    case 'ER_ACCESS_DENIED_NO_PASSWORD_ERROR':
      return `the server refuses the password of "${user}" (1045); check \`username\` and \`password\``
    case 'ER_BAD_DB_ERROR':
      return 'there is no such database (1049); check the path of the URL'
    case 'HANDSHAKE_NO_SSL_SUPPORT':
      return 'the server speaks no TLS; turn it on there, or set `sslMode=PREFERRED` in the URL'
    case 'ETIMEDOUT':
      return 'no answer in time; check the network, or raise connectTimeout in the URL'
    default:
      return message
  }
}
