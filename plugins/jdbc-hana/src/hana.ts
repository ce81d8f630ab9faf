// SAP HANA, by its vendor's client in JavaScript, which is installed by name.
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
  readAny,
  readDate,
  readDecimal,
  readDouble,
  readInteger,
  readTime,
  readTimestamp,
  renderCredentials,
  STANDARD,
  tableRows,
  TransientError,
  urlProperty,
} from '@batuta/sql-kit'
import type { Answer, BoundStatement, Connection, Database, Host, Reading, Zone } from '@batuta/sql-kit'

const EXAMPLE = 'jdbc:sap://localhost:39015/?databaseName=SHOP'
const TITLE = 'SAP HANA'

interface Column {
  readonly columnDisplayName: string
  readonly dataType: number
}

interface ResultSet {
  readonly metadata: readonly Column[]
  createObjectStream(): AsyncIterable<Readonly<Record<string, unknown>>>
  close(): void
}

type Done = (error: Error | null | undefined, ...results: readonly unknown[]) => void

interface Statement {
  execute(values: readonly unknown[], done: Done): void
  drop(): void
}

interface Client {
  connect(done: Done): void
  prepare(sql: string, done: Done): void
  setAutoCommit(isOn: boolean): void
  commit(done: Done): void
  rollback(done: Done): void
  on(event: 'error', listener: (error: Error) => void): void
  end(): void
}

interface Hdb {
  createClient(options: Readonly<Record<string, unknown>>): Client
}

const properties = { url: urlProperty(EXAMPLE), ...credentialProperties, ...poollessProperties }

export const hana: Database<typeof properties> = {
  title: TITLE,
  prefix: 'io.kestra.plugin.jdbc.hana',
  syntax: STANDARD,
  exampleUrl: EXAMPLE,
  properties,
  async open(ctx, props) {
    const url = parseJdbcUrl(await props.url.render(), {
      title: TITLE,
      schemes: ['sap'],
      port: 39015,
      example: EXAMPLE,
    })
    const { parameters } = url
    const [user, password] = [parameters.get('user') ?? url.user, parameters.get('password') ?? url.password]
    const credentials = await renderCredentials(ctx, props, {
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { password }),
    })
    const database = parameters.get('databasename')
    const isSecure = isOn(parameters.get('encrypt') ?? 'false')
    const options = {
      ...credentials,
      ...(database === undefined ? {} : { databaseName: database }),
      ...(isSecure ? { useTLS: true, rejectUnauthorized: parameters.get('validatecertificate') !== 'false' } : {}),
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
  target: Target,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const { host, port } = target.host
  const hdb = await loadClient<Hdb>({ name: 'hdb', version: '2.30.1', title: TITLE })
  ctx.egress.checkHost(host)
  const client = hdb.createClient({ host, port, ...target.options })
  client.on('error', () => undefined)
  const stop = (): void => client.end()
  ctx.signal.addEventListener('abort', stop, { once: true })
  try {
    await called(done => client.connect(done)).catch(error => {
      throw cannotConnect(error, { title: TITLE, host, port })
    })
    return await work(connectionOf(client))
  } catch (error) {
    ctx.signal.throwIfAborted()
    throw error
  } finally {
    ctx.signal.removeEventListener('abort', stop)
    client.end()
  }
}

function called(call: (done: Done) => void): Promise<readonly unknown[]> {
  return new Promise((resolve, reject) => {
    call((error, ...results) => (error === null || error === undefined ? resolve(results) : reject(error)))
  })
}

function connectionOf(client: Client): Connection {
  return {
    placing: 'question',
    run: (statement, reading) => run(client, statement, reading),
    transaction: async work => {
      client.setAutoCommit(false)
      try {
        const result = await work()
        await called(done => client.commit(done))
        return result
      } catch (error) {
        // The connection may be gone, and with it the transaction.
        await called(done => client.rollback(done)).catch(() => undefined)
        throw describe(error)
      } finally {
        client.setAutoCommit(true)
      }
    },
  }
}

async function run(client: Client, { text, values }: BoundStatement, { zone, fetchSize }: Reading): Promise<Answer> {
  try {
    const [prepared] = await called(done => client.prepare(text, done))
    if (!isStatement(prepared)) throw new TaskError(`${TITLE} prepared nothing`)
    const results = await called(done =>
      prepared.execute(
        values.map(value => parameterOf(value, zone)),
        done,
      ),
    )
    const found = results.find(isResultSet)
    const close = (): Promise<void> => {
      found?.close()
      prepared.drop()
      return Promise.resolve()
    }
    if (found === undefined) return { close }
    const names = found.metadata.map(({ columnDisplayName }) => columnDisplayName)
    return { rows: tableRows(names, fetchSize === 0 ? [] : rowsOf(found, fetchSize)), close }
  } catch (error) {
    throw describe(error)
  }
}

function isStatement(value: unknown): value is Statement {
  return typeof value === 'object' && value !== null && 'execute' in value && 'drop' in value
}

function isResultSet(value: unknown): value is ResultSet {
  return typeof value === 'object' && value !== null && 'createObjectStream' in value && 'metadata' in value
}

async function* rowsOf(result: ResultSet, size: number): AsyncGenerator<readonly (readonly Value[])[]> {
  let held: (readonly Value[])[] = []
  try {
    for await (const row of result.createObjectStream()) {
      held.push(result.metadata.map(({ columnDisplayName, dataType }) => readHana(row[columnDisplayName], dataType)))
      if (held.length < size) continue
      yield held
      held = []
    }
  } catch (error) {
    throw describe(error)
  }
  if (held.length > 0) yield held
}

const TEXT_OBJECTS: ReadonlySet<number> = new Set([25, 26, 32, 51, 52])

function readHana(value: unknown, type: number): Value {
  if (value === null || value === undefined) return null
  if (value instanceof Uint8Array) {
    return TEXT_OBJECTS.has(type) ? Buffer.from(value).toString('utf8') : new Bytes(new Uint8Array(value))
  }
  const read = READERS.get(type)
  return read === undefined || (typeof value !== 'string' && typeof value !== 'number')
    ? readAny(value)
    : read(String(value))
}

const READERS: ReadonlyMap<number, (text: string) => Value> = new Map([
  [4, readInteger],
  [5, readDecimal],
  [6, readDouble],
  [7, readDouble],
  [14, readDate],
  [15, readTime],
  [16, readTimestamp],
  [61, readTimestamp],
  [62, readTimestamp],
  [63, readDate],
  [64, readTime],
  [76, readDecimal],
  [81, readDecimal],
  [82, readDecimal],
])

function parameterOf(value: Value, zone: Zone): unknown {
  const plain = driverValue(value, zone)
  if (plain instanceof Uint8Array) return Buffer.from(plain)
  return typeof plain === 'bigint' ? String(plain) : plain
}

function describe(error: unknown): unknown {
  if (error instanceof TaskError || !(error instanceof Error)) return error
  const code: unknown = Reflect.get(error, 'code')
  if (networkReason(error, '') !== undefined)
    return new TransientError(`the connection to ${TITLE} broke: ${messageOf(error)}`)
  return new TaskError(typeof code === 'number' ? `${error.message} (${TITLE} error ${code})` : error.message)
}
