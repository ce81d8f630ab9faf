// What the URL and the properties say of the server, as the drivers of MySQL and MariaDB name it.
import { TaskError } from '@batuta/plugin-sdk'
import { isOn, parseJdbcUrl } from '@batuta/sql-kit'
import type { Credentials, Host, JdbcUrl } from '@batuta/sql-kit'

export type TlsMode = 'disabled' | 'preferred' | 'required' | 'verify-ca' | 'verify-full'

export interface MysqlTarget {
  readonly title: string
  readonly hosts: readonly Host[]
  readonly user: string
  readonly password: string
  readonly database: string | undefined
  readonly tls: TlsMode
  readonly connectTimeoutMs: number
  /** 0 for none. */
  readonly socketTimeoutMs: number
  readonly isCompressed: boolean
  readonly takesSeveral: boolean
  /** `tinyint(1)` is a boolean. */
  readonly hasTinyBooleans: boolean
  /** `set name = value, …` after connecting. */
  readonly sessionVariables: string | undefined
}

export interface MysqlFlavour {
  readonly title: string
  readonly exampleUrl: string
}

const PORT = 3306
const CONNECT_TIMEOUT_MS = 10_000
const SCHEMES = ['mysql', 'mariadb'].flatMap(name => [
  name,
  ...['loadbalance', 'replication', 'aurora', 'sequential', 'load-balance', 'failover', 'srv'].map(
    mode => `${name}:${mode}`,
  ),
])

export function parseMysqlUrl(url: string, { title, exampleUrl }: MysqlFlavour): JdbcUrl {
  return parseJdbcUrl(url, { title, schemes: SCHEMES, port: PORT, example: exampleUrl })
}

export function mysqlTarget(url: JdbcUrl, flavour: MysqlFlavour, { user, password }: Credentials): MysqlTarget {
  const { parameters, hosts, path } = url
  return {
    title: flavour.title,
    hosts,
    user: user ?? '',
    password: password ?? '',
    database: path,
    tls: tlsOf(parameters),
    connectTimeoutMs: milliseconds(parameters, 'connectTimeout') || CONNECT_TIMEOUT_MS,
    socketTimeoutMs: milliseconds(parameters, 'socketTimeout'),
    isCompressed: isOn(parameters.get('usecompression')),
    takesSeveral: isOn(parameters.get('allowmultiqueries')),
    hasTinyBooleans: parameters.get('tinyint1isbit')?.toLowerCase() !== 'false',
    sessionVariables: parameters.get('sessionvariables'),
  }
}

const MODES: ReadonlyMap<string, TlsMode> = new Map([
  ['disable', 'disabled'],
  ['disabled', 'disabled'],
  ['preferred', 'preferred'],
  ['trust', 'required'],
  ['required', 'required'],
  ['verify_ca', 'verify-ca'],
  ['verify_identity', 'verify-full'],
  ['verify_full', 'verify-full'],
])

function tlsOf(parameters: ReadonlyMap<string, string>): TlsMode {
  const written = parameters.get('sslmode')
  if (written !== undefined) {
    const mode = MODES.get(written.toLowerCase().replace('-', '_'))
    if (mode !== undefined) return mode
    throw new TaskError(
      `there is no sslMode "${written}"; use DISABLED, PREFERRED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY`,
    )
  }
  const used = parameters.get('usessl')
  if (used !== undefined && !isOn(used)) return 'disabled'
  if (isOn(parameters.get('verifyservercertificate'))) return 'verify-ca'
  return isOn(parameters.get('requiressl')) ? 'required' : 'preferred'
}

function milliseconds(parameters: ReadonlyMap<string, string>, name: string): number {
  const text = parameters.get(name.toLowerCase()) ?? '0'
  if (!/^\d{1,9}$/.test(text)) throw new TaskError(`${name} in the URL must be a number of milliseconds, not "${text}"`)
  return Number(text)
}
