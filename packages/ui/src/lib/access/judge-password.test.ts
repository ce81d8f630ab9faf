import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgePassword } from './judge-password.ts'

test('what is short is said to be short, whatever it is made of', () => {
  assert.equal(judgePassword(''), 'none')
  assert.equal(judgePassword('aB3$xY9'), 'short')
})

test('what everybody tries first is weak, however it is dressed up', () => {
  const weak = [
    'password1!',
    'Passw0rd',
    'qwerty12345',
    'aaaaaaaaaaaa',
    '12345678901234',
    'Batuta2026!',
    'abcdefghijkl',
  ]

  assert.deepEqual(
    weak.filter(password => judgePassword(password) !== 'weak'),
    [],
  )
})

test('a name that is known does not help', () => {
  assert.equal(judgePassword('ada.lovelace99', ['ada.lovelace']), 'weak')
})

test('length makes it strong without any rule of signs', () => {
  assert.equal(judgePassword('correct horse battery staple'), 'strong')
  assert.equal(judgePassword('k9$Vq2!xTz'), 'fair')
})
