// TLS as PostgreSQL's clients know it, put into what Node knows.
import { readFile } from 'node:fs/promises'
import type { ConnectionOptions } from 'node:tls'
import { messageOf, TaskError } from '@batuta/plugin-sdk'

export const SSL_MODES = ['DISABLE', 'ALLOW', 'PREFER', 'REQUIRE', 'VERIFY_CA', 'VERIFY_FULL'] as const
export type SslMode = (typeof SSL_MODES)[number]

export function isSslMode(text: string): text is SslMode {
  return SSL_MODES.some(mode => mode === text)
}

export interface Tls {
  readonly ca?: string | Buffer
  readonly cert?: string | Buffer
  readonly key?: string | Buffer
  readonly passphrase?: string
  /** Set by `sslfactory=…NonValidatingFactory`. */
  readonly isUnverified: boolean
}

export interface WrittenTls {
  readonly rootCert: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
  readonly keyPassword: string | undefined
  readonly isUnverified: boolean
}

export async function tlsOf({ rootCert, cert, key, keyPassword, isUnverified }: WrittenTls): Promise<Tls> {
  return {
    ...(rootCert === undefined ? {} : { ca: await contentsOf('sslRootCert', rootCert) }),
    ...(cert === undefined ? {} : { cert: await contentsOf('sslCert', cert) }),
    ...(key === undefined ? {} : { key: await contentsOf('sslKey', key) }),
    ...(keyPassword === undefined ? {} : { passphrase: keyPassword }),
    isUnverified,
  }
}

/** PEM as it is; anything else is the path of a file, as in a URL. */
async function contentsOf(name: string, written: string): Promise<string | Buffer> {
  if (written.includes('-----BEGIN')) return written
  try {
    return await readFile(written.trim())
  } catch (cause) {
    throw new TaskError(`${name} is neither PEM text nor a file that can be read: ${messageOf(cause)}`)
  }
}

/** False without TLS. REQUIRE encrypts without looking at the certificate, VERIFY_CA does not look at the name in it. */
export function tlsOptions(mode: SslMode, tls: Tls): false | ConnectionOptions {
  if (mode === 'DISABLE') return false
  const { isUnverified, ...files } = tls
  const isVerified = !isUnverified && (mode === 'VERIFY_CA' || mode === 'VERIFY_FULL')
  return {
    ...files,
    rejectUnauthorized: isVerified,
    ...(mode === 'VERIFY_FULL' && isVerified ? {} : { checkServerIdentity: () => undefined }),
  }
}
