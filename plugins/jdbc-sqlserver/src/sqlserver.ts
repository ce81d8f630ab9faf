// SQL Server, Azure SQL and what else speaks TDS.
import { connect as connectTcp } from 'node:net'
import type { Socket } from 'node:net'
import { messageOf, p, TaskError } from '@batuta/plugin-sdk'
import type { LazyProperties, RunContext, Value } from '@batuta/plugin-sdk'
import {
  cannotConnect,
  codeOf,
  credentialProperties,
  firstHost,
  isOn,
  parseJdbcUrl,
  poollessProperties,
  renderCredentials,
  RowQueue,
  STANDARD,
  tableRows,
  TransientError,
  urlProperty,
  wholeBatch,
} from '@batuta/sql-kit'
import type { Answer, BoundStatement, Connection, Database, Host, Reading, SqlSyntax, Zone } from '@batuta/sql-kit'
import { parameterOf, readSqlserver } from './sqlserver-values.ts'
import { loadTedious } from './tedious.ts'
import type { Tedious, TediousColumn, TediousConnection, TediousRequest } from './tedious.ts'

const EXAMPLE = 'jdbc:sqlserver://localhost:1433;databaseName=shop'
const TITLE = 'SQL Server'
const SYNTAX: SqlSyntax = { ...STANDARD, hasBrackets: true, nestsComments: true }

const properties = {
  url: urlProperty(EXAMPLE),
  ...credentialProperties,
  ...poollessProperties,
  encrypt: p
    .enum('TRUE', 'FALSE', 'STRICT')
    .dynamic()
    .default('FALSE')
    .group('advanced')
    .title('Whether the connection is encrypted; STRICT encrypts it from the first byte on.'),
  trustServerCertificate: p
    .boolean()
    .dynamic()
    .default(false)
    .group('advanced')
    .title('Whether the certificate of the server is taken unseen.'),
  hostNameInCertificate: p.string().dynamic().group('advanced').title('Name that the certificate has to be for.'),
  trustStore: p
    .string()
    .dynamic()
    .group('advanced')
    .title('Certificates of the authorities to trust, as PEM. A key store of Java has to be exported to it.'),
  trustStorePassword: p.string().dynamic().secret().group('advanced').title('Has no effect: PEM has no password.'),
}

export const sqlserver: Database<typeof properties> = {
  title: TITLE,
  prefix: 'io.kestra.plugin.jdbc.sqlserver',
  syntax: SYNTAX,
  exampleUrl: EXAMPLE,
  properties,
  async open(ctx, props) {
    const target = await renderTarget(ctx, props)
    return { use: work => withConnection(ctx, target, work) }
  },
}

interface Target {
  readonly host: Host
  readonly user: string
  readonly password: string
  readonly options: Readonly<Record<string, unknown>>
}

async function renderTarget(ctx: RunContext, props: LazyProperties<typeof properties>): Promise<Target> {
  const rules = {
    title: TITLE,
    schemes: ['sqlserver'],
    port: 1433,
    example: EXAMPLE,
    separators: 'semicolons',
  } as const
  const url = parseJdbcUrl(
    (await props.url.render()).replace(/\/\/([^;:/\\]+)\\([^;:/]+)/, '//$1;instanceName=$2;'),
    rules,
  )
  const { parameters } = url
  const user = parameters.get('user') ?? parameters.get('username')
  const password = parameters.get('password')
  const credentials = await renderCredentials(ctx, props, {
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
  })
  const instanceName = parameters.get('instancename')
  const database = parameters.get('databasename') ?? parameters.get('database')
  const serverName = (await props.hostNameInCertificate.render()) ?? parameters.get('hostnameincertificate')
  const written = props.encrypt.isSet
    ? await props.encrypt.render()
    : (parameters.get('encrypt') ?? 'FALSE').toUpperCase()
  const authorities = await props.trustStore.render()
  if (authorities !== undefined && !authorities.includes('-----BEGIN')) {
    throw new TaskError('property "trustStore" must be PEM text; export the certificates of a key store of Java to it')
  }
  return {
    host: firstHost(url),
    user: credentials.user ?? '',
    password: credentials.password ?? '',
    options: {
      ...(database === undefined ? {} : { database }),
      ...(instanceName === undefined ? {} : { instanceName }),
      ...(serverName === undefined ? {} : { serverName }),
      encrypt: written === 'STRICT' ? 'strict' : written === 'TRUE',
      trustServerCertificate:
        (await props.trustServerCertificate.render()) || isOn(parameters.get('trustservercertificate') ?? 'false'),
      ...(authorities === undefined ? {} : { cryptoCredentialsDetails: { ca: authorities } }),
      appName: parameters.get('applicationname') ?? 'Batuta',
    },
  }
}

