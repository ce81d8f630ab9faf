import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ENCRYPTED_TYPE } from '../flow/input-value.ts'
import { toPlain } from '../std/value-plain.ts'
import { mapGet, type Value, type ValueMap } from '../std/value.ts'
import { openSealed, openedForm } from './sealed.ts'
import { disarm, sealBirth, sealEffect, sealEvent, sealValue, type TurnSecrets } from './turn-secrets.ts'

const sealed = (text: string): Value => ({ type: ENCRYPTED_TYPE, value: `~${text}` })

const secrets: TurnSecrets = {
  open: cipher => cipher.slice(1),
  add: () => {},
  isEmpty: false,
  hides: text => text.includes('geheim'),
  hidesNumber: value => value === 4711,
  mask: text => text.replaceAll('geheim', '******'),
  seal: sealed,
}

test('texts with a secret are encrypted at any depth, keys as well, and come back when they are opened', () => {
  const value: Value = { a: ['x', 'ein geheimnis'], geheim: 1, b: 'plain' }

  const kept = sealValue(value, secrets)

  assert.ok(!JSON.stringify(toPlain(kept)).includes('"geheim"'))
  assert.deepEqual(toPlain(openSealed(kept, cipher => cipher.slice(1))), value)
  assert.equal(sealValue('plain', secrets), 'plain')
})

test('a number that is a secret is encrypted, and is a number again when it is opened', () => {
  const value: Value = { pin: 4711, list: [4711, 4712], text: 'x' }

  const kept = sealValue(value, secrets)

  assert.deepEqual(toPlain(mapGet(kept as ValueMap, 'list') ?? null), [
    { type: ENCRYPTED_TYPE, value: '~\u0000number:4711' },
    4712,
  ])
  assert.deepEqual(toPlain(openSealed(kept, cipher => openedForm(cipher.slice(1)))), value)
  assert.equal(openedForm('\u0000number:{"type":"x"}'), '\u0000number:{"type":"x"}')
})

test('what people read as text is masked: logs, labels, reasons', () => {
  const entry = { run: 0, level: 'INFO', message: 'it is geheim', atMs: 0, attempt: 0 } as const
  const log = sealEffect({ type: 'log', entry }, secrets)
  const labels = sealEvent({ type: 'labels', labels: [{ key: 'a', value: 'geheim' }] }, secrets)

  assert.deepEqual(log, { type: 'log', entry: { ...entry, message: 'it is ******' } })
  assert.deepEqual(labels, { type: 'labels', labels: [{ key: 'a', value: '******' }] })
})

test('a birth with secrets says so, one without them is left as it is', () => {
  const birth = { tenant: 'main', namespace: 'a', flowId: 'b', revision: 1, inputs: { x: 'geheim' }, labels: [] }

  assert.deepEqual(sealBirth(birth, secrets), { ...birth, inputs: { x: sealed('geheim') }, isSealed: true })
  assert.equal(sealBirth({ ...birth, inputs: { x: 'y' } }, secrets).isSealed, undefined)
  assert.equal(sealBirth(birth, { ...secrets, isEmpty: true }), birth)
})

test('cipher texts of others are disarmed, own ones stay', () => {
  const own = sealed('mine')
  const value: Value = { own, other: sealed('theirs'), text: `${ENCRYPTED_TYPE}:x` }

  const left = disarm(value, cipher => cipher === '~mine')

  assert.deepEqual(left, { own, other: { type: 'aes_encrypted', value: '~theirs' }, text: 'aes_encrypted:x' })
})
