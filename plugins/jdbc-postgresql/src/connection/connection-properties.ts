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

export type Flavour = 'postgresql' | 'redshift'

export type TargetServer = 'any' | 'primary' | 'secondary' | 'preferSecondary' | 'preferPrimary'

/** All that is needed to connect. */
export interface ConnectionTarget {
  /** As sentences call the database. */
  readonly title: string
  /** What speaks the protocol and lacks some of the settings and statements. */
  readonly flavour: Flavour
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
  const flag = url.parameters.get('ssl')
  return fromUrl(ctx, {
    url,
    title: 'PostgreSQL',
    username: await props.username.render(),
    password: await props.password.render(),
    isTlsWanted: (await props.ssl.render()) || flag === 'true' || flag === '',
    tls: {
      mode: await props.sslMode.render(),
      rootCert: await props.sslRootCert.render(),
      cert: await props.sslCert.render(),
      key: await props.sslKey.render(),
      keyPassword: await props.sslKeyPassword.render(),
    },
  })
}

export interface UrlTarget {
  readonly url: JdbcUrl
  /** As sentences call the database. */
  readonly title: string
  readonly flavour?: Flavour
  readonly username: string | undefined
  readonly password: string | undefined
  readonly isTlsWanted: boolean
  /** What properties say of it, which wins over the URL. */
  readonly tls: TlsProperties
}

interface TlsProperties {
  readonly mode?: string | undefined
  readonly rootCert?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
  readonly keyPassword?: string | undefined
}

export async function fromUrl(ctx: RunContext, written: UrlTarget): Promise<ConnectionTarget> {
  const { url, title } = written
  const { parameters } = url
  const user = written.username ?? parameters.get('user') ?? url.user ?? userInfo().username
  const password = written.password ?? parameters.get('password') ?? url.password
  if (password !== undefined && password !== '') ctx.mask(password)
  const options = parameters.get('options')
  const searchPath = parameters.get('currentschema')
  return {
    title,
    flavour: written.flavour ?? 'postgresql',
    hosts: parameters.get('loadbalancehosts') === 'true' ? shuffled(url.hosts) : url.hosts,
    server: serverOf(parameters.get('targetservertype') ?? 'any'),
    user,
    ...(password === undefined || password === '' ? {} : { password }),
    database: url.database ?? user,
    ...(await tlsOfUrl(url, written)),
    applicationName: parameters.get('applicationname') ?? 'Batuta',
    connectTimeoutMs: seconds('connectTimeout', parameters.get('connecttimeout') ?? CONNECT_TIMEOUT_SECONDS),
    socketTimeoutMs: seconds('socketTimeout', parameters.get('sockettimeout') ?? '0'),
    ...(options === undefined ? {} : { options }),
    ...(searchPath === undefined ? {} : { searchPath }),
    readOnly: parameters.get('readonly') === 'true',
  }
}

async function tlsOfUrl(
  { parameters }: JdbcUrl,
  { tls: own, isTlsWanted }: UrlTarget,
): Promise<{ readonly sslMode: SslMode; readonly tls: Tls }> {
  const written = own.mode ?? parameters.get('sslmode')?.toUpperCase().replace('-', '_')
  if (written !== undefined && !isSslMode(written)) {
    throw new TaskError(`there is no sslmode "${written.toLowerCase()}"; use one of ${SSL_MODES.join(', ')}`)
  }
  const tls = await tlsOf({
    rootCert: own.rootCert ?? parameters.get('sslrootcert'),
    cert: own.cert ?? parameters.get('sslcert'),
    key: own.key ?? parameters.get('sslkey'),
    keyPassword: own.keyPassword ?? parameters.get('sslpassword'),
    isUnverified: (parameters.get('sslfactory') ?? '').endsWith('NonValidatingFactory'),
  })
  return { sslMode: written ?? (isTlsWanted ? 'VERIFY_FULL' : 'PREFER'), tls }
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
