// Oracle, by the client's thin mode.
import {
  DateTime,
  isList,
  isMap,
  isNumber,
  messageOf,
  plainText,
  TaskError,
  encodeValue,
  Bytes,
} from '@batuta/plugin-sdk'
import type { LazyProperties, RunContext, Value } from '@batuta/plugin-sdk'
import {
  BadRow,
  credentialProperties,
  momentAt,
  networkReason,
  numberPlaceholders,
  poollessProperties,
  quoteExact,
  quoteWritten,
  readAny,
  readDecimal,
  readDouble,
  readInteger,
  refusal,
  renderCredentials,
  STANDARD,
  tableRows,
  TransientError,
  urlProperty,
  zoneOffsetMs,
} from '@batuta/sql-kit'
import type { Answer, BatchDoor, BoundStatement, Connection, Database, Reading, SqlSyntax, Zone } from '@batuta/sql-kit'
import { loadOracledb } from './oracledb.ts'
import type { OracleColumn, OracleConnection, Oracledb, OracleRows } from './oracledb.ts'

const EXAMPLE = 'jdbc:oracle:thin:@//localhost:1521/FREEPDB1'
const TITLE = 'Oracle'
const SYNTAX: SqlSyntax = { ...STANDARD, hasQuoteOperator: true, hasBlocks: true }

const properties = { url: urlProperty(EXAMPLE), ...credentialProperties, ...poollessProperties }

export const oracle: Database<typeof properties> = {
  title: TITLE,
  prefix: 'io.kestra.plugin.jdbc.oracle',
  syntax: SYNTAX,
  exampleUrl: EXAMPLE,
  properties,
  async open(ctx, props) {
    const target = await renderTarget(ctx, props)
    return { use: work => withConnection(ctx, target, work) }
  },
}

interface Target {
  readonly user: string
  readonly password: string
  readonly connectString: string
}

const URL_SHAPE = /^(?:jdbc:)?oracle:(?:thin|oci):(?:([^/@]*)\/([^@]*))?@(.+)$/is

async function renderTarget(ctx: RunContext, props: LazyProperties<typeof properties>): Promise<Target> {
  const url = await props.url.render()
  const match = URL_SHAPE.exec(url.trim())
  if (match === null) throw new TaskError(refusal(url, { title: TITLE, example: EXAMPLE }))
  const [, user, password, written = ''] = match
  const credentials = await renderCredentials(ctx, props, {
    ...(user === undefined || user === '' ? {} : { user }),
    ...(password === undefined || password === '' ? {} : { password }),
  })
  return {
    user: credentials.user ?? '',
    password: credentials.password ?? '',
    connectString: connectStringOf(written.trim()),
  }
}

/** `host:port:sid` has no short form of its own any more. */
function connectStringOf(written: string): string {
  const sid = /^([^:/()]+):(\d+):([\w$]+)$/.exec(written)
  if (sid === null) return written.replace(/^\/\//, '')
  const [, host = '', port = '', name = ''] = sid
  return `(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=${host})(PORT=${port}))(CONNECT_DATA=(SID=${name})))`
}

/** Of all addresses that the string names. */
function hostsOf(connectString: string): readonly string[] {
  const named = [...connectString.matchAll(/\(\s*HOST\s*=\s*([^)\s]+)\s*\)/gi)].map(match => match[1] ?? '')
  if (named.length > 0) return named
  const host = /^(?:\w+:\/\/)?(\[[^\]]+\]|[^:/,]+)/.exec(connectString)?.[1]
  return host === undefined ? [] : [host]
}

interface Client {
  readonly oracledb: Oracledb
  readonly connection: OracleConnection
  isInTransaction: boolean
}

