// Druid by its SQL over HTTP. The URL is that of Avatica, which names an address: the same server answers at `/druid/v2/sql`.
import { isList, isNumber, TaskError } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import {
  askText,
  basicAuthorization,
  credentialProperties,
  decodeRows,
  literalText,
  openHttp,
  parseParameters,
  poollessProperties,
  readMoment,
  refusal,
  renderCredentials,
  STANDARD,
  tableRows,
  textIn,
  tryJson,
  urlProperty,
} from '@batuta/sql-kit'
import type { Answer, Connection, Database, HttpSession, Reading, Zone } from '@batuta/sql-kit'

const EXAMPLE = 'jdbc:avatica:remote:url=http://localhost:8888/druid/v2/sql/avatica/;transparent_reconnection=true'
const TITLE = 'Druid'

const properties = { url: urlProperty(EXAMPLE), ...credentialProperties, ...poollessProperties }

export const druid: Database<typeof properties> = {
  title: TITLE,
  prefix: 'io.kestra.plugin.jdbc.druid',
  syntax: STANDARD,
  exampleUrl: EXAMPLE,
  properties,
  async open(ctx, props) {
    const written = await props.url.render()
    const match = /^(?:jdbc:)?(?:avatica:remote|druid):(.*)$/is.exec(written.trim())
    if (match === null) throw new TaskError(refusal(written, { title: TITLE, example: EXAMPLE }))
    const rest = match[1] ?? ''
    const parameters = parseParameters(rest.startsWith('//') ? `url=http:${rest}` : rest, ';')
    const address = urlOf(parameters.get('url') ?? '')
    const user = parameters.get('user') ?? parameters.get('avatica_user')
    const password = parameters.get('password') ?? parameters.get('avatica_password')
    const credentials = await renderCredentials(ctx, props, {
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { password }),
    })
    const headers =
      credentials.user === undefined ? {} : basicAuthorization(credentials.user, credentials.password ?? '')
    const context = Object.fromEntries([...parameters].filter(([name]) => name.startsWith('sql')))
    const path = `${address.pathname.replace(/\/(?:avatica(?:-protobuf)?\/?)?$/, '') || '/druid/v2/sql'}`
    return {
      use: async work => {
        const session = await openHttp(ctx, { title: TITLE, origin: address.origin })
        try {
          return await work(connectionOf({ session, path, headers, context }))
        } finally {
          await session.close()
        }
      },
    }
  },
}

function urlOf(written: string): URL {
  try {
    return new URL(written)
  } catch {
    throw new TaskError(`property "url" must name the address of the server, as in ${EXAMPLE}`)
  }
}

interface Client {
  readonly session: HttpSession
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly context: Readonly<Record<string, string>>
}

function connectionOf(client: Client): Connection {
  return { placing: value => druidLiteral(value, UTC), run: ({ text }, reading) => run(client, text, reading) }
}

const UTC: Zone = { id: 'UTC', format: undefined, chunks: new Map(), fixedOffsetMs: 0 }

function druidLiteral(value: Value, zone: Zone): string {
  const writeMoment = (text: string): string => (text.length > 10 ? `TIMESTAMP '${text}'` : `DATE '${text}'`)
  return literalText(value, { hasBackslashes: false, writeMoment }, zone)
}

async function run({ session, path, headers, context }: Client, sql: string, reading: Reading): Promise<Answer> {
  const body = { query: sql, resultFormat: 'array', header: true, typesHeader: true, sqlTypesHeader: true, context }
  const ask = {
    method: 'POST',
    path,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  } as const
  const [names = [], , types = [], ...rows] = decodeRows(TITLE, await askText(session, ask, saidOf))
  const readers = types.map(type => readerOf(String(type), reading.zone))
  const values = rows.map(row => row.map((json, at) => (json === null ? null : (readers[at]?.(json) ?? json))))
  return { rows: tableRows(names.map(String), [values]), close: () => Promise.resolve() }
}

function readerOf(type: string, zone: Zone): (json: Value) => Value {
  if (type === 'TIMESTAMP') return json => readMoment(String(json), zone)
  if (type === 'BIGINT' || type === 'INTEGER') return json => (isNumber(json) || isList(json) ? json : String(json))
  return json => json
}

/** Older servers say `error`, later ones `errorMessage`. */
function saidOf(text: string): string | undefined {
  const json = tryJson(text)
  if (json === undefined) return undefined
  const said = textIn(json, 'errorMessage') ?? textIn(json, 'error')
  const code = textIn(json, 'errorCode')
  return said === undefined ? undefined : `${said}${code === undefined ? '' : ` (${code})`}`
}
