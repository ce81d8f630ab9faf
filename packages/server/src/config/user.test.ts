import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readConfig } from './config.ts'
import { findFirstUser } from './first-user.ts'

const read = (environment: Readonly<Record<string, string>>): ReturnType<typeof readConfig> =>
  readConfig({}, environment, '/srv')

test('an address that others reach waits for a first user, unless an older server has made one up', () => {
  for (const host of ['0.0.0.0', '::', '10.0.0.7', 'batuta.example', '127.evil.example'])
    assert.equal(read({ BATUTA_HOST: host }).needsFirstUser, true)
  const dataDir = mkdtempSync(join(tmpdir(), 'batuta-user-'))

  assert.equal(findFirstUser(dataDir), undefined)
  writeFileSync(join(dataDir, 'first-user'), 'admin:abcDEF234\n')

  assert.deepEqual(findFirstUser(dataDir), { name: 'admin', password: 'abcDEF234' })
  rmSync(dataDir, { recursive: true })
})

test('the addresses of this machine need no user', () => {
  for (const host of ['127.0.0.1', '127.0.1.1', 'localhost', '::1'])
    assert.deepEqual([read({ BATUTA_HOST: host }).host, read({ BATUTA_HOST: host }).needsFirstUser], [host, false])
})

test('with a user every address will do, whichever place names it', () => {
  const KESTRA_CONFIGURATION =
    'kestra:\n  server:\n    basic-auth:\n      enabled: true\n      username: ada@example.com\n      password: Analytical1\n'

  const ofFile = read({ BATUTA_HOST: '0.0.0.0', KESTRA_CONFIGURATION })
  const ofEnvironment = read({ BATUTA_HOST: '0.0.0.0', BATUTA_USER: 'ada', BATUTA_PASSWORD: 'engine' })

  assert.deepEqual(ofFile.user, { name: 'ada@example.com', password: 'Analytical1' })
  assert.deepEqual(ofEnvironment.user, { name: 'ada', password: 'engine' })
})

test('half a user is none', () => {
  assert.throws(() => read({ BATUTA_USER: 'ada' }), {
    message: /^The user is only half there, the password is missing\./,
  })
  assert.throws(() => read({ BATUTA_PASSWORD: 'x' }), {
    message: /^The user is only half there, the name is missing\./,
  })
})

test('a user who is switched off does not open the door', () => {
  const KESTRA_CONFIGURATION =
    'kestra: { server: { basic-auth: { enabled: false, username: ada@example.com, password: x } } }'
  assert.throws(() => read({ BATUTA_HOST: '0.0.0.0', KESTRA_CONFIGURATION }), { message: /the user is switched off/ })
})