async function withConnection<T>(
  ctx: RunContext,
  target: Target,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const oracledb = await loadOracledb()
  for (const host of hostsOf(target.connectString)) ctx.egress.checkHost(host)
  const connection = await connect(oracledb, target)
  const stop = (): void => void connection.break().catch(() => undefined)
  ctx.signal.addEventListener('abort', stop, { once: true })
  try {
    return await work(connectionOf({ oracledb, connection, isInTransaction: false }))
  } catch (error) {
    ctx.signal.throwIfAborted()
    throw error
  } finally {
    ctx.signal.removeEventListener('abort', stop)
    // What was not committed is rolled back with it; a connection that is gone is what is wanted.
    await connection.close().catch(() => undefined)
  }
}

async function connect(oracledb: Oracledb, { user, password, connectString }: Target): Promise<OracleConnection> {
  try {
    return await oracledb.getConnection({ user, password, connectString })
  } catch (error) {
    const place = connectString.startsWith('(') ? hostsOf(connectString).join(', ') : connectString
    const said = networkReason(error, '') ?? messageOf(error).replace(/\s*\n[\s\S]*$/, '')
    const advice = /ORA-01017/.test(said) ? '; check `username` and `password`' : ''
    throw new TransientError(`cannot connect to ${TITLE} at ${place}: ${said}${advice}`)
  }
}

function connectionOf(client: Client): Connection {
  const { connection } = client
  return {
    placing: 'colon',
    run: (statement, reading) => run(client, statement, reading),
    transaction: async work => {
      client.isInTransaction = true
      try {
        const result = await work()
        await connection.commit()
        return result
      } catch (error) {
        await connection.rollback().catch(() => undefined)
        throw error
      } finally {
        client.isInTransaction = false
      }
    },
    batch: batchDoor(client),
  }
}

async function run(client: Client, { text, values }: BoundStatement, { zone, fetchSize }: Reading): Promise<Answer> {
  const { connection, isInTransaction } = client
  try {
    const result = await connection.execute(
      text,
      values.map(value => bindOf(value, zone)),
      {
        ...fetchOptions(client),
        resultSet: true,
        autoCommit: !isInTransaction,
        fetchArraySize: Math.max(1, fetchSize),
      },
    )
    const { resultSet } = result
    if (resultSet === undefined) return { close: () => Promise.resolve() }
    const rows = fetchSize === 0 ? [] : rowsOf(resultSet, fetchSize, zone)
    return {
      rows: tableRows(
        resultSet.metaData.map(({ name }) => name),
        rows,
      ),
      close: () => resultSet.close(),
    }
  } catch (error) {
    throw describe(error)
  }
}

/** Numbers come as text, so that no digit is lost; large objects come whole. */
function fetchOptions({ oracledb }: Client): Record<string, unknown> {
  return {
    outFormat: oracledb.OUT_FORMAT_ARRAY,
    fetchTypeHandler: ({ dbType }: { readonly dbType: unknown }) => {
      if (dbType === oracledb.DB_TYPE_NUMBER || dbType === oracledb.DB_TYPE_CLOB || dbType === oracledb.DB_TYPE_NCLOB) {
        return { type: oracledb.STRING }
      }
      return dbType === oracledb.DB_TYPE_BLOB ? { type: oracledb.BUFFER } : undefined
    },
  }
}

async function* rowsOf(rows: OracleRows, count: number, zone: Zone): AsyncGenerator<readonly (readonly Value[])[]> {
  try {
    for (;;) {
      const portion = await rows.getRows(count)
      if (portion.length > 0)
        yield portion.map(row => row.map((value, at) => readOracle(value, rows.metaData[at], zone)))
      if (portion.length < count) return
    }
  } catch (error) {
    throw describe(error)
  }
}

function readOracle(value: unknown, column: OracleColumn | undefined, zone: Zone): Value {
  const type = column?.dbTypeName ?? ''
  if (value === null || value === undefined) return null
  if (typeof value === 'string') {
    if (type !== 'NUMBER') return value
    return /^-?\d+$/.test(value) ? readInteger(value) : readDecimal(value)
  }
  if (typeof value === 'number') return type.startsWith('BINARY_') ? readDouble(value) : value
  if (value instanceof Date) return readDate(value, type, zone)
  return readAny(value)
}

