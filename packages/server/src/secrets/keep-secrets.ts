// How secrets are kept: under the configured keys; without one, under the server's own. What was encrypted under its own key stays readable when one is
// configured later.
import type { Value } from '@batuta/core'
import { addOwnKey, findOwnKeys, readOwnKeys } from '../config/own-key.ts'
import { Keyring } from '../platform/keyring.ts'

export interface SecretKeeping {
  readonly ring?: Keyring
  encrypt?(plain: string): Value
  decrypt?(cipher: string): string
  /** Makes another key of the server's own the first; absent where keys are configured. */
  addOwnKey?(): void
}

export function keepSecrets(
  configured: readonly string[],
  { dataDir, isAlone }: { readonly dataDir: string; readonly isAlone: boolean },
): SecretKeeping {
  const isOwn = configured.length === 0
  if (isOwn && !isAlone) return {}
  const ring = new Keyring(isOwn ? readOwnKeys(dataDir) : [...configured, ...findOwnKeys(dataDir)])
  return {
    ring,
    encrypt: plain => ring.encrypt(plain),
    decrypt: cipher => ring.decrypt(cipher),
    ...(isOwn && { addOwnKey: () => ring.promote(addOwnKey(dataDir)) }),
  }
}
