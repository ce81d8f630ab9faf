// The way to a server: the typed client of @batuta/api, and its refusals as sentences with exit codes.
import { ApiError, createClient, type Client, type Transport } from '@batuta/api'
import { CommandError, EXIT, type ExitCode } from './exit-code.ts'
import type { GlobalOptions } from './global-options.ts'
import { nowMs } from './platform/clock.ts'

export function connect(options: GlobalOptions): Client {
  return createClient({
    baseUrl: baseUrlOf(options.server),
    transport: options.verbose === true ? tellingTransport : globalThis,
    tenant: options.tenant,
    // Whatever the server speaks by itself, this program reads one dialect.
    headers: { 'x-batuta-dialect': '1.3', ...headersOf(options.header ?? []), ...authorizationOf(options) },
  })
}

/** For whoever makes a client of their own. */
export function worldOf(options: GlobalOptions): {
  readonly server: string
  readonly tenant: string
  readonly headers: Readonly<Record<string, string>>
} {
  return { server: baseUrlOf(options.server), tenant: options.tenant, headers: authorizationOf(options) }
}

/** Each request and how it was answered, beside the result; never what opens the server. */
const tellingTransport: Transport = {
  TextDecoder: globalThis.TextDecoder,
  fetch: async (url, init) => {
    const beganMs = nowMs()
    const reply = await globalThis.fetch(url, init)
    process.stderr.write(`${init.method} ${url} → ${reply.status} (${nowMs() - beganMs} ms)\n`)
    return reply
  },
}

function headersOf(given: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map(text => {
      const at = text.search(/[=:]/)
      if (at > 0) return [text.slice(0, at).trim(), text.slice(at + 1).trim()]
      throw new CommandError(EXIT.usage, `"${text}" is no header: write --header NAME=VALUE`)
    }),
  )
}

/** What went wrong while speaking to the server, told to the reader. Anything else is our own mistake and is handed back. */
export function explain(error: unknown, server: string): unknown {
  if (error instanceof ApiError) return refusal(error)
  const code = networkCodeOf(error)
  if (code === undefined) return error
  return new CommandError(EXIT.unreachable, `no server answers at ${server} (${code})`, [
    'start one with "npm start", or name another with --server URL, the variable BATUTA_SERVER or "batuta config use NAME"',
  ])
}

/** Whether it is worth trying again: the connection broke, or the server is just starting or stopping. */
export function isPassing(error: unknown): boolean {
  return (
    networkCodeOf(error) !== undefined || (error instanceof ApiError && [429, 502, 503, 504].includes(error.status))
  )
}

function baseUrlOf(server: string): string {
  const text = server.includes('://') ? server : `http://${server}`
  if (URL.canParse(text) && /^https?:/.test(text)) return text
  throw new CommandError(EXIT.usage, `"${server}" is not the address of a server; it looks like http://127.0.0.1:8080`)
}

function authorizationOf({ user, apiToken }: GlobalOptions): Record<string, string> {
  if (apiToken !== undefined) return { authorization: `Bearer ${apiToken}` }
  if (user !== undefined) return { authorization: `Basic ${Buffer.from(user).toString('base64')}` }
  return {}
}

/** The server's message names all that is wrong in one line; several things are better read one by one. */
function refusal(error: ApiError): CommandError {
  if (error.status === 401)
    return new CommandError(EXIT.refused, `the server wants to know who asks: ${error.message}`, [
      'name a user with --user NAME:PASSWORD or a token with --api-token TOKEN; "batuta config add" keeps them',
    ])
  const details = error.document?._embedded?.errors.map(detailOf) ?? []
  const [first] = details
  if (first === undefined || error.message.includes(details.at(-1) ?? '') === false) {
    return new CommandError(exitCodeOf(error.status), error.message, details)
  }
  if (details.length === 1) return new CommandError(exitCodeOf(error.status), error.message)
  const head = error.message.slice(0, Math.max(0, error.message.indexOf(first)))
  return new CommandError(exitCodeOf(error.status), head.trimEnd() || 'refused:', details)
}

function detailOf({ path, message }: { readonly path?: string; readonly message: string }): string {
  return path === undefined || message.startsWith(path) ? message : `${path}: ${message}`
}

function exitCodeOf(status: number): ExitCode {
  if (status === 404) return EXIT.notFound
  if (status >= 500) return EXIT.broken
  return EXIT.refused
}

function networkCodeOf(error: unknown): string | undefined {
  if (!(error instanceof TypeError)) return undefined
  const { cause } = error
  // `fetch` wraps what the socket said; a body that breaks off is a plain "terminated".
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code
  return /fetch failed|terminated|network/.test(error.message) ? error.message : undefined
}
