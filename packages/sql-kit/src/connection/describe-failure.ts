// Why there is no connection, or none any more, in a sentence that names host and port and what to look at. Never the password, never the
// whole URL.
import { messageOf, TaskError } from '@batuta/plugin-sdk'
import type { Host } from './jdbc-url.ts'

/** The same may work a moment later: a lost or refused connection, a deadlock, a server that starts or stops. */
export class TransientError extends TaskError {}

export function isTransient(error: unknown): boolean {
  return error instanceof TransientError
}

/** The same failure with more words before it. */
export function prefixed(error: TaskError, prefix: string): TaskError {
  const Kind = error instanceof TransientError ? TransientError : TaskError
  return new Kind(`${prefix}${error.message}`)
}

export function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}

export interface Place extends Host {
  /** As sentences call the database. */
  readonly title: string
}

export function cannotConnect(error: unknown, place: Place): TaskError {
  if (error instanceof TaskError) return error
  const { title, host, port } = place
  return new TransientError(
    `cannot connect to ${title} at ${host}:${port}: ${networkReason(error, host) ?? messageOf(error)}`,
  )
}

/** Undefined for what is not about the network. */
export function networkReason(error: unknown, host: string): string | undefined {
  for (const code of codesOf(error)) {
    const reason = reasonOf(code, host)
    if (reason !== undefined) return reason
  }
  return undefined
}

function reasonOf(code: string, host: string): string | undefined {
  switch (code) {
    case 'ECONNREFUSED':
      return `nobody listens there (${code})${isLocal(host) ? LOCAL_HINT : '; is the server up, and the port right?'}`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `there is no host of that name (${code}); check the URL`
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `the host does not answer (${code}); check the network and its firewalls`
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
      return `the connection was broken off (${code}); is the port right, and does it speak the protocol?`
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `the server's certificate is for another name (${code}); connect by its name`
    default:
      return /^ERR_TLS|CERT|SIGNED|ISSUER|VERIFY/.test(code)
        ? `the server's certificate is not trusted (${code})`
        : undefined
  }
}

const LOCAL_HINT = '; inside a container, localhost is the container itself'

function isLocal(host: string): boolean {
  return host === 'localhost' || host === '127.0.0.1' || host === '::1'
}

const CAUSES_MAX = 5

/** Where several addresses were tried, the error wraps what each of them said; others have it as their cause. */
function* codesOf(error: unknown): Generator<string> {
  let at: unknown = error
  for (let depth = 0; depth < CAUSES_MAX && at instanceof Error; depth++) {
    const inner: unknown = at instanceof AggregateError ? at.errors[0] : undefined
    for (const code of [codeOf(inner), codeOf(at)]) if (code !== undefined) yield code
    at = at.cause ?? inner
  }
}
