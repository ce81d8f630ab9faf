// Pinot by the SQL address of its controller, which asks the brokers.
import { Bytes, Float, isList, plainText, TaskError } from '@batuta/plugin-sdk'
import type { Value, ValueMap } from '@batuta/plugin-sdk'
import {
  askJson,
  basicAuthorization,
  credentialProperties,
  firstHost,
  isOn,
  listIn,
  literalText,
  mapIn,
  openHttp,
  parseJdbcUrl,
  poollessProperties,
  readDecimal,
  readDouble,
  readJson,
  renderCredentials,
  STANDARD,
  tableRows,
  textIn,
  TransientError,
  tryJson,
  urlProperty,
} from '@batuta/sql-kit'
import type { Answer, Connection, Database, HttpSession, Zone } from '@batuta/sql-kit'

const EXAMPLE = 'jdbc:pinot://localhost:9000'
const TITLE = 'Pinot'

const properties = { url: urlProperty(EXAMPLE), ...credentialProperties, ...poollessProperties }

export const pinot: Database<typeof properties> = {
  title: TITLE,
  prefix: 'io.kestra.plugin.jdbc.pinot',
  syntax: STANDARD,
  exampleUrl: EXAMPLE,
  properties,
  async open(ctx, props) {
    const url = parseJdbcUrl(await props.url.render(), {
      title: TITLE,
      schemes: ['pinot', 'pinotgrpc'],
      port: 9000,
      example: EXAMPLE,
    })
    const { parameters } = url
    const user = parameters.get('user') ?? url.user
    const password = parameters.get('password') ?? url.password
    const credentials = await renderCredentials(ctx, props, {
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { password }),
    })
    const { host, port } = firstHost(url)
    const isSecure = parameters.get('scheme')?.toLowerCase() === 'https' || isOn(parameters.get('ssl') ?? 'false')
    const place = {
      title: TITLE,
      origin: `${isSecure ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    }
    const headers =
      credentials.user === undefined ? {} : basicAuthorization(credentials.user, credentials.password ?? '')
    return {
      use: async work => {
        const session = await openHttp(ctx, place)
        try {
          return await work(connectionOf({ session, headers, options: parameters.get('queryoptions') }))
        } finally {
          await session.close()
        }
      },
    }
  },
}

interface Client {
  readonly session: HttpSession
  readonly headers: Readonly<Record<string, string>>
  readonly options: string | undefined
}

function connectionOf(client: Client): Connection {
  return { placing: value => literalText(value, { hasBackslashes: false }, UTC), run: ({ text }) => run(client, text) }
}

const UTC: Zone = { id: 'UTC', format: undefined, chunks: new Map(), fixedOffsetMs: 0 }

async function run({ session, headers, options }: Client, sql: string): Promise<Answer> {
  const body = JSON.stringify({ sql, ...(options === undefined ? {} : { queryOptions: options }) })
  const said = (text: string): string | undefined => textIn(tryJson(text) ?? {}, 'error')
  const answer = await askJson(session, { method: 'POST', path: '/sql', headers, body }, said)
  const [exception] = listIn(answer, 'exceptions')
  if (exception !== undefined) throw failureOf(exception)
  const table = mapIn(answer, 'resultTable')
  if (table === undefined) return { close: () => Promise.resolve() }
  const schema = mapIn(table, 'dataSchema') ?? {}
  const names = listIn(schema, 'columnNames').map(plainText)
  const readers = listIn(schema, 'columnDataTypes').map(type => readerOf(plainText(type)))
  const rows = listIn(table, 'rows').map(row =>
    isList(row) ? row.map((json, at) => (json === null ? null : (readers[at]?.(json) ?? json))) : [],
  )
  return { rows: tableRows(names, [rows]), close: () => Promise.resolve() }
}

function readerOf(type: string): (json: Value) => Value {
  switch (type) {
    case 'DOUBLE':
      return json => readDouble(plainText(json))
    case 'FLOAT':
      return json => new Float(Number(plainText(json)))
    case 'BIG_DECIMAL':
      return json => readDecimal(plainText(json))
    case 'BYTES':
      return json => new Bytes(new Uint8Array(Buffer.from(plainText(json), 'hex')))
    case 'JSON':
      return json => (typeof json === 'string' ? readJson(json) : json)
    default:
      return json => json
  }
}

/** Servers that are missing or late come back. */
const TRANSIENT: ReadonlySet<string> = new Set(['210', '230', '235', '240', '245', '250', '427', '503'])

function failureOf(exception: Value): TaskError {
  const map: ValueMap =
    typeof exception === 'object' && exception !== null && !isList(exception) ? Object(exception) : {}
  const code = textIn(map, 'errorCode') ?? ''
  const message = (textIn(map, 'message') ?? plainText(exception)).split('\n\tat ')[0] ?? ''
  const text = `${message.trim()} (${TITLE} error ${code})`
  return TRANSIENT.has(code) ? new TransientError(text) : new TaskError(text)
}
