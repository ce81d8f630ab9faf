import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SecretMask } from './secret-mask.ts'

test('a secret is hidden as such and in the forms that texts carry it in', () => {
  const mask = new SecretMask()
  mask.add('Sword fish&42')
  const forms = [
    'Sword fish&42',
    'SWORD FISH&42',
    'sword fish&42',
    Buffer.from('Sword fish&42').toString('base64'),
    Buffer.from('Sword fish&42').toString('hex'),
    encodeURIComponent('Sword fish&42'),
  ]

  assert.deepEqual(
    forms.map(form => mask.apply(`<${form}>`)),
    forms.map(() => '<******>'),
  )
})

test('a secret with signs of its own is hidden in a URL, in JSON and line by line', () => {
  const mask = new SecretMask()
  mask.add('-----BEGIN KEY-----\nab"c\\d?>~\u00ff\nlast line\r\n')
  const written = 'ab"c\\d?>~\u00ff'

  assert.notEqual(
    Buffer.from(written).toString('base64url'),
    Buffer.from(written).toString('base64').replace(/=+$/, ''),
  )
  for (const form of [
    written,
    'last line',
    JSON.stringify({ key: written }).slice(8, -2),
    Buffer.from(written).toString('base64'),
    Buffer.from(written).toString('base64url'),
  ])
    assert.equal(mask.apply(`<${form}>`), '<******>', form)
})

test('a short secret is hidden as it is written and not in another case', () => {
  const mask = new SecretMask()
  mask.add('Admin')

  assert.equal(mask.apply('Admin of administration'), '****** of administration')
})
