// Dremio by its REST interface: a statement becomes a job, which is asked until it has ended, and its rows are fetched page by page. The URL is that
// of the JDBC driver, whose port speaks another protocol: REST is asked on its own port.
import { isMap, isNumber, mapGet, plainText, TaskError } from '@batuta/plugin-sdk'
import type { RunContext, Value, ValueMap } from '@batuta/plugin-sdk'
import {
  askJson,
  credentialProperties,
  isOn,
  listIn,
  literalText,
  mapIn,
  openHttp,
  parseParameters,
  pause,
  poollessProperties,
  readDate,
  readDecimal,
  readDouble,
  readInteger,
  readTime,
  readTimestamp,
  refusal,
  renderCredentials,
  STANDARD,
  tableRows,
  textIn,
  tryJson,
  urlProperty,
} from '@batuta/sql-kit'
import type { Answer, Connection, Credentials, Database, HttpPlace, HttpSession, Zone } from '@batuta/sql-kit'

const EXAMPLE = 'jdbc:dremio:direct=localhost:31010;schema=shop'
const TITLE = 'Dremio'
const REST_PORT = 9047
const JDBC_PORTS: ReadonlySet<number> = new Set([31010, 32010])
const CLOUD = /^(?:sql|jdbc|data)\.((?:eu\.)?dremio\.cloud)$/i
const PAGE_ROWS = 500
const POLL_MS = 200

const properties = { url: urlProperty(EXAMPLE), ...credentialProperties, ...poollessProperties }

export const dremio: Database<typeof properties> = {
  title: TITLE,
  prefix: 'io.kestra.plugin.jdbc.dremio',
  syntax: { ...STANDARD, lineComments: ['--', '//'] },
  exampleUrl: EXAMPLE,
  properties,
  async open(ctx, props) {
    const written = await props.url.render()
    const match = /^(?:jdbc:)?dremio:(.*)$/is.exec(written.trim())
    if (match === null) throw new TaskError(refusal(written, { title: TITLE, example: EXAMPLE }))
    const parameters = parseParameters(match[1] ?? '', ';')
    const user = parameters.get('user')
    const password = parameters.get('password') ?? parameters.get('token')
    const credentials = await renderCredentials(ctx, props, {
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { password }),
    })
    const { place, base } = placeOf(parameters)
    const schema = parameters.get('schema')
    return {
      use: async work => {
        const session = await openHttp(ctx, place)
        try {
          const headers = await logIn(session, credentials, base)
          return await work(connectionOf({ ctx, session, headers, base, schema }))
        } finally {
          await session.close()
        }
      },
    }
  },
}

interface RestPlace {
  readonly place: HttpPlace
  /** Before the paths of the interface. */
  readonly base: string
}

function placeOf(parameters: ReadonlyMap<string, string>): RestPlace {
  const direct = parameters.get('direct')
  if (direct === undefined) {
    throw new TaskError(
      `property "url" must name the server by \`direct=host:port\`, as in ${EXAMPLE}; \`zk\` is not supported`,
    )
  }
  const [, host = 'localhost', portText] = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(direct) ?? []
  const cloud = CLOUD.exec(host)?.[1]
  const project = parameters.get('project_id')
  if (cloud !== undefined) {
    if (project === undefined) throw new TaskError('property "url" must have PROJECT_ID for the cloud')
    return { place: { title: TITLE, origin: `https://api.${cloud}` }, base: `/v0/projects/${project}` }
  }
  const written = Number(parameters.get('restport') ?? portText ?? REST_PORT)
  const port = JDBC_PORTS.has(written) ? REST_PORT : written
  const scheme = isOn(parameters.get('ssl') ?? 'false') ? 'https' : 'http'
  const isUnverified = isOn(parameters.get('disablecertificateverification') ?? 'false')
  return { place: { title: TITLE, origin: `${scheme}://${host}:${port}`, isUnverified }, base: '/api/v3' }
}

/** A token of one's own takes the place of a password. */
async function logIn(
  session: HttpSession,
  { user, password }: Credentials,
  base: string,
): Promise<Record<string, string>> {
  if (password === undefined)
    throw new TaskError('property "password" is required: the password of the user, or a token')
  if (user === undefined || user === '$token' || base.startsWith('/v0')) return { authorization: `Bearer ${password}` }
  const body = JSON.stringify({ userName: user, password })
  const answer = await askJson(session, { method: 'POST', path: '/apiv2/login', body }, saidOf)
  return { authorization: `_dremio${textIn(answer, 'token') ?? ''}` }
}

function saidOf(text: string): string | undefined {
  const json = tryJson(text)
  if (json === undefined) return undefined
  return textIn(json, 'errorMessage') ?? textIn(json, 'moreInfo')
}

