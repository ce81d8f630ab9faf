import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgePassword } from './password-rules.ts'

test('a long password that nobody tries first is good, whatever signs it has', () => {
  for (const good of ['correct horse battery staple', 'vvhgtrkasdpo', 'Жёлтый-корабль-7', 'Tr0ub4dor&3xyz']) {
    assert.deepEqual(judgePassword(good), [], good)
  }
})

test('length counts characters, and has two ends', () => {
  assert.match(judgePassword('elevenchars')[0] ?? '', /at least 12 characters: this one has 11/)
  assert.match(judgePassword('😀'.repeat(11))[0] ?? '', /this one has 11/)
  assert.match(judgePassword('abcdefgh'.repeat(17))[0] ?? '', /at most 128/)
})

test('what was in a leak, repeats itself, counts or is a name is refused', () => {
  assert.match(judgePassword('1QAZ2wsx3edc')[0] ?? '', /in a leak/)
  assert.match(judgePassword('Qwerty123456')[0] ?? '', /in a leak/)
  assert.match(judgePassword('abcabcabcabc')[0] ?? '', /repeats/)
  assert.match(judgePassword('abcdefghijklm')[0] ?? '', /counts/)
  const owner = { username: 'ada.lovelace@example.com', firstName: 'Ada', lastName: 'Lovelace' }
  assert.match(judgePassword('lovelace1815', owner)[0] ?? '', /little more than "lovelace"/)
  assert.match(judgePassword('Batuta-2026!', owner)[0] ?? '', /little more than "batuta"/)
  assert.deepEqual(judgePassword('lovelace likes steam engines', owner), [])
})