const CONNECT_TIMEOUT_MS = 15_000

interface Client {
  readonly tedious: Tedious
  readonly connection: TediousConnection
}

async function withConnection<T>(
  ctx: RunContext,
  target: Target,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const tedious = await loadTedious()
  const connection = await connect(ctx, tedious, target)
  const stop = (): void => void connection.cancel()
  ctx.signal.addEventListener('abort', stop, { once: true })
  try {
    return await work(connectionOf({ tedious, connection }))
  } catch (error) {
    ctx.signal.throwIfAborted()
    throw error
  } finally {
    ctx.signal.removeEventListener('abort', stop)
    connection.close()
  }
}

async function connect(
  ctx: RunContext,
  tedious: Tedious,
  { host: place, user, password, options }: Target,
): Promise<TediousConnection> {
  const { host, port } = place
  ctx.egress.checkHost(host)
  const { lookup } = ctx.egress
  const connector = (): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const socket = connectTcp({ host, port, lookup, keepAlive: true })
      socket.once('connect', () => resolve(socket)).once('error', reject)
    })
  const connection = new tedious.Connection({
    server: host,
    authentication: { type: 'default', options: { userName: user, password } },
    options: {
      ...options,
      // A named instance is asked for its port by the client itself.
      ...('instanceName' in options ? {} : { port, connector }),
      connectTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: 0,
      useUTC: true,
      rowCollectionOnRequestCompletion: false,
    },
  })
  try {
    await new Promise<void>((resolve, reject) => connection.connect(error => (error ? reject(error) : resolve())))
    // What breaks while nobody asks is found by whoever asks next.
    connection.on('error', () => undefined)
    return connection
  } catch (error) {
    ctx.signal.throwIfAborted()
    if (codeOf(error) === 'ELOGIN')
      throw new TaskError(`${TITLE} at ${host}:${port}: ${messageOf(error)}; check \`username\` and \`password\``)
    throw cannotConnect(error, { title: TITLE, host, port })
  }
}

function connectionOf(client: Client): Connection {
  const say = async (sql: string): Promise<void> => void (await change(client, sql, []))
  return {
    placing: 'at',
    run: ({ text, values }, { zone }) => run(client, { text, values, zone }),
    transaction: async work => {
      await say('begin transaction')
      let result: Awaited<ReturnType<typeof work>>
      try {
        result = await work()
      } catch (error) {
        // Some errors have ended the transaction already.
        await say('if @@trancount > 0 rollback transaction').catch(() => undefined)
        throw error
      }
      await say('commit transaction')
      return result
    },
    batch: wholeBatch({
      syntax: SYNTAX,
      place: number => `@p${number}`,
      columnsOf: async table => {
        const answer = new Asked(client, { text: `select * from ${table} where 1 = 0`, values: [], zone: NO_ZONE })
        await answer.ended
        return (answer.columns ?? []).map(({ colName }) => colName)
      },
      change: (sql, values, zone) => change(client, sql, values, zone),
    }),
  }
}

const NO_ZONE: Zone = { id: 'UTC', format: undefined, chunks: new Map(), fixedOffsetMs: 0 }

