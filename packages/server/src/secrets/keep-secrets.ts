// How secrets are kept: under the configured key; without one, under the server's own. What was encrypted under its own key stays readable when one is
// configured later.
import type { Value } from '@batuta/core'
import { findOwnKey, readOwnKey } from '../config/own-key.ts'
import { newEncryption, type Encryption } from '../platform/encryption.ts'

export interface SecretKeeping {
  encrypt?(plain: string): Value
  decrypt?(cipher: string): string
}

export function keepSecrets(
  configured: Encryption | undefined,
  { dataDir, isAlone }: { readonly dataDir: string; readonly isAlone: boolean },
): SecretKeeping {
  if (configured === undefined) return isAlone ? (newEncryption(readOwnKey(dataDir)) ?? {}) : {}
  const own = newEncryption(findOwnKey(dataDir))
  return {
    encrypt: plain => configured.encrypt(plain),
    decrypt: cipher => {
      try {
        return configured.decrypt(cipher)
      } catch (error) {
        if (!own) throw error
        return own.decrypt(cipher)
      }
    },
  }
}
