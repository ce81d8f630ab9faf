// `options` of tasks that call one service: how to reach it. Two generations of names are read, as by the HTTP tasks; who calls is said by the task's
// own properties.
import { p, type Rendered } from '../property.ts'
import { TaskError } from '../task-error.ts'
import type { HttpCall } from './call-http.ts'
import type { HttpProxy } from './proxy-agents.ts'

const OLDER = 'Use the nested option instead.'

export const clientOptions = {
  options: p
    .object({
      timeout: p
        .object({
          connectTimeout: p.duration().dynamic().title('Time to connect, PT10S unless said.'),
          readIdleTimeout: p.duration().dynamic().title('Time without any byte of the answer, PT60S unless said.'),
        })
        .title('Timeouts.'),
      proxy: p
        .object({
          type: p.enum('DIRECT', 'HTTP', 'SOCKS').dynamic().default('DIRECT'),
          address: p.string().dynamic(),
          port: p.integer().dynamic(),
          username: p.string().dynamic(),
          password: p.string().dynamic().secret(),
        })
        .title('The proxy to go through.'),
      ssl: p.object({ insecureTrustAllCertificates: p.boolean().dynamic().title('Do not verify the certificate.') }),
      maxContentLength: p.bytes().dynamic().title('Largest answer, in bytes.'),
      defaultCharset: p.string().dynamic().title('Taken and not needed: services answer in UTF-8.'),
      followRedirects: p.boolean().dynamic().title('Taken and not needed: reads follow, writes do not.'),
      connectTimeout: p.duration().dynamic().deprecated(OLDER),
      readTimeout: p.duration().dynamic().deprecated(OLDER),
      readIdleTimeout: p.duration().dynamic().deprecated(OLDER),
    })
    .group('advanced')
    .title('How to connect.'),
} as const

export type ClientOptions = Rendered<typeof clientOptions>['options']

/** What the options mean for a call. */
export function clientCall(options: ClientOptions): Partial<HttpCall> {
  const connectTimeoutMs = options?.timeout?.connectTimeout ?? options?.connectTimeout
  const readTimeoutMs = options?.timeout?.readIdleTimeout ?? options?.readIdleTimeout ?? options?.readTimeout
  const proxy = proxyOf(options)
  return {
    ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }),
    ...(readTimeoutMs === undefined ? {} : { readTimeoutMs }),
    ...(options?.maxContentLength === undefined ? {} : { answerBytesMax: options.maxContentLength }),
    ...(proxy === undefined ? {} : { proxy }),
    ...(options?.ssl?.insecureTrustAllCertificates === true ? { isUnverified: true } : {}),
  }
}

function proxyOf(options: ClientOptions): HttpProxy | undefined {
  const { type, address, port, username, password } = options?.proxy ?? {}
  if (type === undefined || type === 'DIRECT') return undefined
  if (type === 'SOCKS') throw new TaskError('this task goes through proxies of type HTTP only, not SOCKS')
  if (address === undefined || port === undefined) throw new TaskError('"options.proxy" needs an address and a port')
  return {
    ...{ address, port },
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  }
}
