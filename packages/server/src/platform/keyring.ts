// The outer keys: they stand outside of the database and wrap the data keys that stand in it. The first one wraps what is new; the others still open what
// they wrapped. What is wrapped, and by which key, is known by the key's id, which follows from the key itself, so that nobody has to give it a name.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { BatutaError } from '@batuta/core'
import { newEncryption, type Encryption } from './encryption.ts'

export const DATA_KEY_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16
const KID_BYTES = 9
const ALGORITHM = 'aes-256-gcm'

export interface OuterKey {
  readonly kid: string
  wrap(dataKey: Uint8Array, about: string): string
  /** @throws when the text was changed, is about something else, or was wrapped by another key. */
  unwrap(wrapped: string, about: string): Uint8Array
}

export class Keyring {
  readonly #keys: { readonly outer: OuterKey; readonly encryption: Encryption }[] = []

  /** @throws {BatutaError} `config-invalid` for what is no key. */
  constructor(keys: readonly string[]) {
    for (const key of keys) this.#keys.push(opened(key))
    if (this.#keys.length === 0) throw new BatutaError('config-invalid', 'A keyring has at least one key.')
  }

  get active(): OuterKey {
    return this.#first().outer
  }

  get kids(): readonly string[] {
    return this.#keys.map(({ outer }) => outer.kid)
  }

  find(kid: string): OuterKey | undefined {
    return this.#keys.find(({ outer }) => outer.kid === kid)?.outer
  }

  /** From now on this one is the first. */
  promote(key: string): void {
    this.#keys.unshift(opened(key))
  }

  encrypt(plain: string): ReturnType<Encryption['encrypt']> {
    return this.#first().encryption.encrypt(plain)
  }

  /** Such texts do not say which key they need: the tag tells. @throws as the first key does when no key fits. */
  decrypt(cipher: string): string {
    let problem: unknown
    for (const { encryption } of this.#keys)
      try {
        return encryption.decrypt(cipher)
      } catch (error) {
        problem ??= error
      }
    throw problem
  }

  #first(): { readonly outer: OuterKey; readonly encryption: Encryption } {
    const [first] = this.#keys
    if (!first) throw new BatutaError('config-invalid', 'A keyring has at least one key.')
    return first
  }
}

function opened(keyText: string): { readonly outer: OuterKey; readonly encryption: Encryption } {
  const encryption = newEncryption(keyText)
  if (!encryption) throw new BatutaError('config-invalid', 'The encryption key is empty.')
  const key = Buffer.from(keyText, 'base64')
  const wrapping = derive(key, 'batuta wrap 1', DATA_KEY_BYTES)
  const kid = Buffer.from(derive(key, 'batuta kid 1', KID_BYTES)).toString('base64url')
  return {
    encryption,
    outer: {
      kid,
      wrap: (dataKey, about) => sealBytes(dataKey, { key: wrapping, about }),
      unwrap: (wrapped, about) => openBytes(wrapped, { key: wrapping, about }),
    },
  }
}

function derive(key: Uint8Array, label: string, bytes: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, new Uint8Array(0), label, bytes))
}

export interface SealPlace {
  readonly key: Uint8Array
  /** Where the text belongs: it opens nowhere else. */
  readonly about: string
}

/** AES-256-GCM with a nonce by chance: base64url of nonce, cipher text and tag. */
export function sealBytes(plain: Uint8Array, { key, about }: SealPlace): string {
  const nonce = randomBytes(IV_BYTES)
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(about))
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64url')
}

export function openBytes(text: string, { key, about }: SealPlace): Uint8Array {
  const bytes = Buffer.from(text, 'base64url')
  // A tag that was cut short would be taken as well, and is guessed sooner.
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(about))
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES))
  return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, bytes.length - TAG_BYTES)), decipher.final()])
}

export function newDataKey(): { readonly id: string; readonly key: Uint8Array } {
  return { id: randomBytes(TAG_BYTES).toString('base64url'), key: randomBytes(DATA_KEY_BYTES) }
}

export function newOuterKey(): string {
  return randomBytes(DATA_KEY_BYTES).toString('base64')
}

/** The same text under the same key is the same, and tells nothing of what it was made of. */
export function markOf(key: Uint8Array, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url')
}
