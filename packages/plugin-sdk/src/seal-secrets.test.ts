import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromPlain, openedForm, toPlain, type Value } from '@batuta/core'
import { sealSecrets } from './seal-secrets.ts'
import { SecretMask } from './secret-mask.ts'

const SECRET = 's3cr3t-token'
const SEALED = fromPlain({ type: 'io.kestra.datatype:aes_encrypted', value: 'cipher' })

async function sealed(value: unknown, isKeyThere = true): Promise<unknown> {
  const mask = new SecretMask()
  mask.add(SECRET)
  const seal = (): Promise<Value> => Promise.resolve(isKeyThere ? SEALED : null)
  return toPlain(await sealSecrets(fromPlain(value), { mask, seal }))
}

test('a text with a secret in it is encrypted wherever it stands, and masked where there is no key', async () => {
  const value = { a: [`Bearer ${SECRET}`, 'x'], b: { c: SECRET }, d: 1 }

  assert.deepEqual(await sealed(value), { a: [toPlain(SEALED), 'x'], b: { c: toPlain(SEALED) }, d: 1 })
  assert.deepEqual(await sealed(value, false), { a: ['Bearer ******', 'x'], b: { c: '******' }, d: 1 })
})

test('a name with a secret in it is masked', async () => {
  const value = { [SECRET]: 1, list: [{ [`of ${SECRET}`]: 'x' }] }

  assert.deepEqual(await sealed(value), { '******': 1, list: [{ 'of ******': 'x' }] })
})

test('a number that is a secret is encrypted as one, and masked where there is no key', async () => {
  const mask = new SecretMask()
  mask.add('4711')
  const texts: string[] = []
  const seal = (text: string): Promise<Value> => {
    texts.push(text)
    return Promise.resolve(SEALED)
  }
  const value = fromPlain({ pin: 4711, other: 47_110, list: [4711.5] })

  const kept = await sealSecrets(value, { mask, seal })
  const without = await sealSecrets(value, { mask, seal: () => Promise.resolve(null) })

  assert.deepEqual(toPlain(kept), { pin: toPlain(SEALED), other: 47_110, list: [4711.5] })
  assert.deepEqual(texts.map(openedForm), [4711])
  assert.deepEqual(toPlain(without), { pin: '******', other: 47_110, list: [4711.5] })
})
