// The properties by which all tasks of the family reach a database, and what follows from them and from the URL together.
import { randomInt } from 'node:crypto'
import { userInfo } from 'node:os'
import { p, TaskError } from '@batuta/plugin-sdk'
import type { LazyProperties, RunContext } from '@batuta/plugin-sdk'
import { parseJdbcUrl } from './jdbc-url.ts'
import type { Host, JdbcUrl } from './jdbc-url.ts'
import { isSslMode, SSL_MODES, tlsOf } from './tls.ts'
import type { SslMode, Tls } from './tls.ts'

export const connectionProperties = {
  url: p
    .string()
    .dynamic()
    .required()
    .group('main')
    .title('JDBC URL of the database.')
    .describe('For instance `jdbc:postgresql://host:5432/database`. Several hosts may be given, parted by commas.'),
  username: p.string().dynamic().group('connection').title('User.'),
  password: p.string().dynamic().secret().group('connection').title('Password.'),
  ssl: p.boolean().dynamic().default(false).group('connection').title('Whether to insist on TLS.'),
  sslMode: p
    .enum(...SSL_MODES)
    .dynamic()
    .group('connection')
    .title('How much TLS is asked for.')
    .describe(
      'By default TLS is used when the server offers it; with `ssl: true` the certificate is verified in full.',
    ),
  sslRootCert: p.string().dynamic().group('connection').title('Certificate of the authority to trust, as PEM.'),
  sslCert: p.string().dynamic().group('connection').title('Certificate of the client, as PEM.'),
  sslKey: p.string().dynamic().secret().group('connection').title('Key of the client, as PEM.'),
  sslKeyPassword: p.string().dynamic().secret().group('connection').title('Password of the key.'),
}

export const poolProperties = {
  connectionPooling: p
    .boolean()
    .dynamic()
    .default(true)
    .group('advanced')
    .title('Whether connections are kept for later tasks.'),
  connectionPoolSize: p
    .integer()
    .dynamic()
    .default(10)
    .group('advanced')
    .title('Connections at once to this database with these credentials, per worker.'),
}

export const timeZoneProperty = p
  .string()
  .dynamic()
  .group('advanced')
  .title('Time zone in which moments are shown, e.g. `Europe/Paris`; by default that of the machine.')

export type TargetServer = 'any' | 'primary' | 'secondary' | 'preferSecondary' | 'preferPrimary'

/** All that is needed to connect. */
export interface ConnectionTarget {
  readonly hosts: readonly Host[]
  readonly server: TargetServer
  readonly user: string
  readonly password?: string
  readonly database: string
  readonly sslMode: SslMode
  readonly tls: Tls
  readonly applicationName: string
  readonly connectTimeoutMs: number
  /** 0 for none. */
  readonly socketTimeoutMs: number
  /** Startup options, e.g. `-c statement_timeout=5min`. */
  readonly options?: string
  readonly searchPath?: string
  readonly readOnly: boolean
}

const CONNECT_TIMEOUT_SECONDS = '10'

export async function renderTarget(
  ctx: RunContext,
  props: LazyProperties<typeof connectionProperties>,
): Promise<ConnectionTarget> {
  const url = parseJdbcUrl(await props.url.render())
  const { parameters } = url
  const user = (await props.username.render()) ?? parameters.get('user') ?? url.user ?? userInfo().username
  const password = (await props.password.render()) ?? parameters.get('password') ?? url.password
  if (password !== undefined && password !== '') ctx.mask(password)
  const options = parameters.get('options')
  const searchPath = parameters.get('currentschema')
  return {
    hosts: parameters.get('loadbalancehosts') === 'true' ? shuffled(url.hosts) : url.hosts,
    server: serverOf(parameters.get('targetservertype') ?? 'any'),
    user,
    ...(password === undefined || password === '' ? {} : { password }),
    database: url.database ?? user,
    ...(await renderTls(props, url)),
    applicationName: parameters.get('applicationname') ?? 'Batuta',
    connectTimeoutMs: seconds('connectTimeout', parameters.get('connecttimeout') ?? CONNECT_TIMEOUT_SECONDS),
    socketTimeoutMs: seconds('socketTimeout', parameters.get('sockettimeout') ?? '0'),
    ...(options === undefined ? {} : { options }),
    ...(searchPath === undefined ? {} : { searchPath }),
    readOnly: parameters.get('readonly') === 'true',
  }
}

async function renderTls(
  props: LazyProperties<typeof connectionProperties>,
  { parameters }: JdbcUrl,
): Promise<{ readonly sslMode: SslMode; readonly tls: Tls }> {
  const written = (await props.sslMode.render()) ?? parameters.get('sslmode')?.toUpperCase().replace('-', '_')
  if (written !== undefined && !isSslMode(written)) {
    throw new TaskError(`there is no sslmode "${written.toLowerCase()}"; use one of ${SSL_MODES.join(', ')}`)
  }
  const flag = parameters.get('ssl')
  const isWanted = (await props.ssl.render()) || flag === 'true' || flag === ''
  const tls = await tlsOf({
    rootCert: (await props.sslRootCert.render()) ?? parameters.get('sslrootcert'),
    cert: (await props.sslCert.render()) ?? parameters.get('sslcert'),
    key: (await props.sslKey.render()) ?? parameters.get('sslkey'),
    keyPassword: (await props.sslKeyPassword.render()) ?? parameters.get('sslpassword'),
    isUnverified: (parameters.get('sslfactory') ?? '').endsWith('NonValidatingFactory'),
  })
  return { sslMode: written ?? (isWanted ? 'VERIFY_FULL' : 'PREFER'), tls }
}

function seconds(name: string, text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new TaskError(`${name} in the URL must be a number of seconds, not "${text}"`)
  return Number(text) * 1000
}

const SERVERS: ReadonlyMap<string, TargetServer> = new Map([
  ['any', 'any'],
  ['primary', 'primary'],
  ['master', 'primary'],
  ['secondary', 'secondary'],
  ['slave', 'secondary'],
  ['prefersecondary', 'preferSecondary'],
  ['preferslave', 'preferSecondary'],
  ['preferprimary', 'preferPrimary'],
])

function serverOf(written: string): TargetServer {
  const server = SERVERS.get(written.toLowerCase())
  if (server === undefined) {
    throw new TaskError(
      `targetServerType in the URL must be any, primary, secondary or preferSecondary, not "${written}"`,
    )
  }
  return server
}

function shuffled<T>(items: readonly T[]): readonly T[] {
  return items
    .map(item => ({ item, rank: randomInt(2 ** 32) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item)
}
