// The library for OpenID Connect, loaded with the first sign-in: a server whose people have passwords never reads it.
import type * as OpenId from 'openid-client'
import type * as Jose from 'jose'

let library: Promise<typeof OpenId> | undefined
let signatures: Promise<typeof Jose> | undefined

export function loadOidcLibrary(): Promise<typeof OpenId> {
  return (library ??= import('openid-client'))
}

export function loadSignatures(): Promise<typeof Jose> {
  return (signatures ??= import('jose'))
}
