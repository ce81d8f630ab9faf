// SP12, told by time: a log-in costs one hashing of the same price whoever it is about, so that nobody learns which names there are, which of them have
// a password, are switched off or are locked. Hashings are counted, for a clock tells of the machine as much as of us; `npm run test:timing` asks the clock.
import assert from 'node:assert/strict'
import crypto, { type Argon2Parameters } from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { test, type TestContext } from 'node:test'
import { realPlatform } from '../platform/platform.ts'
import { openMemoryStore } from '../storage/memory/memory-store.ts'
import { newTables } from '../storage/memory/tables.ts'
import { openAccess, type Access } from './access.ts'
import { AccessError } from './access-error.ts'
import { FREE_ATTEMPTS } from './lockouts.ts'
import type { UserRecord } from './records.ts'

const CHEAP = { memoryKib: 64, passes: 1 }
const PASSWORD = 'correct horse battery'

async function openWithPeople(): Promise<Access> {
  const platform = realPlatform()
  const store = openMemoryStore(newTables(), () => platform.nowMs())
  const access = await openAccess({
    ...{ store, tenant: 'main', platform, isReachable: false, isSecure: false, costs: CHEAP },
    ...{ user: { name: 'configured', password: 'of the configuration' }, tell: () => {}, onNotice: () => {} },
  })
  const passwordHash = await access.passwords.hash(PASSWORD)
  const people: readonly (readonly [string, Partial<UserRecord>])[] = [
    ['known', { passwordHash }],
    ['locked', { passwordHash }],
    ['disabled', { passwordHash, isDisabled: true }],
    ['without-password', {}],
    ['service', { isServiceAccount: true }],
  ]
  for (const [id, more] of people) {
    const flags = { isSuperAdmin: false, isRestricted: false, isServiceAccount: false, isDisabled: false }
    const record = { id, username: id, ...flags, identities: [], createdMs: 0, ...more }
    await access.book.change({ put: [{ kind: 'user', record }] })
  }
  for (let n = 0; n < FREE_ATTEMPTS; n++) await refusalOf(access, 'locked')
  return access
}

async function refusalOf(access: Access, username: string, password = 'wrong'): Promise<AccessError> {
  const error: unknown = await access.logIn({ username, password, ip: '10.0.0.1' }).catch((cause: unknown) => cause)
  assert.ok(error instanceof AccessError, `"${username}" was let in`)
  return error
}

/** What each hashing costs, from now on. */
function countHashings(t: TestContext): string[] {
  const { argon2 } = crypto
  const costs: string[] = []
  const counted = (...args: readonly unknown[]): unknown => {
    const { memory, passes, tagLength } = args[1] as Argon2Parameters
    costs.push(`${memory} KiB, ${passes} passes, ${tagLength} bytes`)
    return Reflect.apply(argon2, crypto, args)
  }
  Object.assign(crypto, { argon2: counted })
  syncBuiltinESMExports()
  t.after(() => {
    Object.assign(crypto, { argon2 })
    syncBuiltinESMExports()
  })
  return costs
}

test('a log-in that fails takes one hashing of the same price, whoever it is about', async t => {
  const access = await openWithPeople()
  const costs = countHashings(t)
  const names = ['known', 'nobody', 'disabled', 'without-password', 'service', 'locked', 'configured', '']

  const taken = []
  for (const name of names) {
    costs.length = 0
    await refusalOf(access, name)
    taken.push([name, ...costs])
  }

  const price = `${CHEAP.memoryKib} KiB, ${CHEAP.passes} passes, 32 bytes`
  assert.deepEqual(
    taken,
    names.map(name => [name, price]),
  )
})

test('a log-in that fails is answered in the same words, whoever it is about', async () => {
  const access = await openWithPeople()

  for (const name of ['known', 'nobody', 'disabled', 'without-password', 'service', 'configured']) {
    const { fault, message } = await refusalOf(access, name)
    assert.deepEqual([fault, message.includes(name)], ['login-failed', false], name)
  }
  assert.equal((await refusalOf(access, 'disabled', PASSWORD)).fault, 'login-failed')
  assert.equal((await refusalOf(access, 'locked', PASSWORD)).fault, 'locked-out')
})
