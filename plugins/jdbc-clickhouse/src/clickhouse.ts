// ClickHouse over its HTTP interface: one statement a request, rows as lines of JSON with the names and types of the columns before them.
import { randomUUID } from 'node:crypto'
import { fromPlain, TaskError, toPlain } from '@batuta/plugin-sdk'
import type { RunContext, Value } from '@batuta/plugin-sdk'
import {
  credentialProperties,
  driverValue,
  firstHost,
  hexOf,
  httpRefusal,
  isOn,
  linesOfBytes,
  literalText,
  openHttp,
  parseJdbcUrl,
  poollessProperties,
  quoteExact,
  quoteWritten,
  renderCredentials,
  splitAtPlaceholders,
  STANDARD,
  tableRows,
  TransientError,
  urlProperty,
} from '@batuta/sql-kit'
import type {
  Answer,
  BatchDoor,
  Connection,
  Database,
  HttpSession,
  PreparedBatch,
  Reading,
  SqlSyntax,
  Zone,
} from '@batuta/sql-kit'
import { clickhouseReader, splitTypes } from './clickhouse-values.ts'

const EXAMPLE = 'jdbc:clickhouse://localhost:8123/shop'
const TITLE = 'ClickHouse'
const SYNTAX: SqlSyntax = { ...STANDARD, hasBackslashes: true, hasBackticks: true, lineComments: ['--', '#!', '# '] }
const HTTPS_PORT = 8443

const properties = { url: urlProperty(EXAMPLE), ...credentialProperties, ...poollessProperties }

export const clickhouse: Database<typeof properties> = {
  title: TITLE,
  prefix: 'io.kestra.plugin.jdbc.clickhouse',
  syntax: SYNTAX,
  exampleUrl: EXAMPLE,
  properties,
  async open(ctx, props) {
    const written = await props.url.render()
    const isSecure = /^(?:jdbc:)?(?:clickhouse|ch):https:/i.test(written.trim())
    const schemes = ['clickhouse', 'ch', 'clickhouse:http', 'clickhouse:https', 'ch:http', 'ch:https']
    const url = parseJdbcUrl(written, { title: TITLE, schemes, port: isSecure ? HTTPS_PORT : 8123, example: EXAMPLE })
    const { parameters } = url
    const user = url.user ?? parameters.get('user')
    const password = url.password ?? parameters.get('password')
    const credentials = await renderCredentials(ctx, props, {
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { password }),
    })
    const { host, port } = firstHost(url)
    const scheme = isSecure || isOn(parameters.get('ssl')) ? 'https' : 'http'
    const place = {
      title: TITLE,
      origin: `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`,
      isUnverified: parameters.get('sslmode')?.toLowerCase() === 'none',
    }
    const headers = {
      'x-clickhouse-user': credentials.user ?? 'default',
      ...(credentials.password === undefined ? {} : { 'x-clickhouse-key': credentials.password }),
    }
    const settings = settingsOf(parameters, url.path ?? parameters.get('database'))
    return {
      use: async work => {
        const session = await openHttp(ctx, place)
        const client: Client = { ctx, session, headers, settings }
        try {
          return await work(connectionOf(client))
        } finally {
          await session.close()
        }
      },
    }
  },
}

interface Client {
  readonly ctx: RunContext
  readonly session: HttpSession
  readonly headers: Readonly<Record<string, string>>
  readonly settings: Readonly<Record<string, string>>
}

/** What the driver keeps to itself; the rest are settings of the server. */
const OF_DRIVER: ReadonlySet<string> = new Set(
  'user password ssl sslmode database compress compress_algorithm socket_timeout connection_timeout client_name jdbcignoreunsupportedvalues'.split(
    ' ',
  ),
)

function settingsOf(parameters: ReadonlyMap<string, string>, database: string | undefined): Record<string, string> {
  const own = [...parameters].filter(([name]) => !OF_DRIVER.has(name))
  return {
    ...(database === undefined ? {} : { database }),
    default_format: 'JSONCompactEachRowWithNamesAndTypes',
    output_format_json_quote_64bit_integers: '1',
    output_format_json_quote_decimals: '1',
    output_format_json_quote_denormals: '1',
    output_format_json_named_tuples_as_objects: '1',
    date_time_output_format: 'iso',
    date_time_input_format: 'best_effort',
    ...Object.fromEntries(own),
    // Temporary tables and settings live for all statements of the task.
    session_id: randomUUID(),
  }
}

