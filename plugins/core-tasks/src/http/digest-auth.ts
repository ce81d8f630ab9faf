import { createHash } from 'node:crypto'

export interface DigestRequest {
  readonly method: string
  /** Path with query, as it is sent. */
  readonly path: string
  readonly username: string
  readonly password: string
  /** Random, by the client. */
  readonly nonce: string
}

/** The `Authorization` that answers a `WWW-Authenticate: Digest …` (RFC 7616); undefined when the server asks for something else. */
export function digestAuthorization(challenge: string, request: DigestRequest): string | undefined {
  const scheme = /\bdigest\s+(.*)$/is.exec(challenge)
  if (scheme === null) return undefined
  const given = parseParameters(scheme[1] ?? '')
  const { realm = '', nonce = '', opaque, algorithm = 'MD5' } = given
  const hash = hasherFor(algorithm)
  if (hash === undefined) return undefined
  const qop = given['qop']
    ?.split(',')
    .map(word => word.trim())
    .find(word => word === 'auth')
  const secret = hash(`${request.username}:${realm}:${request.password}`)
  const first = /-sess$/i.test(algorithm) ? hash(`${secret}:${nonce}:${request.nonce}`) : secret
  const second = hash(`${request.method}:${request.path}`)
  const middle = qop === undefined ? nonce : `${nonce}:00000001:${request.nonce}:${qop}`
  const parts = [
    `username="${request.username}"`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    `uri="${request.path}"`,
    `response="${hash(`${first}:${middle}:${second}`)}"`,
    `algorithm=${algorithm}`,
    ...(qop === undefined ? [] : [`qop=${qop}`, 'nc=00000001', `cnonce="${request.nonce}"`]),
    ...(opaque === undefined ? [] : [`opaque="${opaque}"`]),
  ]
  return `Digest ${parts.join(', ')}`
}

function parseParameters(text: string): Readonly<Record<string, string | undefined>> {
  const parameters: Record<string, string> = {}
  for (const [, name = '', quoted, bare] of text.matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]+))/g)) {
    parameters[name.toLowerCase()] = quoted ?? bare ?? ''
  }
  return parameters
}

function hasherFor(algorithm: string): ((text: string) => string) | undefined {
  const names: Readonly<Record<string, string>> = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' }
  const name = names[algorithm.toUpperCase().replace(/-SESS$/, '')]
  return name === undefined ? undefined : text => createHash(name).update(text).digest('hex')
}
