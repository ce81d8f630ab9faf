// Opens a connection to the first host that answers and is of the kind asked for, and gives it the settings that our reading of dates,
// intervals, bytes and numbers relies on.
import { Client, escapeLiteral } from 'pg'
import { Socket } from 'node:net'
import { TaskError } from '@batuta/plugin-sdk'
import { TransientError } from '@batuta/sql-kit'
import type { Egress, RunContext } from '@batuta/plugin-sdk'
import type { CustomType } from '../values/column-codec.ts'
import type { ConnectionTarget, Flavour } from './connection-properties.ts'
import { codeOf, connectionFailure } from './connection-failure.ts'
import type { Host } from './jdbc-url.ts'
import { tlsOptions } from './tls.ts'
import type { SslMode } from './tls.ts'

export interface Session {
  readonly client: Client
  readonly host: Host
  readonly target: ConnectionTarget
  readonly sslMode: SslMode
  readonly egress: Egress
  readonly customTypes: Map<number, CustomType>
  /** What the server says beside its answers, for instance by `raise notice`. */
  onNotice: (message: string) => void
  /** Set when the connection broke while nobody used it. */
  isBroken: boolean
}

/** When to give up, and where one may connect to. */
export type Way = Pick<RunContext, 'signal' | 'egress'>

export async function openSession(target: ConnectionTarget, { signal, egress }: Way): Promise<Session> {
  const failures = new Set<string>()
  for (const isStrict of passesOf(target)) {
    for (const host of target.hosts) {
      const opened = await tryHost(host, { target, isStrict, signal, egress })
      if (typeof opened !== 'string') return opened
      failures.add(opened)
    }
  }
  throw new TransientError([...failures].join('; '))
}

interface HostAttempt {
  readonly target: ConnectionTarget
  /** A server of another kind than the URL prefers will not do. */
  readonly isStrict: boolean
  readonly signal: AbortSignal
  readonly egress: Egress
}

/** A session, or why there is none. */
async function tryHost(host: Host, { target, isStrict, signal, egress }: HostAttempt): Promise<Session | string> {
  egress.checkHost(isLocalSocket(host) ? 'localhost' : host.host)
  try {
    const session = await openOn(host, { target, signal, egress })
    if (!isStrict || (await isWanted(session))) return session
    await session.client.end()
    return `${host.host}:${host.port} is not the ${target.server} that the URL asks for`
  } catch (error) {
    signal.throwIfAborted()
    return connectionFailure(error, host, target)
  }
}

/** With a mere preference the second pass takes whoever answers. */
function passesOf({ server }: ConnectionTarget): readonly boolean[] {
  if (server === 'any') return [false]
  return server.startsWith('prefer') ? [true, false] : [true]
}

async function isWanted({ client, target }: Session): Promise<boolean> {
  const { rows } = await client.query<{ readonly standby: boolean }>('select pg_is_in_recovery() as standby')
  const isStandby = rows[0]?.standby === true
  return target.server === 'secondary' || target.server === 'preferSecondary' ? isStandby : !isStandby
}

/** What to try one after the other: PREFER and ALLOW are the two orders of the same pair. */
const ATTEMPTS: Readonly<Record<SslMode, readonly SslMode[]>> = {
  DISABLE: ['DISABLE'],
  ALLOW: ['DISABLE', 'REQUIRE'],
  PREFER: ['REQUIRE', 'DISABLE'],
  REQUIRE: ['REQUIRE'],
  VERIFY_CA: ['VERIFY_CA'],
  VERIFY_FULL: ['VERIFY_FULL'],
}

async function openOn(host: Host, way: Omit<Attempt, 'sslMode'>): Promise<Session> {
  const [first = 'DISABLE', second] = ATTEMPTS[way.target.sslMode]
  try {
    return await connect(host, { ...way, sslMode: first })
  } catch (error) {
    if (second === undefined || !isAboutEncryption(error)) throw error
    return connect(host, { ...way, sslMode: second })
  }
}

