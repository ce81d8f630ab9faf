// Snowflake: Query, Queries and Trigger.
import { isList, isMap, isNumber, p, plainText, TaskError, Bytes, DateTime, encodeValue } from '@batuta/plugin-sdk'
import type { LazyProperties, RunContext, Value } from '@batuta/plugin-sdk'
import {
  credentialProperties,
  firstHost,
  hexOf,
  isOn,
  localText,
  parseJdbcUrl,
  poollessProperties,
  renderCredentials,
  STANDARD,
  tableRows,
  urlProperty,
} from '@batuta/sql-kit'
import type { Answer, BoundStatement, Connection, Database, Reading, SqlSyntax, Zone } from '@batuta/sql-kit'
import { SnowflakeClient, TITLE } from './snowflake-client.ts'
import type { Binding, SnowflakeResult, SnowflakeTarget } from './snowflake-client.ts'
import { snowflakeReader } from './snowflake-values.ts'

const EXAMPLE = 'jdbc:snowflake://account.snowflakecomputing.com'
const SYNTAX: SqlSyntax = { ...STANDARD, hasBackslashes: true, dollarQuotes: 'plain', lineComments: ['--', '//'] }

const properties = {
  url: urlProperty(EXAMPLE),
  ...credentialProperties,
  ...poollessProperties,
  privateKey: p
    .string()
    .dynamic()
    .secret()
    .group('connection')
    .title('Private key of the user, as PEM, in place of a password.'),
  privateKeyPassword: p.string().dynamic().secret().group('connection').title('Password of the private key.'),
  database: p.string().dynamic().group('source').title('Database to use.'),
  warehouse: p.string().dynamic().group('execution').title('Warehouse to use.'),
  schema: p.string().dynamic().group('source').title('Schema to use.'),
  role: p.string().dynamic().group('advanced').title('Role to take.'),
  queryTag: p.string().dynamic().group('advanced').title('Tag of the statements in the history.'),
}

export const snowflake: Database<typeof properties> = {
  title: TITLE,
  prefix: 'io.kestra.plugin.jdbc.snowflake',
  syntax: SYNTAX,
  exampleUrl: EXAMPLE,
  properties,
  async open(ctx, props) {
    const target = await renderTarget(ctx, props)
    return {
      takesSeveral: true,
      use: async work => {
        const client = await SnowflakeClient.open(ctx, target)
        try {
          return await work(connectionOf(client))
        } finally {
          await client.close()
        }
      },
    }
  },
}

async function renderTarget(ctx: RunContext, props: LazyProperties<typeof properties>): Promise<SnowflakeTarget> {
  const written = await props.url.render()
  const isPlain = /[?&]ssl=(?:off|false)/i.test(written)
  const url = parseJdbcUrl(written, {
    title: TITLE,
    schemes: ['snowflake'],
    port: isPlain ? 80 : 443,
    example: EXAMPLE,
  })
  const { parameters } = url
  const user = parameters.get('user') ?? url.user
  const password = parameters.get('password') ?? url.password
  const credentials = await renderCredentials(ctx, props, {
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
  })
  if (credentials.user === undefined) throw new TaskError('property "username" is required')
  const privateKey = await props.privateKey.render()
  const privateKeyPassword = await props.privateKeyPassword.render()
  for (const secret of [privateKey, privateKeyPassword, parameters.get('token')])
    if (secret !== undefined) ctx.mask(secret)
  const { host, port } = firstHost(url)
  const optional = {
    password: credentials.password,
    token: parameters.get('token'),
    authenticator: parameters.get('authenticator'),
    privateKey,
    privateKeyPassword,
    database: (await props.database.render()) ?? parameters.get('db') ?? parameters.get('database'),
    schema: (await props.schema.render()) ?? parameters.get('schema'),
    warehouse: (await props.warehouse.render()) ?? parameters.get('warehouse'),
    role: (await props.role.render()) ?? parameters.get('role'),
    queryTag: (await props.queryTag.render()) ?? parameters.get('query_tag'),
  }
  return {
    origin: `${isPlain && !isOn(parameters.get('ssl')) ? 'http' : 'https'}://${host}:${port}`,
    account: parameters.get('account') ?? host.replace(/\.snowflakecomputing\.(?:com|cn)$/, ''),
    user: credentials.user,
    ...withoutGaps(optional),
  }
}

function withoutGaps<T extends Record<string, string | undefined>>(texts: T): { [K in keyof T]?: string } {
  const there: { [K in keyof T]?: string } = {}
  for (const key in texts) {
    const text = texts[key]
    if (text !== undefined && text !== '') there[key] = text
  }
  return there
}

function connectionOf(client: SnowflakeClient): Connection {
  return {
    placing: 'question',
    run: (statement, reading) => run(client, statement, reading),
    transaction: work => inTransaction(client, work),
  }
}

/** From here on a statement changes rows and gives but counts. */
const CHANGING = 0x3000
/** From here on it changes the session or the database, and gives a sentence on that. */
const DEFINING = 0x4000

/** What a statement tells of itself are no rows. */
function isReport({ kind, columns }: SnowflakeResult): boolean {
  if (kind >= CHANGING && kind < DEFINING) return true
  return kind >= DEFINING && columns.length === 1 && columns[0]?.name.toLowerCase() === 'status'
}

async function run(client: SnowflakeClient, { text, values }: BoundStatement, reading: Reading): Promise<Answer> {
  const result = await client.run(
    text,
    values.map(value => bindingOf(value, reading.zone)),
  )
  const { columns } = result
  const close = (): Promise<void> => Promise.resolve()
  if (columns.length === 0 || isReport(result)) return { close }
  const names = columns.map(({ name }) => name)
  return { rows: tableRows(names, reading.fetchSize === 0 ? [] : rowsOf(client, result, reading.zone)), close }
}

async function* rowsOf(
  client: SnowflakeClient,
  result: SnowflakeResult,
  zone: Zone,
): AsyncGenerator<readonly (readonly Value[])[]> {
  const readers = result.columns.map(column => snowflakeReader(column, zone))
  const read = (rows: readonly (readonly Value[])[]): readonly (readonly Value[])[] =>
    rows.map(row => row.map((json, at) => readers[at]?.(json) ?? null))
  if (result.rows.length > 0) yield read(result.rows)
  for (const chunk of result.chunks) yield read(await client.fetchChunk(chunk, result.chunkHeaders))
}

function bindingOf(value: Value, zone: Zone): Binding {
  if (value === null) return { type: 'TEXT', value: null }
  if (typeof value === 'boolean') return { type: 'BOOLEAN', value: String(value) }
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value)))
    return { type: 'FIXED', value: String(value) }
  if (typeof value === 'number') return { type: 'REAL', value: String(value) }
  if (value instanceof Bytes) return { type: 'BINARY', value: hexOf(value.bytes) }
  // Texts are read as dates and times by whoever wants such.
  if (value instanceof DateTime)
    return { type: 'TEXT', value: value.type === 'zoned' ? value.text.replace(/\[.*\]$/, '') : localText(value, zone) }
  if (isNumber(value)) return { type: 'FIXED', value: plainText(value) }
  return { type: 'TEXT', value: isList(value) || isMap(value) ? encodeValue(value) : plainText(value) }
}

async function inTransaction<T>(client: SnowflakeClient, work: () => Promise<T>): Promise<T> {
  await client.run('begin', [])
  let result: T
  try {
    result = await work()
  } catch (error) {
    // The session ends with the task, and with it what was begun.
    await client.run('rollback', []).catch(() => undefined)
    throw error
  }
  await client.run('commit', [])
  return result
}
