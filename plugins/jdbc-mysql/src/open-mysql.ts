// Opens a connection to the first host that answers. Rows come as bytes: what they mean is decided by the column.
import { connect as connectTcp } from 'node:net'
import type { Connection, ConnectionOptions } from 'mysql2'
import type { Egress, RunContext } from '@batuta/plugin-sdk'
import { codeOf, findZone, holdBySocket, TransientError } from '@batuta/sql-kit'
import type { ClientCare, Host, Zone } from '@batuta/sql-kit'
import { mysqlConnectionFailure } from './describe-mysql-error.ts'
import type { MysqlTarget, TlsMode } from './mysql-target.ts'

export interface MysqlClient {
  readonly connection: Connection
  readonly target: MysqlTarget
  readonly host: Host
  readonly egress: Egress
  /** Whose clocks the server shows in TIMESTAMP. */
  readonly zone: Zone | undefined
  isBroken: boolean
  /** Between `begin` and its end. */
  isInTransaction: boolean
}

type Way = Pick<RunContext, 'signal' | 'egress'>

export async function openMysql(target: MysqlTarget, way: Way): Promise<MysqlClient> {
  const failures: string[] = []
  for (const host of target.hosts) {
    way.egress.checkHost(host.host)
    try {
      return await openOn(host, target, way)
    } catch (error) {
      way.signal.throwIfAborted()
      failures.push(mysqlConnectionFailure(error, host, target).message)
    }
  }
  throw new TransientError(failures.join('; '))
}

async function openOn(host: Host, target: MysqlTarget, way: Way): Promise<MysqlClient> {
  try {
    return await connect({ host, target, tls: target.tls }, way)
  } catch (error) {
    if (target.tls !== 'preferred' || codeOf(error) !== 'HANDSHAKE_NO_SSL_SUPPORT') throw error
    return connect({ host, target, tls: 'disabled' }, way)
  }
}

interface Attempt {
  readonly host: Host
  readonly target: MysqlTarget
  readonly tls: TlsMode
}

async function connect(attempt: Attempt, { signal, egress }: Way): Promise<MysqlClient> {
  const { default: mysql } = await import('mysql2')
  const connection = mysql.createConnection(optionsOf(attempt, egress))
  const stop = (): void => connection.destroy()
  signal.addEventListener('abort', stop, { once: true })
  try {
    await new Promise<void>((resolve, reject) => {
      connection.once('connect', () => resolve())
      connection.once('error', reject)
    })
    const { host, target } = attempt
    const zone = await prepare(connection, target)
    const client: MysqlClient = { connection, target, host, egress, zone, isBroken: false, isInTransaction: false }
    connection.on('error', () => void (client.isBroken = true))
    return client
  } catch (error) {
    connection.destroy()
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function optionsOf({ host: { host, port }, target, tls }: Attempt, { lookup }: Egress): ConnectionOptions {
  const { user, password, database, connectTimeoutMs, isCompressed } = target
  return {
    host,
    port,
    user,
    password,
    ...(database === undefined ? {} : { database }),
    charset: 'utf8mb4',
    connectTimeout: connectTimeoutMs,
    compress: isCompressed,
    rowsAsArray: true,
    // Names of columns must not become code.
    disableEval: true,
    stream: () => connectTcp({ host, port, lookup, noDelay: true, keepAlive: true }),
    ...(tls === 'disabled' ? {} : { ssl: tlsOptions(tls) }),
  }
}

function tlsOptions(tls: TlsMode): NonNullable<Exclude<ConnectionOptions['ssl'], string>> {
  const isVerified = tls === 'verify-ca' || tls === 'verify-full'
  return { rejectUnauthorized: isVerified, verifyIdentity: tls === 'verify-full' }
}

/** Also after a reset. */
async function prepare(connection: Connection, { sessionVariables }: MysqlTarget): Promise<Zone | undefined> {
  if (sessionVariables !== undefined && sessionVariables !== '') {
    const assignments = sessionVariables.split(/[,;]/).map(text => text.trim())
    await say(
      connection,
      `set ${assignments.map(text => (text.startsWith('@') ? text : `session ${text}`)).join(', ')}`,
    )
  }
  const [[zone, system] = []] = await ask(connection, 'select @@session.time_zone, @@system_time_zone')
  return findZone(String(zone) === 'SYSTEM' ? String(system) : String(zone))
}

export function say(connection: Connection, sql: string): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.query(sql, error => (error === null ? resolve() : reject(error)))
  })
}

export function ask(connection: Connection, sql: string): Promise<readonly (readonly unknown[])[]> {
  return new Promise((resolve, reject) => {
    connection.query(sql, (error: Error | null, rows: unknown) => {
      if (error === null) resolve(Array.isArray(rows) ? rows.filter(row => Array.isArray(row)) : [])
      else reject(error)
    })
  })
}

export const mysqlCare: ClientCare<MysqlClient> = {
  clean: async client => {
    const { connection, target } = client
    await new Promise<void>((resolve, reject) => {
      // The same user again: it takes temporary tables, settings and locks.
      const { user, password, database } = target
      connection.changeUser({ user, password, ...(database === undefined ? {} : { database }) }, error =>
        error === null || error === undefined ? resolve() : reject(error),
      )
    })
    await prepare(connection, target)
  },
  isHealthy: client => !client.isBroken && !client.isInTransaction,
  ping: ({ connection }) =>
    new Promise((resolve, reject) => {
      connection.ping(error => (error === null ? resolve() : reject(error)))
    }),
  end: endMysql,
  holdProcess: ({ connection }, isHeld) => holdBySocket(Reflect.get(connection, 'stream'), isHeld),
}

const END_MS = 2_000

export function endMysql({ connection }: MysqlClient): Promise<void> {
  return new Promise(resolve => {
    const finish = (): void => {
      clearTimeout(timer)
      connection.destroy()
      resolve()
    }
    const timer = setTimeout(finish, END_MS)
    // It may be gone already, which is what is wanted.
    connection.end(finish)
  })
}
