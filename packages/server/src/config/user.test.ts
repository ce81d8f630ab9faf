import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readConfig } from './config.ts'

const read = (environment: Readonly<Record<string, string>>): ReturnType<typeof readConfig> =>
  readConfig({}, environment, '/srv')

test('an address that others reach is refused without a user, and the refusal tells the way out', () => {
  for (const host of ['0.0.0.0', '::', '10.0.0.7', 'batuta.example', '127.evil.example']) {
    assert.throws(() => read({ BATUTA_HOST: host }), {
      message:
        `The address ${host} can be reached by others, and no user is configured: whoever reaches it could run commands on this machine. ` +
        'Name a user with BATUTA_USER and BATUTA_PASSWORD (kestra.server.basic-auth.username and .password in the configuration), or keep the address 127.0.0.1.',
    })
  }
})

test('the addresses of this machine need no user', () => {
  for (const host of ['127.0.0.1', '127.0.1.1', 'localhost', '::1'])
    assert.equal(read({ BATUTA_HOST: host }).host, host)
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
  assert.throws(() => read({ BATUTA_HOST: '0.0.0.0', KESTRA_CONFIGURATION }), { message: /no user is configured/ })
})