function connectionOf(client: Client): Connection {
  return {
    placing: value => clickhouseLiteral(value, UTC),
    run: ({ text }, reading) => run(client, text, reading),
    batch: batchDoor(client),
  }
}

const UTC: Zone = { id: 'UTC', format: undefined, chunks: new Map(), fixedOffsetMs: 0 }

function clickhouseLiteral(value: Value, zone: Zone): string {
  if (Array.isArray(value)) return `[${value.map((item: Value) => clickhouseLiteral(item, zone)).join(', ')}]`
  return literalText(
    value,
    {
      hasBackslashes: true,
      writeBytes: bytes => `unhex('${hexOf(bytes)}')`,
      writeMoment: (text, { type }) =>
        type === 'instant' || type === 'zoned'
          ? `parseDateTime64BestEffort('${text}Z', 6)`
          : `'${text.replaceAll("'", "''")}'`,
    },
    zone,
  )
}

interface Question {
  readonly sql: string
  /** Rows behind the statement. */
  readonly rows?: string
}

async function ask(
  { ctx, session, headers, settings }: Client,
  { sql, rows }: Question,
): Promise<Awaited<ReturnType<HttpSession['ask']>>> {
  const id = randomUUID()
  const query = new URLSearchParams({ ...settings, query_id: id, ...(rows === undefined ? {} : { query: sql }) })
  const stop = (): void => void giveUp({ ctx, session, headers, settings }, id)
  ctx.signal.addEventListener('abort', stop, { once: true })
  try {
    const answer = await session.ask({ method: 'POST', path: `/?${query.toString()}`, headers, body: rows ?? sql })
    if (answer.status === 200) return answer
    throw refusalOf(session, answer.status, await answer.text())
  } finally {
    ctx.signal.removeEventListener('abort', stop)
  }
}

const GIVE_UP_MS = 5_000

/** The server is asked to give up the statement; when it cannot be asked, the broken connection has to do. */
async function giveUp({ ctx, session, headers }: Client, id: string): Promise<void> {
  const other = await openHttp({ egress: ctx.egress, signal: AbortSignal.timeout(GIVE_UP_MS) }, session.place)
  try {
    await other.ask({ method: 'POST', path: '/', headers, body: `kill query where query_id = '${id}' async` })
  } catch {
    // Nobody waits for this.
  } finally {
    await other.close()
  }
}

function refusalOf(session: HttpSession, status: number, text: string): TaskError {
  const match = /^Code: (\d+)\. DB::Exception: ([\s\S]*?)(?: \(version [^)]*\)[^)]*\)?)?\s*$/.exec(text.trim())
  if (match === null) return httpRefusal(session, status, text.slice(0, 500))
  const [, code = '', said = ''] = match
  const advice = ADVICE[code]
  const message = `${said.trim()} (${TITLE} error ${code})${advice === undefined ? '' : `; ${advice}`}`
  return TRANSIENT.has(code) ? new TransientError(message) : new TaskError(message)
}

const ADVICE: Readonly<Record<string, string>> = {
  '60': 'check the name of the table, and the database in the URL',
  '62': 'check the SQL after its templates are rendered',
  '81': 'check the database in the URL',
  '193': 'check `username` and `password`',
  '194': 'check `username` and `password`',
  '516': 'check `username` and `password`',
}
/** Too many queries, memory, network, read-only replicas. */
const TRANSIENT: ReadonlySet<string> = new Set(['202', '209', '210', '241', '242', '252', '319', '999'])

