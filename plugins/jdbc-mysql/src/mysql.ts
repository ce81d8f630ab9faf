// MySQL and MariaDB, which speak one protocol.
import { p } from '@batuta/plugin-sdk'
import type { RunContext } from '@batuta/plugin-sdk'
import {
  ClientPool,
  credentialProperties,
  getZone,
  poolProperties,
  renderCredentials,
  renderPoolSize,
  STANDARD,
  urlProperty,
} from '@batuta/sql-kit'
import type { Connection, Database, OpenedFor, SqlSyntax, TransactionOptions } from '@batuta/sql-kit'
import { mysqlBatch, mysqlLiteral } from './mysql-batch.ts'
import { mysqlTarget, parseMysqlUrl } from './mysql-target.ts'
import type { MysqlFlavour, MysqlTarget } from './mysql-target.ts'
import { endMysql, mysqlCare, openMysql, say } from './open-mysql.ts'
import type { MysqlClient } from './open-mysql.ts'
import { runMysql } from './run-mysql.ts'

const SYNTAX: SqlSyntax = {
  ...STANDARD,
  hasBackslashes: true,
  hasBackticks: true,
  // Two dashes without a blank are two minus signs.
  lineComments: ['-- ', '--\t', '--\n', '--\r', '#'],
}

const inputFileProperty = {
  inputFile: p
    .string()
    .dynamic()
    .storageUri()
    .group('source')
    .title('A file in internal storage for `load data local infile`, where it is called `{{ inputFile }}`.'),
}

export const mysql = databaseOf('io.kestra.plugin.jdbc.mysql', {
  title: 'MySQL',
  exampleUrl: 'jdbc:mysql://localhost:3306/shop',
})

export const mariadb = databaseOf('io.kestra.plugin.jdbc.mariadb', {
  title: 'MariaDB',
  exampleUrl: 'jdbc:mariadb://localhost:3306/shop',
})

export const mysqlPool = new ClientPool<MysqlClient>(mysqlCare)

type MysqlDatabase = Database<
  { readonly url: ReturnType<typeof urlProperty> } & typeof credentialProperties & typeof poolProperties
>

function databaseOf(prefix: string, flavour: MysqlFlavour): MysqlDatabase {
  return {
    ...flavour,
    prefix,
    syntax: SYNTAX,
    properties: { url: urlProperty(flavour.exampleUrl), ...credentialProperties, ...poolProperties },
    ownProperties: { Query: inputFileProperty, Queries: inputFileProperty },
    async open(ctx, props, task) {
      const url = parseMysqlUrl(await props.url.render(), flavour)
      const ofUrl = {
        user: url.user ?? url.parameters.get('user'),
        password: url.password ?? url.parameters.get('password'),
      }
      const credentials = await renderCredentials(ctx, props, defined(ofUrl))
      const target = mysqlTarget(url, flavour, credentials)
      const poolSize = await renderPoolSize(props)
      const file = await inputFileOf(ctx, task)
      return {
        takesSeveral: target.takesSeveral,
        ...(file === undefined ? {} : { scope: { inputFile: file } }),
        use: work => withClient(ctx, { target, poolSize, file }, work),
      }
    },
  }
}

function defined({ user, password }: { user: string | undefined; password: string | undefined }): {
  user?: string
  password?: string
} {
  return { ...(user === undefined ? {} : { user }), ...(password === undefined ? {} : { password }) }
}

async function inputFileOf(ctx: RunContext, { own }: OpenedFor): Promise<string | undefined> {
  const uri = await own['inputFile']?.render()
  if (typeof uri !== 'string' || uri === '') return undefined
  const path = await ctx.workingDir.createPath('.dat')
  await ctx.files.copyTo(uri, path)
  return path
}

interface Use {
  readonly target: MysqlTarget
  readonly poolSize: number | undefined
  readonly file: string | undefined
}

async function withClient<T>(
  ctx: RunContext,
  { target, poolSize, file }: Use,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const { signal, egress } = ctx
  const open = (): Promise<MysqlClient> => openMysql(target, ctx)
  const request = { key: [target, egress.rules], signal, open }
  const client = poolSize === undefined ? await open() : await mysqlPool.acquire({ ...request, size: poolSize })
  const stopWatching = cancelOnAbort(ctx, client)
  try {
    return await work(connectionOf(client, file))
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    stopWatching()
    await (poolSize === undefined ? endMysql(client) : mysqlPool.release(client))
  }
}

/** How long a server may take to give up a statement before its connection is cut. */
const GRACE_MS = 5_000

/** The server is asked to give up what it is doing, over a connection of its own; who cannot be asked is cut off. */
function cancelOnAbort(ctx: RunContext, client: MysqlClient): () => void {
  let timer: NodeJS.Timeout | undefined
  const cut = (): void => {
    client.isBroken = true
    client.connection.destroy()
  }
  const onAbort = (): void => {
    timer = setTimeout(cut, GRACE_MS)
    cancel(client).catch(cut)
  }
  ctx.signal.addEventListener('abort', onAbort, { once: true })
  return () => {
    clearTimeout(timer)
    ctx.signal.removeEventListener('abort', onAbort)
  }
}

async function cancel({ target, egress, connection, host }: MysqlClient): Promise<void> {
  const other = await openMysql({ ...target, hosts: [host] }, { egress, signal: AbortSignal.timeout(GRACE_MS) })
  try {
    await say(other.connection, `kill query ${Number(connection.threadId)}`)
  } finally {
    await endMysql(other)
  }
}

function connectionOf(client: MysqlClient, file: string | undefined): Connection {
  const zone = getZone(undefined)
  return {
    placing: value => mysqlLiteral(value, client.zone ?? zone),
    run: (statement, reading) => runMysql(client, statement, { reading, file }),
    transaction: (work, options) => inTransaction(client, work, options),
    batch: mysqlBatch(client, SYNTAX),
  }
}

async function inTransaction<T>(
  client: MysqlClient,
  work: () => Promise<T>,
  { isIsolated = false }: TransactionOptions = {},
): Promise<T> {
  // Of the next transaction alone.
  if (isIsolated) await say(client.connection, 'set transaction isolation level serializable')
  await say(client.connection, 'start transaction')
  client.isInTransaction = true
  let result: T
  try {
    result = await work()
  } catch (error) {
    await say(client.connection, 'rollback').then(
      () => (client.isInTransaction = false),
      // The connection is gone, and with it the transaction; what made it fail is on its way to the user.
      () => (client.isBroken = true),
    )
    throw error
  }
  await say(client.connection, 'commit')
  client.isInTransaction = false
  return result
}