async function change(client: Client, text: string, values: readonly Value[], zone: Zone = NO_ZONE): Promise<number> {
  const asked = new Asked(client, { text, values, zone })
  void asked.queue.drain()
  return asked.ended
}

async function run(
  client: Client,
  question: Pick<BoundStatement, 'text' | 'values'> & Pick<Reading, 'zone'>,
): Promise<Answer> {
  const asked = new Asked(client, question)
  const columns = await asked.started
  if (columns === undefined) return { close: () => Promise.resolve() }
  const rows = async function* (): AsyncGenerator<readonly (readonly Value[])[]> {
    for await (const portion of asked.queue.portions()) {
      yield portion.map(row =>
        row.map((value, at) => readSqlserver(value, columns[at]?.type.name ?? '', question.zone)),
      )
    }
  }
  return {
    rows: tableRows(
      columns.map(({ colName }) => colName),
      rows(),
    ),
    close: () => asked.queue.drain(),
  }
}

/** A statement on its way. */
class Asked {
  columns: readonly TediousColumn[] | undefined
  readonly queue: RowQueue<readonly unknown[]>
  /** The columns of the first result; undefined when it has ended without one. */
  readonly started: Promise<readonly TediousColumn[] | undefined>
  /** The number of rows. */
  readonly ended: Promise<number>

  constructor(
    { tedious, connection }: Client,
    { text, values, zone }: Pick<BoundStatement, 'text' | 'values'> & Pick<Reading, 'zone'>,
  ) {
    const { promise: started, resolve, reject } = Promise.withResolvers<readonly TediousColumn[] | undefined>()
    const { promise: ended, resolve: end, reject: fail } = Promise.withResolvers<number>()
    this.started = started
    this.ended = ended
    const request: TediousRequest = new tedious.Request(text, (error, count = 0) => {
      const failure = error === null || error === undefined ? undefined : describe(error)
      this.queue.end(failure)
      if (failure === undefined) {
        end(count)
        resolve(this.columns)
        return
      }
      fail(failure)
      reject(failure)
    })
    this.queue = new RowQueue(request)
    let results = 0
    request.on('columnMetadata', columns => {
      if (results++ > 0) return
      this.columns = columns
      resolve(columns)
    })
    // Each is awaited by some and not by others.
    this.started.catch(() => undefined)
    this.ended.catch(() => undefined)
    request.on('row', row => {
      if (results === 1) this.queue.push(row.map(({ value }) => value))
    })
    for (const [index, value] of values.entries()) {
      const parameter = parameterOf(value, zone, tedious)
      request.addParameter(`p${index + 1}`, parameter.type, parameter.value)
    }
    // As a batch, so that what a statement sets is there for the next one.
    if (values.length === 0) connection.execSqlBatch(request)
    else connection.execSql(request)
  }
}

const ADVICE: ReadonlyMap<number, string> = new Map([
  [102, 'check the SQL after its templates are rendered'],
  [207, 'check the name of the column'],
  [208, 'check the name of the table, and databaseName in the URL'],
  [229, 'the user lacks the permission'],
  [2627, 'such a row exists already'],
])
/** Deadlock, lock time-out, throttling and moves of Azure. */
const TRANSIENT: ReadonlySet<number> = new Set([1205, 1222, 10928, 10929, 40197, 40501, 40613, 49918])

function describe(error: Error): TaskError {
  const number: unknown = Reflect.get(error, 'number')
  const line: unknown = Reflect.get(error, 'lineNumber')
  if (typeof number !== 'number') return new TransientError(`the connection to ${TITLE} broke: ${messageOf(error)}`)
  const advice = ADVICE.get(number)
  const text = `${error.message} (${TITLE} error ${number}, line ${String(line)})${advice === undefined ? '' : `; ${advice}`}`
  return TRANSIENT.has(number) ? new TransientError(text) : new TaskError(text)
}
