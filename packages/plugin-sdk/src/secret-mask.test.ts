import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Decimal, Double, Float, printValue } from '@batuta/core'
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

test('a secret that is a number is hidden however the number is written, and known by its value', () => {
  const mask = new SecretMask()
  mask.add('0090210477')

  for (const form of ['90210477', '9.0210477E7', '90210477.0'])
    assert.match(mask.apply(`<${form}>`), /^<\*{6}(?:\.0)?>$/, form)
  for (const value of [90_210_477, new Double(90_210_477), 90_210_477n, new Decimal(9_021_047_700n, 2)])
    assert.equal(mask.hidesNumber(value), true, printValue(value))
  for (const value of [902_104_77.5, 477, 9_021_047_700, -90_210_477, 190_210_477, Number.NaN])
    assert.equal(mask.hidesNumber(value), false, String(value))
})

test('a number of three digits and a truth are too common to be told from others', () => {
  const mask = new SecretMask()
  for (const secret of ['200', 'true', '0']) mask.add(secret)

  assert.equal(mask.hidesNumber(200), false)
})

test('a fraction that is a secret is hidden, too', () => {
  const mask = new SecretMask()
  mask.add('48.1537')

  assert.deepEqual(
    [48.1537, new Decimal(481_537n, 4), new Float(Math.fround(48.1537))].map(value => mask.hidesNumber(value)),
    [true, true, true],
  )
})
