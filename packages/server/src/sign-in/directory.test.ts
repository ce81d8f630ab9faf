import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { readDirectory, type DirectoryConfig } from '../config/directory.ts'
import { Sources } from '../config/sources.ts'
import { fill, newDirectory } from './directory.ts'
import { SignInError } from './sign-in-error.ts'
import { startSmallDirectory, type SmallDirectory } from './testing/small-directory.ts'

const BASE = 'ou=people,dc=example'
const ADA_DN = `uid=ada,${BASE}`
const ADA = {
  dn: ADA_DN,
  attributes: {
    uid: ['ada'],
    entryUUID: ['uuid-1'],
    mail: ['ada@example.com'],
    memberOf: ['cn=ops\\, all,dc=example'],
  },
}

let there: SmallDirectory
before(async () => {
  there = await startSmallDirectory()
})
after(() => there.stop())
beforeEach(() => {
  there.answers.clear()
  there.asked.length = 0
  there.passwords.set('cn=reader', 'r').set(ADA_DN, 'analytical')
  there.answers.set(`${BASE} (uid=ada)`, [ADA])
})

function configOf(more = ''): DirectoryConfig {
  const yaml = `sign-in: { ldap: { url: "${there.url}", user-base: "${BASE}", bind-dn: cn=reader, bind-password: r${more} } }`
  return readDirectory(new Sources(undefined, { KESTRA_CONFIGURATION: yaml }), {}) as DirectoryConfig
}

test('who can bind as the one that is found is that person', async () => {
  const directory = newDirectory(configOf())

  assert.deepEqual(await directory.find('ada', 'analytical'), {
    provider: 'ldap',
    subject: 'uuid-1',
    username: 'ada',
    email: 'ada@example.com',
  })
  assert.deepEqual(there.asked, ['bind cn=reader', `search ${BASE} (uid=ada)`, `bind ${ADA_DN}`, 'bind cn=reader'])
})

test('a wrong password, an empty one and an unknown name are nobody, and an unknown name costs a bind as well', async () => {
  const directory = newDirectory(configOf())

  assert.equal(await directory.find('ada', 'wrong'), undefined)
  assert.equal(await directory.find('eve', 'analytical'), undefined)
  assert.equal(there.asked.at(-1), `bind ${BASE}`)
  const before = there.asked.length
  assert.equal(await directory.find('ada', ''), undefined, 'a bind without a password succeeds and proves nothing')
  assert.equal(await directory.find('', 'analytical'), undefined)
  assert.equal(there.asked.length, before)
})

test('a name that two people bear is nobody', async () => {
  const twin = { ...ADA, dn: `uid=ada,ou=more,${BASE}` }
  there.answers.set(`${BASE} (uid=ada)`, [ADA, twin])

  assert.equal(await newDirectory(configOf()).find('ada', 'analytical'), undefined)
})

test('a name is a value and never a part of the filter', async () => {
  for (const name of ['*', 'ada)(uid=*', 'a*', '\\2a', 'ada)(|(uid=*', '\u0000'])
    assert.equal(await newDirectory(configOf()).find(name, 'analytical'), undefined, name)

  assert.ok(there.asked.every(line => !line.includes('|(')))
  assert.equal(fill('(&(uid={0})(x={0}))', 'a)(b*\\'), '(&(uid=a\\29\\28b\\2a\\5c)(x=a\\29\\28b\\2a\\5c))')
  assert.equal(fill('(uid={0})', 'é'), '(uid=\\c3\\a9)')
})

test('groups are told by an attribute of the person, or searched for', async () => {
  const told = newDirectory(configOf(', groups-attribute: memberOf'))
  assert.deepEqual((await told.find('ada', 'analytical'))?.groups, ['cn=ops\\, all,dc=example', 'ops, all'])

  there.answers.set(`ou=groups (member=${ADA_DN})`, [{ dn: 'cn=dev,ou=groups', attributes: { cn: ['dev'] } }])
  const searched = newDirectory(configOf(', group-base: ou=groups'))
  assert.deepEqual((await searched.find('ada', 'analytical'))?.groups, ['cn=dev,ou=groups', 'dev'])
})

test('a directory that does not answer, or not to us, is no wrong password', async () => {
  there.passwords.delete('cn=reader')
  const codes = [configOf(), { ...configOf(), url: 'ldap://127.0.0.1:1' }].map(config =>
    newDirectory(config)
      .find('ada', 'analytical')
      .catch((error: unknown) => (error instanceof SignInError ? error.code : error)),
  )

  assert.deepEqual(await Promise.all(codes), ['misconfigured', 'provider-unreachable'])
})