/** Types without a zone come as if they were of the clocks of this machine. */
function readDate(value: Date, type: string, zone: Zone): Value {
  if (type.includes('TIME ZONE')) return momentAt(value.getTime(), zone)
  const local = new Date(value.getTime() - value.getTimezoneOffset() * 60_000).toISOString()
  return new DateTime(
    'local-date-time',
    local.slice(0, -1).replace(/\.?0+$/, match => (match.startsWith('.') ? '' : match)),
  )
}

const MOMENT = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?)?/

/** Dates go as dates: a text would be read by the format of the session. */
function bindOf(value: Value, zone: Zone): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value instanceof Bytes) return Buffer.from(value.bytes)
  if (value instanceof DateTime) return dateOf(value, zone)
  if (isNumber(value)) return plainText(value)
  return isList(value) || isMap(value) ? encodeValue(value) : plainText(value)
}

function dateOf({ type, text }: DateTime, zone: Zone): unknown {
  if (type === 'instant' || type === 'zoned') {
    const instantMs = Date.parse(text.replace(/\[.*\]$/, ''))
    if (Number.isNaN(instantMs)) return text
    const local = new Date(instantMs + zoneOffsetMs(zone, instantMs)).toISOString()
    return dateOf(new DateTime('local-date-time', local.slice(0, -1)), zone)
  }
  const match = type === 'local-time' ? null : MOMENT.exec(text)
  if (match === null) return text
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map(part => Number(part ?? 0))
  return new Date(year, month - 1, day, hour, minute, second, Number((match[7] ?? '0').padEnd(3, '0')))
}

function batchDoor(client: Client): BatchDoor {
  const { connection } = client
  return {
    columnsOf: async table => {
      try {
        const options = { outFormat: client.oracledb.OUT_FORMAT_ARRAY }
        const { metaData = [] } = await connection.execute(`select * from ${table} where 1 = 0`, [], options)
        return metaData.map(({ name }) => name)
      } catch (error) {
        throw describe(error)
      }
    },
    quoteExact: name => quoteExact(name),
    // Names without quotes are capitals to the database, however they are written.
    quoteWritten: name => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : quoteWritten(name)),
    prepare: (written, zone) => {
      const { text, count } = numberPlaceholders(written, SYNTAX, number => `:${number}`)
      return Promise.resolve({
        count,
        run: async rows => {
          try {
            const binds = rows.map(row => row.map(value => bindOf(value, zone)))
            const { rowsAffected = 0 } = await connection.executeMany(text, binds, { autoCommit: false })
            return rowsAffected
          } catch (error) {
            const offset: unknown = error instanceof Error ? Reflect.get(error, 'offset') : undefined
            const failure = describe(error)
            throw typeof offset === 'number' ? new BadRow(offset, failure) : failure
          }
        },
        close: () => Promise.resolve(),
      })
    },
  }
}

const ADVICE: ReadonlyMap<string, string> = new Map([
  ['ORA-00001', 'such a row exists already'],
  ['ORA-00904', 'check the name of the column'],
  ['ORA-00933', 'check the SQL after its templates are rendered'],
  ['ORA-00942', 'check the name of the table and its schema, and what the user may see'],
  ['ORA-01031', 'the user lacks the permission'],
])
/** Deadlock, busy, shutdown, lost connection. */
const TRANSIENT = /ORA-(?:00060|00054|01033|01034|01089|03113|03114|03135|12514|12541)|NJS-(?:500|501|503|510)/

function describe(error: unknown): unknown {
  if (error instanceof TaskError || !(error instanceof Error)) return error
  const [first = ''] = error.message.split('\n')
  const advice = ADVICE.get(/ORA-\d+/.exec(first)?.[0] ?? '')
  const text = advice === undefined ? first : `${first}; ${advice}`
  return TRANSIENT.test(first) ? new TransientError(text) : new TaskError(text)
}
