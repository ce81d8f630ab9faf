// Passwords of a directory beside those that are kept here: who is asked for which, and who is told which.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { Sources } from '../config/sources.ts'
import { readDirectory, type DirectoryConfig } from '../config/directory.ts'
import { newDirectory } from '../sign-in/directory.ts'
import { startSmallDirectory, type SmallDirectory } from '../sign-in/testing/small-directory.ts'
import { realPlatform } from '../platform/platform.ts'
import { openMemoryStore } from '../storage/memory/memory-store.ts'
import { newTables } from '../storage/memory/tables.ts'
import { newUser } from '../testing/guarded-world.ts'
import { openAccess, type Access } from './access.ts'
import { AccessError } from './access-error.ts'

const CHEAP = { memoryKib: 64, passes: 1 }
const BASE = 'ou=people,dc=example'
const ADA_DN = `uid=ada,${BASE}`
const HERE = 'correct horse battery'
const THERE = 'analytical engine'

let there: SmallDirectory
before(async () => {
  there = await startSmallDirectory()
})
after(() => there.stop())
beforeEach(() => {
  there.asked.length = 0
  there.passwords.set('cn=reader', 'r').set(ADA_DN, THERE)
  there.answers.set(`${BASE} (uid=ada)`, [{ dn: ADA_DN, attributes: { uid: ['ada'], entryUUID: ['uuid-1'] } }])
})

async function openWithDirectory(areOwnTaken: boolean): Promise<Access> {
  const yaml = `sign-in: { ldap: { url: "${there.url}", user-base: "${BASE}", bind-dn: cn=reader, bind-password: r } }`
  const config = readDirectory(new Sources(undefined, { KESTRA_CONFIGURATION: yaml }), {}) as DirectoryConfig
  const directory = newDirectory(config)
  const platform = realPlatform()
  const store = openMemoryStore(newTables(), () => platform.nowMs())
  const access = await openAccess({
    ...{ store, tenant: 'main', platform, user: undefined, isReachable: true, isSecure: false, costs: CHEAP },
    ...{ tell: () => {}, onNotice: () => {} },
    outside: { areOwnTaken, find: (username, password) => directory.find(username, password) },
  })
  const passwordHash = await access.passwords.hash(HERE)
  await access.book.change({ put: [{ kind: 'user', record: newUser('ben', { passwordHash }) }] })
  return access
}

const logIn = async (access: Access, username: string, password: string): Promise<string> =>
  await access.logIn({ username, password, ip: '::1' }).then(
    user => user.username,
    (error: unknown) => (error instanceof AccessError ? error.fault : String(error)),
  )

test('who is known there logs in with the password of there', async () => {
  const access = await openWithDirectory(true)

  assert.equal(await logIn(access, 'ada', THERE), 'ada')
  assert.equal(await logIn(access, 'ada', 'wrong'), 'login-failed')
  assert.equal(await logIn(access, 'ben', HERE), 'ben')
})

test('a password that is kept here is told to nobody else, whether it is right or wrong', async () => {
  const access = await openWithDirectory(true)

  assert.equal(await logIn(access, 'ben', HERE), 'ben')
  assert.equal(await logIn(access, 'ben', 'wrong'), 'login-failed')
  assert.deepEqual(there.asked, [])
})

test('where passwords of here are not taken they open nothing', async () => {
  const access = await openWithDirectory(false)

  assert.equal(await logIn(access, 'ben', HERE), 'login-failed')
  assert.equal(await logIn(access, 'ada', THERE), 'ada')
})

test('whoever is switched off here is not asked about there', async () => {
  const access = await openWithDirectory(true)
  assert.equal(await logIn(access, 'ada', THERE), 'ada')
  const ada = access.book.userNamed('ada')
  assert.ok(ada)
  await access.book.change({ put: [{ kind: 'user', record: { ...ada, isDisabled: true } }] })
  there.asked.length = 0

  assert.equal(await logIn(access, 'ada', THERE), 'login-failed')
  assert.deepEqual(there.asked, [])
})
