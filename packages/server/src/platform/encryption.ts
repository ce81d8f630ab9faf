// AES-256-GCM with the key of the configuration: what encrypts SECRET inputs and outputs. base64(12-byte IV ‖ cipher text ‖ 16-byte tag).
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { BatutaError, ENCRYPTED_TYPE, type Value } from '@batuta/core'

const IV_BYTES = 12
const TAG_BYTES = 16
const KEY_BYTES: readonly number[] = [16, 24, 32]

export interface Encryption {
  encrypt(plain: string): Value
  decrypt(cipher: string): string
}

export function newEncryption(keyText: string | undefined): Encryption | undefined {
  if (keyText === undefined) return undefined
  const key = Buffer.from(keyText, 'base64')
  if (!KEY_BYTES.includes(key.length)) {
    throw new BatutaError(
      'config-invalid',
      `The encryption key has ${key.length} bytes: it must be the base64 text of 16, 24 or 32 bytes.`,
    )
  }
  const name = `aes-${key.length * 8}-gcm` as const
  const algorithm = name === 'aes-128-gcm' || name === 'aes-192-gcm' ? name : 'aes-256-gcm'
  return {
    encrypt: plain => {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv(algorithm, key, iv)
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return { type: ENCRYPTED_TYPE, value: Buffer.concat([iv, body, cipher.getAuthTag()]).toString('base64') }
    },
    decrypt: text => {
      const bytes = Buffer.from(text, 'base64')
      const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
      decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES))
      return (
        decipher.update(bytes.subarray(IV_BYTES, bytes.length - TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
      )
    },
  }
}