const INVALID_AUTHORIZATION = '28000'

function isAboutEncryption(error: unknown): boolean {
  const hasNoTls = error instanceof Error && error.message.includes('does not support SSL')
  return hasNoTls || codeOf(error) === INVALID_AUTHORIZATION
}

interface Attempt {
  readonly target: ConnectionTarget
  readonly sslMode: SslMode
  readonly signal: AbortSignal
  readonly egress: Egress
}

async function connect(host: Host, attempt: Attempt): Promise<Session> {
  const { target, sslMode, signal } = attempt
  const client = createClient(host, attempt)
  const session: Session = {
    client,
    host,
    target,
    sslMode,
    egress: attempt.egress,
    customTypes: new Map(),
    onNotice: () => undefined,
    isBroken: false,
  }
  client.on('error', () => void (session.isBroken = true))
  client.on('notice', ({ message }) => session.onNotice(message ?? ''))
  const stop = (): void => void client.connection.stream.destroy()
  signal.addEventListener('abort', stop, { once: true })
  try {
    await client.connect()
    if (target.socketTimeoutMs > 0) limitSilence(client, target.socketTimeoutMs)
    await prepareSession(session)
    return session
  } catch (error) {
    client.connection.stream.destroy()
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function createClient({ host, port }: Host, { target, sslMode, egress }: Attempt): Client {
  const { user, password, database, applicationName, connectTimeoutMs, options } = target
  return new Client({
    host,
    port,
    stream: () => guardedSocket(egress),
    user,
    database,
    // A function is asked only when the server wants one; otherwise the driver would look for a password file of the server's user.
    password: () => {
      if (password !== undefined) return password
      throw new TaskError('the server asks for a password and the task has none; set the property `password`')
    },
    ssl: tlsOptions(sslMode, target.tls),
    application_name: applicationName,
    client_encoding: 'UTF8',
    keepAlive: true,
    connectionTimeoutMillis: connectTimeoutMs,
    ...(options === undefined ? {} : { options }),
  })
}

/** The driver names the host to the socket itself: the address that it finds is judged on the way. */
function guardedSocket({ lookup }: Egress): Socket {
  const socket = new Socket()
  const connectTo = socket.connect.bind(socket)
  return Object.assign(socket, {
    connect: (port: number | string, host?: string) =>
      typeof port === 'string' || host === undefined ? connectTo(String(port)) : connectTo({ port, host, lookup }),
  })
}

function isLocalSocket({ host }: Host): boolean {
  return host.startsWith('/')
}

function limitSilence(client: Client, timeoutMs: number): void {
  const { stream } = client.connection
  if (!('setTimeout' in stream) || typeof stream.setTimeout !== 'function') return
  stream.setTimeout(timeoutMs, () => stream.destroy(new Error(`the server was silent for ${timeoutMs / 1000} s`)))
}

const SETTINGS: Readonly<Record<Flavour, readonly string[]>> = {
  postgresql: [
    'set datestyle to iso',
    'set intervalstyle to postgres',
    'set bytea_output to hex',
    'set extra_float_digits to 3',
  ],
  redshift: ['set datestyle to iso'],
}

const UNKNOWN_VALUE = '22023'

/** Also after `discard all`. */
export async function prepareSession({ client, target }: Session): Promise<void> {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const settings = [...SETTINGS[target.flavour]]
  if (target.searchPath !== undefined) {
    settings.push(`select pg_catalog.set_config('search_path', ${escapeLiteral(target.searchPath)}, false)`)
  }
  if (target.readOnly) settings.push('set default_transaction_read_only to on')
  await client.query(settings.join('; '))
  try {
    await client.query(`set timezone to ${escapeLiteral(zone)}`)
  } catch (error) {
    // A zone that the server does not know: it keeps its own, and moments are converted all the same.
    if (codeOf(error) !== UNKNOWN_VALUE) throw error
  }
}
