// Vertica, by its vendor's client, which is installed by name. Values come as text; the types are told by number.
import { Bytes, messageOf, TaskError } from '@batuta/plugin-sdk'
import type { RunContext, Value } from '@batuta/plugin-sdk'
import {
  cannotConnect,
  credentialProperties,
  driverValue,
  firstHost,
  isOn,
  loadClient,
  networkReason,
  parseJdbcUrl,
  poollessProperties,
  readDate,
  readDecimal,
  readDouble,
  readInteger,
  readMoment,
  readTime,
  readTimestamp,
  renderCredentials,
  STANDARD,
  tableRows,
  TransientError,
  urlProperty,
  wholeBatch,
} from '@batuta/sql-kit'
import type { Connection, Database, Host, Zone } from '@batuta/sql-kit'

const EXAMPLE = 'jdbc:vertica://localhost:5433/shop'
const TITLE = 'Vertica'

interface Field {
  readonly name: string
  readonly dataTypeID: number
}

interface Result {
  readonly fields?: readonly Field[]
  readonly rows: readonly (readonly (string | null)[])[]
  readonly rowCount: number | null
}

interface Client {
  connect(): Promise<void>
  query(question: Readonly<Record<string, unknown>>): Promise<Result>
  on(event: 'error', listener: (error: Error) => void): void
  end(): Promise<void>
}

interface Vertica {
  readonly Client: new (options: Readonly<Record<string, unknown>>) => Client
}

const properties = { url: urlProperty(EXAMPLE), ...credentialProperties, ...poollessProperties }

export const vertica: Database<typeof properties> = {
  title: TITLE,
  prefix: 'io.kestra.plugin.jdbc.vertica',
  syntax: { ...STANDARD, hasEscapeStrings: true },
  exampleUrl: EXAMPLE,
  properties,
  async open(ctx, props) {
    const url = parseJdbcUrl(await props.url.render(), {
      title: TITLE,
      schemes: ['vertica'],
      port: 5433,
      example: EXAMPLE,
    })
    const { parameters } = url
    const [user, password] = [parameters.get('user') ?? url.user, parameters.get('password') ?? url.password]
    const credentials = await renderCredentials(ctx, props, {
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { password }),
    })
    const options = {
      ...credentials,
      database: url.path,
      tls_mode:
        parameters.get('tlsmode')?.toLowerCase() ?? (isOn(parameters.get('ssl') ?? 'false') ? 'require' : 'disable'),
    }
    return { use: work => withClient(ctx, { host: firstHost(url), options }, work) }
  },
}

interface Target {
  readonly host: Host
  readonly options: Readonly<Record<string, unknown>>
}

async function withClient<T>(
  ctx: RunContext,
  { host: place, options }: Target,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const { host, port } = place
  const { Client: VerticaClient } = await loadClient<Vertica>({
    name: 'vertica-nodejs',
    version: '1.1.4',
    title: TITLE,
  })
  ctx.egress.checkHost(host)
  const client = new VerticaClient({ host, port, ...options })
  client.on('error', () => undefined)
  const stop = (): void => void client.end().catch(() => undefined)
  try {
    await client.connect().catch(error => {
      throw cannotConnect(error, { title: TITLE, host, port })
    })
    ctx.signal.addEventListener('abort', stop, { once: true })
    return await work(connectionOf(client))
  } catch (error) {
    ctx.signal.throwIfAborted()
    throw error
  } finally {
    ctx.signal.removeEventListener('abort', stop)
    await client.end().catch(() => undefined)
  }
}

/** What the client would make of values is not exact. */
const RAW = { getTypeParser: () => (text: string) => text }

async function ask(client: Client, text: string, values: readonly unknown[]): Promise<Result> {
  try {
    return await client.query({ text, rowMode: 'array', types: RAW, ...(values.length === 0 ? {} : { values }) })
  } catch (error) {
    throw describe(error)
  }
}

function connectionOf(client: Client): Connection {
  return {
    placing: 'question',
    run: async ({ text, values }, { zone }) => {
      const result = await ask(
        client,
        text,
        values.map(value => parameterOf(value, zone)),
      )
      const { fields = [], rows } = result
      const close = (): Promise<void> => Promise.resolve()
      if (fields.length === 0) return { close }
      const readers = fields.map(({ dataTypeID }) => readerOf(dataTypeID, zone))
      const read = rows.map(row => row.map((item, at) => (item === null ? null : (readers[at]?.(item) ?? item))))
      return {
        rows: tableRows(
          fields.map(({ name }) => name),
          [read],
        ),
        close,
      }
    },
    transaction: async work => {
      await ask(client, 'begin', [])
      let result: Awaited<ReturnType<typeof work>>
      try {
        result = await work()
      } catch (error) {
        await ask(client, 'rollback', []).catch(() => undefined)
        throw error
      }
      await ask(client, 'commit', [])
      return result
    },
    batch: wholeBatch({
      syntax: { ...STANDARD, hasEscapeStrings: true },
      place: () => '?',
      columnsOf: async table => {
        const { fields = [] } = await ask(client, `select * from ${table} where false`, [])
        return fields.map(({ name }) => name)
      },
      change: async (sql, values, zone) =>
        (
          await ask(
            client,
            sql,
            values.map(value => parameterOf(value, zone)),
          )
        ).rowCount ?? 0,
    }),
  }
}

function parameterOf(value: Value, zone: Zone): unknown {
  const plain = driverValue(value, zone)
  return plain instanceof Uint8Array ? Buffer.from(plain) : typeof plain === 'bigint' ? String(plain) : plain
}

function readerOf(type: number, zone: Zone): (text: string) => Value {
  switch (type) {
    case 5:
      return text => text === 't' || text === 'true' || text === '1'
    case 6:
      return readInteger
    case 7:
      return readDouble
    case 10:
      return readDate
    case 11:
      return readTime
    case 12:
      return readTimestamp
    case 13:
      return text => readMoment(text, zone)
    case 16:
      return readDecimal
    case 17:
    case 116:
    case 117:
      return readBinary
    default:
      return text => text
  }
}

/** Octal escapes, as `\001`, and doubled backslashes. */
function readBinary(text: string): Value {
  const latin = text.replace(/\\(\\|[0-7]{3})/g, (_, code: string) =>
    code === '\\' ? '\\' : String.fromCharCode(Number.parseInt(code, 8)),
  )
  return new Bytes(new Uint8Array(Buffer.from(latin, 'latin1')))
}

function describe(error: unknown): unknown {
  if (error instanceof TaskError || !(error instanceof Error)) return error
  const code: unknown = Reflect.get(error, 'code')
  if (networkReason(error, '') !== undefined || /terminated/.test(error.message)) {
    return new TransientError(`the connection to ${TITLE} broke: ${messageOf(error)}`)
  }
  return new TaskError(typeof code === 'string' ? `${error.message} (SQLSTATE ${code})` : error.message)
}
