// How a service is called: the options that all notification types share.
import { p, type HttpCall, type Rendered } from '@batuta/plugin-sdk'

export const requestOptions = {
  options: p
    .object({
      connectTimeout: p.duration().dynamic().title('Time to connect, PT10S unless said.'),
      readTimeout: p.duration().dynamic().title('Time for the answer, PT60S unless said.'),
      readIdleTimeout: p.duration().dynamic().title('Time without any byte of the answer.'),
      connectionPoolIdleTimeout: p.duration().dynamic().title('Taken and not needed: no connection is kept.'),
      maxContentLength: p.bytes().dynamic().title('Largest answer, in bytes.'),
      defaultCharset: p.string().dynamic().title('Taken and not needed: services answer in UTF-8.'),
      headers: p.map(p.string()).dynamic().title('Headers beside those of the service.'),
    })
    .dynamic()
    .group('advanced')
    .title('How to call the service.'),
} as const

export type RequestOptions = Rendered<typeof requestOptions>['options']

/** What the options mean for a call; headers of the author win. */
export function callOptions(options: RequestOptions, headers: Readonly<Record<string, string>>): Partial<HttpCall> {
  const written = [...(options?.headers ?? [])].map(([name, value]): [string, string] => [name.toLowerCase(), value])
  const readTimeoutMs = options?.readIdleTimeout ?? options?.readTimeout
  return {
    headers: { ...headers, ...Object.fromEntries(written) },
    ...(options?.connectTimeout === undefined ? {} : { connectTimeoutMs: options.connectTimeout }),
    ...(readTimeoutMs === undefined ? {} : { readTimeoutMs }),
    ...(options?.maxContentLength === undefined ? {} : { answerBytesMax: options.maxContentLength }),
  }
}