async function run(client: Client, sql: string, reading: Reading): Promise<Answer> {
  const answer = await ask(client, { sql })
  const lines = linesOfBytes(answer.bytes())
  const first = await lines.next()
  if (first.done === true) return NOTHING
  const { names, types, rest } = await headOf(client, lines, first.value)
  const readers = types.map(type => clickhouseReader(type, reading.zone))
  const read = (line: string): readonly Value[] => {
    const row = parseLine(client, line)
    return row.map((json, at) => readers[at]?.(json) ?? null)
  }
  const batches = async function* (): AsyncGenerator<readonly (readonly Value[])[]> {
    if (rest.length > 0) yield rest.map(read)
    for await (const more of lines) yield more.filter(line => line !== '').map(read)
  }
  return {
    rows: tableRows(names, batches()),
    close: async () => void (await lines.return(undefined)),
  }
}

const NOTHING: Answer = { close: () => Promise.resolve() }

interface Head {
  readonly names: readonly string[]
  readonly types: readonly string[]
  readonly rest: readonly string[]
}

async function headOf(
  client: Client,
  lines: AsyncIterator<readonly string[]>,
  first: readonly string[],
): Promise<Head> {
  const seen = [...first]
  while (seen.length < 2) {
    const more = await lines.next()
    if (more.done === true) break
    seen.push(...more.value)
  }
  const [names = '', types = '', ...rest] = seen.filter(line => line !== '')
  return { names: parseLine(client, names).map(String), types: parseLine(client, types).map(String), rest }
}

/** An error that happens while rows are on their way stands among them. */
function parseLine({ session }: Client, line: string): readonly unknown[] {
  if (line.startsWith('[')) {
    const row: unknown = JSON.parse(line)
    if (Array.isArray(row)) return row
  }
  const said = /Code: \d+\. DB::Exception[\s\S]*/.exec(line)?.[0]
  if (said !== undefined) throw refusalOf(session, 200, said)
  throw new TaskError(`${TITLE} gives rows in a format that is not asked for; leave out \`FORMAT\` in the statement`)
}

function batchDoor(client: Client): BatchDoor {
  return {
    takesWholeRows: true,
    columnsOf: async table => {
      const answer = await ask(client, { sql: `select * from ${table} limit 0` })
      return parseLine(client, (await answer.text()).split('\n')[0] ?? '').map(String)
    },
    quoteExact: name => quoteExact(name, '`'),
    quoteWritten: name => quoteWritten(name, '`'),
    prepare: (text, zone) => Promise.resolve(prepareBulk(client, text, zone)),
  }
}

/** `insert … values (?, …)`, or `insert … select … from input('a String, …')`. */
function prepareBulk(client: Client, text: string, zone: Zone): PreparedBatch {
  const input = /\binput\s*\(\s*'((?:[^'\\]|\\.|'')*)'\s*\)/i.exec(text)?.[1]
  if (input !== undefined) {
    const sql = /\bformat\s+\w+\s*$/i.test(text) ? text : `${text} FORMAT JSONCompactEachRow`
    return {
      count: splitTypes(input).length,
      run: async rows => writtenBy(await ask(client, { sql, rows: rows.map(row => jsonLine(row, zone)).join('\n') })),
      close: () => Promise.resolve(),
    }
  }
  const [head = '', ...tails] = splitAtPlaceholders(text, SYNTAX)
  if (tails.length === 0)
    throw new TaskError('property "sql" has neither `?` nor `input(…)` to take the values of a row')
  const at = head.lastIndexOf('(')
  return {
    count: tails.length,
    run: async rows => {
      const tuple = (row: readonly Value[]): string =>
        head.slice(at) + tails.map((tail, index) => clickhouseLiteral(row[index] ?? null, UTC) + tail).join('')
      return writtenBy(await ask(client, { sql: head.slice(0, at) + rows.map(tuple).join(',\n') }))
    },
    close: () => Promise.resolve(),
  }
}

function jsonLine(row: readonly Value[], zone: Zone): string {
  const plain = row.map(value => (Array.isArray(value) ? toPlain(fromPlain(value)) : driverValue(value, zone)))
  return JSON.stringify(plain, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}

async function writtenBy(answer: Awaited<ReturnType<HttpSession['ask']>>): Promise<number> {
  await answer.text()
  const summary: unknown = JSON.parse(answer.header('x-clickhouse-summary') ?? '{}')
  const written: unknown = typeof summary === 'object' && summary !== null ? Reflect.get(summary, 'written_rows') : 0
  return Number(written ?? 0)
}