interface Client {
  readonly ctx: RunContext
  readonly session: HttpSession
  readonly headers: Readonly<Record<string, string>>
  readonly base: string
  readonly schema: string | undefined
}

function connectionOf(client: Client): Connection {
  return { placing: value => dremioLiteral(value), run: ({ text }) => run(client, text) }
}

const UTC: Zone = { id: 'UTC', format: undefined, chunks: new Map(), fixedOffsetMs: 0 }

function dremioLiteral(value: Value): string {
  const writeMoment = (text: string): string => (text.length > 10 ? `TIMESTAMP '${text}'` : `DATE '${text}'`)
  return literalText(value, { hasBackslashes: false, writeMoment }, UTC)
}

async function run(client: Client, sql: string): Promise<Answer> {
  const { session, headers, base, schema } = client
  const context = schema === undefined || schema === '' ? {} : { context: schema.split('.') }
  const body = JSON.stringify({ sql, ...context })
  const posted = await askJson(session, { method: 'POST', path: `${base}/sql`, headers, body }, saidOf)
  const id = textIn(posted, 'id')
  if (id === undefined) throw new TaskError(`${TITLE} took the statement and names no job`)
  await untilEnded(client, id)
  const first = await pageOf(client, id, 0)
  const columns = listIn(first, 'schema').map(columnOf)
  const names = columns.map(({ name }) => name)
  return { rows: tableRows(names, rowsOf(client, id, { first, columns })), close: () => Promise.resolve() }
}

async function untilEnded(client: Client, id: string): Promise<void> {
  const { ctx, session, headers, base } = client
  const stop = (): void => void giveUp(client, id)
  ctx.signal.addEventListener('abort', stop, { once: true })
  try {
    for (;;) {
      const job = await askJson(session, { method: 'GET', path: `${base}/job/${id}`, headers }, saidOf)
      const state = textIn(job, 'jobState') ?? ''
      if (state === 'COMPLETED') return
      if (state === 'FAILED' || state === 'CANCELED' || state === 'INVALID_STATE') {
        const said = textIn(job, 'errorMessage') ?? textIn(job, 'cancellationReason')
        throw new TaskError(
          `${said === undefined || said === '' ? 'the job failed' : said.trim()} (${TITLE} job ${id}, ${state})`,
        )
      }
      await pause(POLL_MS, ctx.signal)
    }
  } finally {
    ctx.signal.removeEventListener('abort', stop)
  }
}

async function giveUp({ ctx, session, headers, base }: Client, id: string): Promise<void> {
  const other = await openHttp({ egress: ctx.egress, signal: AbortSignal.timeout(5_000) }, session.place)
  try {
    await other.ask({ method: 'POST', path: `${base}/job/${id}/cancel`, headers })
  } catch {
    // Nobody waits for this.
  } finally {
    await other.close()
  }
}

function pageOf({ session, headers, base }: Client, id: string, offset: number): Promise<ValueMap> {
  const path = `${base}/job/${id}/results?offset=${offset}&limit=${PAGE_ROWS}`
  return askJson(session, { method: 'GET', path, headers }, saidOf)
}

interface Column {
  readonly name: string
  readonly read: (json: Value) => Value
}

function columnOf(json: Value): Column {
  const map = json !== null && isMap(json) ? json : {}
  return { name: textIn(map, 'name') ?? '', read: readerOf(textIn(mapIn(map, 'type') ?? {}, 'name') ?? '') }
}

function readerOf(type: string): (json: Value) => Value {
  switch (type) {
    case 'BIGINT':
    case 'INTEGER':
      return json => (isNumber(json) ? json : readInteger(plainText(json)))
    case 'DECIMAL':
      return json => readDecimal(plainText(json))
    case 'DOUBLE':
    case 'FLOAT':
      return json => readDouble(plainText(json))
    case 'DATE':
      return json => readDate(plainText(json).slice(0, 10))
    case 'TIME':
      return json => readTime(plainText(json))
    case 'TIMESTAMP':
      return json => readTimestamp(plainText(json))
    default:
      return json => json
  }
}

interface Pages {
  readonly first: ValueMap
  readonly columns: readonly Column[]
}

async function* rowsOf(
  client: Client,
  id: string,
  { first, columns }: Pages,
): AsyncGenerator<readonly (readonly Value[])[]> {
  const total = Number(textIn(first, 'rowCount') ?? 0)
  let page = first
  for (let offset = 0; ;) {
    const rows = listIn(page, 'rows')
    if (rows.length === 0) return
    yield rows.map(row =>
      columns.map(({ name, read }) => {
        const json = row !== null && isMap(row) ? (mapGet(row, name) ?? null) : null
        return json === null ? null : read(json)
      }),
    )
    offset += rows.length
    if (offset >= total) return
    page = await pageOf(client, id, offset)
  }
}
