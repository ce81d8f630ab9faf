import assert from 'node:assert/strict'
import { createCipheriv, createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { decryptAesGcm, encryptAesGcm } from '../aes-gcm.ts'
import { decodeBase64, encodeBase64 } from '../base64.ts'
import { decodeUtf8, encodeUtf8, toHex } from '../utf8.ts'
import { md5 } from './md5.ts'
import { sha1 } from './sha1.ts'
import { sha256 } from './sha256.ts'
import { sha512 } from './sha512.ts'

const bytes = fc.uint8Array({ maxLength: 300 })

test('hashes agree with those of the platform', () => {
  fc.assert(
    fc.property(bytes, message => {
      for (const [name, hash] of Object.entries({ md5, sha1, sha256, sha512 })) {
        assert.equal(toHex(hash(message)), createHash(name).update(message).digest('hex'), name)
      }
    }),
  )
})

test('AES-GCM agrees with that of the platform, and notices every change', () => {
  const key = fc.constantFrom(16, 24, 32).chain(length => fc.uint8Array({ minLength: length, maxLength: length }))
  const nonce = fc.uint8Array({ minLength: 12, maxLength: 12 })
  fc.assert(
    fc.property(key, nonce, bytes, fc.nat(), (secret, once, plain, at) => {
      const cipher = createCipheriv(
        secret.length === 16 ? 'aes-128-gcm' : secret.length === 24 ? 'aes-192-gcm' : 'aes-256-gcm',
        secret,
        once,
      )
      const expected = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])

      const sealed = encryptAesGcm(secret, once, plain)

      assert.deepEqual(Buffer.from(sealed), expected)
      assert.deepEqual(decryptAesGcm(secret, once, sealed), plain)
      const changed = sealed.with(at % sealed.length, (sealed[at % sealed.length] ?? 0) ^ 1)
      assert.equal(decryptAesGcm(secret, once, changed), undefined)
    }),
    { numRuns: 30 },
  )
})

const anyBytes = fc.oneof(
  bytes,
  fc
    .array(fc.constantFrom(0x41, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xe0, 0xe1, 0xed, 0xf0, 0xf4, 0xf5))
    .map(codes => Uint8Array.from(codes)),
)

test('base64 and UTF-8 agree with those of the platform', () => {
  fc.assert(
    fc.property(anyBytes, fc.string({ unit: 'grapheme' }), (message, text) => {
      assert.equal(encodeBase64(message), Buffer.from(message).toString('base64'))
      assert.deepEqual(decodeBase64(encodeBase64(message)), message)
      assert.deepEqual(Buffer.from(encodeUtf8(text)), Buffer.from(text))
      assert.equal(decodeUtf8(encodeUtf8(text)), text)
      assert.equal(decodeUtf8(message), new TextDecoder('utf-8', { ignoreBOM: true }).decode(message))
    }),
  )
})
