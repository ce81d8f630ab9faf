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

test('a short secret is hidden as it is written and not in another case', () => {
  const mask = new SecretMask()
  mask.add('Admin')

  assert.equal(mask.apply('Admin of administration'), '****** of administration')
})
