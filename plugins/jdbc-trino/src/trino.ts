// Trino by its statement protocol: a statement is posted, and what it gives is fetched page by page from the address that the page before names.
import { isList, mapGet, plainText, TaskError } from '@batuta/plugin-sdk'
import type { RunContext, Value, ValueMap } from '@batuta/plugin-sdk'
import {
  basicAuthorization,
  credentialProperties,
  firstHost,
  hexOf,
  isOn,
  listIn,
  literalText,
  mapIn,
  openHttp,
  parseJdbcUrl,
  pause,
  poollessProperties,
  renderCredentials,
  STANDARD,
  tableRows,
  textIn,
  TransientError,
  tryJson,
  urlProperty,
} from '@batuta/sql-kit'
import type { Answer, Connection, Database, HttpAsk, HttpSession, Reading, Zone } from '@batuta/sql-kit'
import { trinoReader } from './trino-values.ts'

const EXAMPLE = 'jdbc:trino://localhost:8080/hive/sales'
const TITLE = 'Trino'
const RULES = { title: TITLE, schemes: ['trino', 'presto'], port: 0, example: EXAMPLE } as const

const properties = { url: urlProperty(EXAMPLE), ...credentialProperties, ...poollessProperties }

export const trino: Database<typeof properties> = {
  title: TITLE,
  prefix: 'io.kestra.plugin.jdbc.trino',
  syntax: STANDARD,
  exampleUrl: EXAMPLE,
  properties,
  async open(ctx, props) {
    const written = await props.url.render()
    const isSecure = /[?&]ssl=true/i.test(written) || /^[^?]*:443\b/.test(written)
    const url = parseJdbcUrl(written, { ...RULES, port: isSecure ? 443 : 80 })
    const { parameters } = url
    const user = parameters.get('user') ?? url.user
    const password = parameters.get('password') ?? url.password
    const credentials = await renderCredentials(ctx, props, {
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { password }),
    })
    const token = parameters.get('accesstoken')
    if (token !== undefined) ctx.mask(token)
    const { host, port } = firstHost(url)
    const place = {
      title: TITLE,
      origin: `${isSecure || isOn(parameters.get('ssl') ?? 'false') ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
      isUnverified: parameters.get('sslverification')?.toUpperCase() === 'NONE',
    }
    const [catalog, schema] = (url.path ?? '').split('/')
    const headers = {
      ...named('x-trino-catalog', catalog),
      ...named('x-trino-schema', schema),
      ...named('x-trino-source', parameters.get('source') ?? 'Batuta'),
      ...named(
        'x-trino-session',
        parameters
          .get('sessionproperties')
          ?.split(';')
          .map(pair => pair.replace(':', '='))
          .join(','),
      ),
      ...named('x-trino-time-zone', parameters.get('timezone')),
      ...named('x-trino-client-tags', parameters.get('clienttags')),
      'x-trino-user': credentials.user ?? 'batuta',
      ...authorizationOf(credentials, token),
    }
    return {
      use: async work => {
        const session = await openHttp(ctx, place)
        try {
          return await work(connectionOf({ ctx, session, headers: { ...headers } }))
        } finally {
          await session.close()
        }
      },
    }
  },
}

function named(name: string, value: string | undefined): Record<string, string> {
  return value === undefined || value === '' ? {} : { [name]: value }
}

function authorizationOf(
  { user, password }: { user?: string; password?: string },
  token?: string,
): Record<string, string> {
  if (token !== undefined) return { authorization: `Bearer ${token}` }
  return password === undefined || password === '' ? {} : basicAuthorization(user ?? '', password)
}

interface Client {
  readonly ctx: RunContext
  readonly session: HttpSession
  /** What statements such as `use` and `set session` change. */
  readonly headers: Record<string, string>
}

function connectionOf(client: Client): Connection {
  return { placing: value => trinoLiteral(value, UTC), run: ({ text }, reading) => run(client, text, reading) }
}

const UTC: Zone = { id: 'UTC', format: undefined, chunks: new Map(), fixedOffsetMs: 0 }

function trinoLiteral(value: Value, zone: Zone): string {
  if (isList(value)) return `ARRAY[${value.map(item => trinoLiteral(item, zone)).join(', ')}]`
  return literalText(
    value,
    {
      hasBackslashes: false,
      writeBytes: bytes => `X'${hexOf(bytes)}'`,
      writeMoment: (text, { type }) => {
        const quoted = text.replaceAll("'", "''")
        if (type === 'local-date') return `DATE '${quoted}'`
        if (type === 'local-time') return `TIME '${quoted}'`
        return type === 'local-date-time' ? `TIMESTAMP '${quoted}'` : `TIMESTAMP '${quoted} UTC'`
      },
    },
    zone,
  )
}

async function run(client: Client, sql: string, reading: Reading): Promise<Answer> {
  const pages = new Pages(client)
  try {
    await pages.start(sql)
    const columns = await pages.columns()
    if (columns === undefined) return { close: () => Promise.resolve() }
    const names = columns.map(({ name }) => name)
    const readers = columns.map(({ type }) => trinoReader(type, reading.zone))
    return { rows: tableRows(names, pages.rows(readers)), close: () => pages.close() }
  } catch (error) {
    await pages.close()
    throw error
  }
}

interface Column {
  readonly name: string
  readonly type: string
}

const TRY_AGAIN_MS = 100
const TRIES_MAX = 50

/** What the server has of a statement so far, and where the next of it is. */
class Pages {
  readonly #client: Client
  readonly #stop = (): void => void this.close()
  #page: ValueMap = {}
  #next: string | undefined

  constructor(client: Client) {
    this.#client = client
  }

  async start(sql: string): Promise<void> {
    this.#client.ctx.signal.addEventListener('abort', this.#stop, { once: true })
    await this.#ask({ method: 'POST', path: '/v1/statement', body: sql })
  }

  /** Undefined for statements that give no rows: then it has ended. */
  async columns(): Promise<readonly Column[] | undefined> {
    while (listIn(this.#page, 'columns').length === 0 && this.#next !== undefined) await this.#follow()
    if (listIn(this.#page, 'columns').length > 0 && textIn(this.#page, 'updateType') === undefined) {
      return listIn(this.#page, 'columns').map(column => {
        const map = isPlainMap(column) ? column : {}
        return { name: textIn(map, 'name') ?? '', type: textIn(map, 'type') ?? 'varchar' }
      })
    }
    while (this.#next !== undefined) await this.#follow()
    return undefined
  }

  async *rows(readers: readonly ((json: Value) => Value)[]): AsyncGenerator<readonly (readonly Value[])[]> {
    for (;;) {
      const rows = listIn(this.#page, 'data')
      if (rows.length > 0)
        yield rows.map(row => (isList(row) ? row.map((json, at) => readers[at]?.(json) ?? null) : []))
      if (this.#next === undefined) return
      await this.#follow()
    }
  }

  /** The server is told that nobody waits any more. */
  async close(): Promise<void> {
    const { ctx, session, headers } = this.#client
    ctx.signal.removeEventListener('abort', this.#stop)
    const next = this.#next
    this.#next = undefined
    if (next === undefined) return
    const other = await openHttp({ egress: ctx.egress, signal: AbortSignal.timeout(GIVE_UP_MS) }, session.place)
    try {
      await other.ask({ method: 'DELETE', path: next, headers })
    } catch {
      // It finds out by itself, some minutes later.
    } finally {
      await other.close()
    }
  }

  async #follow(): Promise<void> {
    await this.#ask({ method: 'GET', path: this.#next ?? '' })
  }

  async #ask(ask: HttpAsk): Promise<void> {
    const { session, headers, ctx } = this.#client
    for (let tries = 0; ; tries++) {
      const answer = await session.ask({ ...ask, headers })
      const text = await answer.text()
      // The protocol's way to say: ask again.
      if ([502, 503, 504].includes(answer.status) && tries < TRIES_MAX) {
        await pause(TRY_AGAIN_MS, ctx.signal)
        continue
      }
      const page = answer.status === 200 ? tryJson(text) : undefined
      if (page === undefined) throw refusal(answer.status, text)
      this.#learn(name => answer.header(name))
      this.#page = page
      this.#next = textIn(page, 'nextUri')
      const error = mapIn(page, 'error')
      if (error !== undefined) {
        this.#next = undefined
        throw failureOf(error)
      }
      return
    }
  }

  #learn(header: (name: string) => string | undefined): void {
    const { headers } = this.#client
    for (const name of ['catalog', 'schema', 'role', 'path']) {
      const value = header(`x-trino-set-${name}`)
      if (value !== undefined) headers[`x-trino-${name}`] = value
    }
    const property = header('x-trino-set-session')
    if (property !== undefined)
      headers['x-trino-session'] = [headers['x-trino-session'], property].filter(Boolean).join(',')
  }
}

const GIVE_UP_MS = 5_000

function isPlainMap(value: Value): value is ValueMap {
  return typeof value === 'object' && value !== null && !isList(value)
}

function refusal(status: number, text: string): TaskError {
  const advice =
    status === 401 || status === 403 ? '; check `username` and `password`; a password needs `SSL=true` in the URL' : ''
  return new TaskError(
    `${TITLE} refuses (HTTP ${status}): ${text.slice(0, 300).trim() || 'it does not say why'}${advice}`,
  )
}

const ADVICE: ReadonlyMap<string, string> = new Map([
  ['TABLE_NOT_FOUND', 'name catalog and schema in the URL, or write `catalog.schema.table`'],
  ['CATALOG_NOT_FOUND', 'check the catalog in the URL'],
  ['SCHEMA_NOT_FOUND', 'check the schema in the URL'],
  ['SYNTAX_ERROR', 'check the SQL after its templates are rendered; Trino takes no semicolon'],
  ['PERMISSION_DENIED', 'the user lacks the permission'],
])

function failureOf(error: ValueMap): TaskError {
  const name = textIn(error, 'errorName') ?? 'error'
  const code = mapGet(error, 'errorCode')
  const advice = ADVICE.get(name)
  const text = `${textIn(error, 'message') ?? name} (${name}${code === undefined ? '' : ` ${plainText(code)}`})${advice === undefined ? '' : `; ${advice}`}`
  return textIn(error, 'errorType') === 'INSUFFICIENT_RESOURCES' ? new TransientError(text) : new TaskError(text)
}
