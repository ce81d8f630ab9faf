// Why there is no connection, in a sentence that names host and port and what to look at. Never the password, never the whole URL.
import { messageOf } from '@batuta/plugin-sdk'
import { codeOf } from '@batuta/sql-kit'
import type { ConnectionTarget } from './connection-properties.ts'
import type { Host } from './jdbc-url.ts'

export { codeOf }

export function connectionFailure(error: unknown, { host, port }: Host, target: ConnectionTarget): string {
  const reason = reasonOf(error, host, target)
  return `cannot connect to ${target.title} at ${host}:${port}, database "${target.database}": ${reason}`
}

function reasonOf(error: unknown, host: string, target: ConnectionTarget): string {
  const code = codeOf(innermost(error)) ?? codeOf(error) ?? ''
  const message = messageOf(error) || code
  const isLocal = host === 'localhost' || host === '127.0.0.1' || host === '::1'
  switch (code) {
    case 'ECONNREFUSED':
      return `nobody listens there (${code})${isLocal ? LOCAL_HINT : '; is the server up, and the port right?'}`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `there is no host of that name (${code}); check the URL`
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `the host does not answer (${code}); check the network and its firewalls`
    case '28P01':
      return `the server refuses the password of "${target.user}" (SQLSTATE 28P01); check \`username\` and \`password\``
    case '28000':
      return `the server does not let "${target.user}" in (SQLSTATE 28000): ${message}; check pg_hba.conf and \`sslMode\``
    case '3D000':
      return `there is no such database (SQLSTATE 3D000); check the path of the URL`
    case '53300':
      return `the server has no connection left (SQLSTATE 53300); lower \`connectionPoolSize\` or raise max_connections`
    case '57P03':
      return `the server is starting up or shutting down (SQLSTATE 57P03); try again later`
    default:
      return unnamed(message, code, target)
  }
}

const LOCAL_HINT = '; inside a container, localhost is the container itself'

function unnamed(message: string, code: string, target: ConnectionTarget): string {
  if (message === 'timeout expired') {
    return `no answer within ${target.connectTimeoutMs / 1000} s; check the network, or raise connectTimeout in the URL`
  }
  if (message.includes('does not support SSL')) {
    return 'the server speaks no TLS; turn it on there, or set `sslMode: PREFER`'
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `the server's certificate is for another name (${code}); connect by its name, or set \`sslMode: VERIFY_CA\``
  }
  if (/^ERR_TLS|CERT|SIGNED|ISSUER|VERIFY/.test(code)) {
    return `the server's certificate is not trusted (${code}); set \`sslRootCert\`, or \`sslMode: REQUIRE\` to go without`
  }
  return code === '' || message.includes(code) ? message : `${message} (${code})`
}

/** Where several addresses were tried, the driver wraps what each of them said. */
function innermost(error: unknown): unknown {
  return error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error
}
