import { decryptAesGcm, encryptAesGcm } from '../../std/aes-gcm.ts'
import { decodeBase64, encodeBase64 } from '../../std/base64.ts'
import { decodeUtf8, encodeUtf8 } from '../../std/utf8.ts'
import type { Value } from '../../std/value.ts'
import { plainText } from '../../std/value-text.ts'
import { textArgument } from '../arguments.ts'
import type { Args, FunctionDefinition } from '../definition.ts'
import { fail } from '../fault.ts'
import type { Frame } from '../frame.ts'

const NONCE_BYTES = 12
const STEPS_PER_BLOCK = 8

export const CRYPTO_FUNCTIONS: readonly FunctionDefinition[] = [
  { name: 'encrypt', parameters: ['key', 'plaintext'], needs: ['random'], call: encrypt },
  { name: 'decrypt', parameters: ['key', 'encrypted'], call: decrypt },
]

/** Base64 of nonce, ciphertext and tag. Empty texts and null pass through. */
function encrypt([key, plaintext]: Args, { scope, fuel }: Frame): Value {
  const secret = textArgument(key, 'key')
  if (plaintext === undefined) return fail('ARGUMENT', 'The argument `plaintext` is missing')
  if (plaintext === null || plaintext === '') return plaintext
  const bytes = encodeUtf8(plainText(plaintext))
  fuel.spend(STEPS_PER_BLOCK * (1 + (bytes.length >> 4)))
  const nonce = Uint8Array.from({ length: NONCE_BYTES }, () => Math.floor(scope.random() * 256))
  const sealed = encryptAesGcm(readKey(secret), nonce, bytes)
  return encodeBase64(Uint8Array.of(...nonce, ...sealed))
}

function decrypt([key, encrypted]: Args, { fuel }: Frame): Value {
  const secret = textArgument(key, 'key')
  if (encrypted === undefined) return fail('ARGUMENT', 'The argument `encrypted` is missing')
  if (encrypted === null || encrypted === '') return encrypted
  const bytes = decodeBase64(plainText(encrypted))
  if (bytes === undefined || bytes.length < NONCE_BYTES) return fail('VALUE', 'The text to decrypt is not base64')
  fuel.spend(STEPS_PER_BLOCK * (1 + (bytes.length >> 4)))
  const plain = decryptAesGcm(readKey(secret), bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES))
  return plain === undefined ? fail('VALUE', 'The text cannot be decrypted with this key') : decodeUtf8(plain)
}

function readKey(text: string): Uint8Array {
  const key = decodeBase64(text)
  if (key !== undefined && (key.length === 16 || key.length === 24 || key.length === 32)) return key
  return fail('VALUE', 'The key is not base64 of 16, 24 or 32 bytes')
}
