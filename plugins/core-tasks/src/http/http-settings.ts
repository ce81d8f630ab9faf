import type { LazyProperties, Rendered } from '@batuta/plugin-sdk'
import type { httpProperties } from './http-properties.ts'

export type HttpAuth =
  | { readonly type: 'basic' | 'digest'; readonly username: string; readonly password: string }
  | { readonly type: 'bearer'; readonly token: string }

export interface HttpProxy {
  readonly type: 'http' | 'socks'
  readonly address: string
  readonly port: number
  readonly username: string | undefined
  readonly password: string | undefined
}

export interface HttpSettings {
  readonly connectTimeoutMs: number
  readonly readIdleTimeoutMs: number
  readonly auth: HttpAuth | undefined
  readonly proxy: HttpProxy | undefined
  readonly isInsecure: boolean
  readonly followsRedirects: boolean
  readonly allowsFailed: boolean
  readonly allowedCodes: readonly number[]
  readonly charset: string
  readonly logs: readonly string[]
  readonly contentMaxBytes: number | undefined
}

type Options = NonNullable<Rendered<typeof httpProperties>['options']>

const CONNECT_TIMEOUT_MS = 30_000
const READ_IDLE_TIMEOUT_MS = 5 * 60_000

/** Of a nested option and its flat ancestor the nested one wins. */
export async function renderSettings(props: LazyProperties<typeof httpProperties>): Promise<HttpSettings> {
  const options = await props.options.render()
  const sslOptions = await props.sslOptions.render()
  const allowFailed = await props.allowFailed.render()
  return {
    connectTimeoutMs: options?.timeout?.connectTimeout ?? options?.connectTimeout ?? CONNECT_TIMEOUT_MS,
    readIdleTimeoutMs:
      options?.timeout?.readIdleTimeout ?? options?.readIdleTimeout ?? options?.readTimeout ?? READ_IDLE_TIMEOUT_MS,
    auth: authOf(options),
    proxy: proxyOf(options),
    isInsecure: options?.ssl?.insecureTrustAllCertificates ?? sslOptions?.insecureTrustAllCertificates ?? false,
    followsRedirects: options?.followRedirects ?? true,
    allowsFailed: options?.allowFailed ?? allowFailed,
    allowedCodes: options?.allowedResponseCodes ?? [],
    charset: options?.defaultCharset ?? 'UTF-8',
    logs: options?.logs ?? [],
    contentMaxBytes: options?.maxContentLength,
  }
}

/** The type may be a short word or the old class name: `…BasicAuthConfiguration`. */
function authOf(options: Options | undefined): HttpAuth | undefined {
  const { type = '', username, password = '', token } = options?.auth ?? {}
  if (token !== undefined || /bearer/i.test(type)) return { type: 'bearer', token: token ?? '' }
  if (username !== undefined) return { type: /digest/i.test(type) ? 'digest' : 'basic', username, password }
  if (options?.basicAuthUser === undefined) return undefined
  return { type: 'basic', username: options.basicAuthUser, password: options.basicAuthPassword ?? '' }
}

function proxyOf(options: Options | undefined): HttpProxy | undefined {
  const type = options?.proxy?.type ?? options?.proxyType ?? 'DIRECT'
  const address = options?.proxy?.address ?? options?.proxyAddress
  const port = options?.proxy?.port ?? options?.proxyPort
  if (type === 'DIRECT' || address === undefined || port === undefined) return undefined
  return {
    type: type === 'SOCKS' ? 'socks' : 'http',
    address,
    port,
    username: options?.proxy?.username ?? options?.proxyUsername,
    password: options?.proxy?.password ?? options?.proxyPassword,
  }
}
