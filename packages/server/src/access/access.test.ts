import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import type { Clock, Platform } from '../platform/platform.ts'
import { openMemoryStore } from '../storage/memory/memory-store.ts'
import { newTables, type Tables } from '../storage/memory/tables.ts'
import { hashOfAudit, type Store } from '../storage/store.ts'
import { openAccess, type Access, type AccessPlace } from './access.ts'
import { AccessError } from './access-error.ts'
import { withoutSecrets } from './audit-trail.ts'
import { FREE_ATTEMPTS, lockedUntil, neighbourhoodOf } from './lockouts.ts'
import { newPasswordHasher } from './passwords.ts'
import type { UserRecord } from './records.ts'
import { SESSION_IDLE_MS, SESSION_LIFE_MS } from './sessions.ts'
import { SET_UP_LIFE_MS } from './set-up.ts'
import { TOKEN_LIFE_MAX_MS } from './tokens.ts'

const CHEAP = { memoryKib: 64, passes: 1 }
const NOW_MS = 1_900_000_000_000

/** A clock that is moved by hand; what is to happen later happens when it is. */
class HandClock implements Platform, Clock {
  now = NOW_MS
  readonly #later: { readonly atMs: number; readonly run: () => void }[] = []
  nowMs = (): number => this.now
  elapsedMs = (): number => this.now
  random = (): number => Math.random()
  defer = (run: () => void): void => void setImmediate(run)
  at = (atMs: number, run: () => void): (() => void) => {
    const entry = { atMs, run }
    this.#later.push(entry)
    return () => void this.#later.splice(this.#later.indexOf(entry) >>> 0, 1)
  }

  advance(ms: number): void {
    this.now += ms
    for (const entry of this.#later.filter(({ atMs }) => atMs <= this.now)) {
      this.#later.splice(this.#later.indexOf(entry), 1)
      entry.run()
    }
  }
}

interface World {
  readonly access: Access
  readonly clock: HandClock
  readonly tables: Tables
  readonly store: Store
  readonly told: readonly string[]
}

async function openWorld(more: Partial<AccessPlace> = {}, tables: Tables = newTables()): Promise<World> {
  const clock = new HandClock()
  const store = openMemoryStore(tables, () => clock.now)
  const told: string[] = []
  const access = await openAccess({
    ...{ store, tenant: 'main', platform: clock, user: undefined, isReachable: false, isSecure: false, costs: CHEAP },
    ...{ tell: message => void told.push(message), onNotice: message => void told.push(message), ...more },
  })
  return { access, clock, tables, store, told }
}

function userOf(id: string, more: Partial<UserRecord> = {}): UserRecord {
  return {
    ...{ id, username: id, isSuperAdmin: false, isRestricted: false, isServiceAccount: false, isDisabled: false },
    ...{ identities: [], createdMs: NOW_MS },
    ...more,
  }
}

async function addUser({ access }: World, id: string, more: Partial<UserRecord> = {}): Promise<void> {
  await access.book.change({ put: [{ kind: 'user', record: userOf(id, more) }] })
}

const fault =
  (name: string) =>
  (error: unknown): boolean =>
    error instanceof AccessError && error.fault === name
const PASSWORD = 'correct horse battery'

test('a server without users is open on this machine, waits for its set-up where others reach it, and is neither with a user', async () => {
  const user = { name: 'root', password: 'x' }
  const states = await Promise.all(
    [{}, { isReachable: true }, { user }, { user, isReachable: true }].map(async more => {
      const { access } = await openWorld(more)
      return [access.book.isOpen, access.book.needsSetUp]
    }),
  )
  assert.deepEqual(states, [
    [true, false],
    [false, true],
    [false, false],
    [false, false],
  ])
  const world = await openWorld()
  await addUser(world, 'ada')
  assert.equal(world.access.book.isOpen, false)
})

test('what one node changes another one that shares the store sees', async () => {
  const one = await openWorld()
  const hints: ((hint: 'access') => void)[] = []
  const cluster = { onHint: (listener: (hint: 'access') => void) => (hints.push(listener), () => {}) }
  const store = { ...one.store, cluster } as unknown as Store
  const other = await openWorld({ store })

  await addUser(one, 'ada')
  assert.equal(other.access.book.user('ada'), undefined)
  const seen = new Promise<void>(resolve => void other.access.book.onChange(() => resolve()))
  for (const hint of hints) hint('access')
  await seen

  assert.equal(other.access.book.userNamed('ADA')?.id, 'ada')
  await one.access.book.change({ remove: [{ kind: 'user', id: 'ada' }] })
  const gone = new Promise<void>(resolve => void other.access.book.onChange(() => resolve()))
  other.clock.advance(1_000)
  await gone
  assert.equal(other.access.book.user('ada'), undefined)
})

test('a node that is told of a change while the database is away says so, lives on, and sees it later', async () => {
  const one = await openWorld()
  const hints: ((hint: 'access') => void)[] = []
  const cluster = { onHint: (listener: (hint: 'access') => void) => (hints.push(listener), () => {}) }
  let isAway = false
  const listAccess: Store['read']['listAccess'] = async (...wanted) => {
    if (isAway) throw new Error('the database is away')
    return await one.store.read.listAccess(...wanted)
  }
  const store = { ...one.store, cluster, read: { ...one.store.read, listAccess } } as unknown as Store
  const other = await openWorld({ store })
  await addUser(one, 'ada')

  isAway = true
  for (const hint of hints) hint('access')
  // Whoever waits for a promise that nobody answers for is told in the same turn.
  await new Promise(setImmediate)
  assert.deepEqual(other.told, ['who may do what could not be read again; it is tried again'])
  isAway = false
  const seen = new Promise<void>(resolve => void other.access.book.onChange(() => resolve()))
  other.clock.advance(1_000)
  await seen

  assert.equal(other.access.book.userNamed('ada')?.id, 'ada')
})

test('names are taken once, whatever their case, and a change that comes late is refused', async () => {
  const world = await openWorld()
  await addUser(world, 'ada')
  const version = world.access.book.versionOf({ kind: 'user', id: 'ada' })

  await assert.rejects(addUser(world, 'eve', { username: 'Ada' }), fault('conflict'))
  await addUser(world, 'ada', { email: 'ada@example.com' })
  const late = {
    put: [{ kind: 'user' as const, record: userOf('ada') }],
    expect: [{ kind: 'user' as const, id: 'ada', version }],
  }
  await assert.rejects(world.access.book.change(late), fault('conflict'))
  assert.equal(world.access.book.user('ada')?.email, 'ada@example.com')
})

test('a password is kept as argon2id, and a hash of nobody is compared as long', async () => {
  const hasher = newPasswordHasher(CHEAP)
  const hash = await hasher.hash(PASSWORD)

  assert.match(hash, /^\$argon2id\$v=19\$m=64,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  assert.notEqual(await hasher.hash(PASSWORD), hash)
  assert.deepEqual(
    await Promise.all([hasher.verify(PASSWORD, hash), hasher.verify('x', hash), hasher.verify(PASSWORD, undefined)]),
    [true, false, false],
  )
  assert.equal(await hasher.verify(PASSWORD, 'not a hash'), false)
})

test('five wrong passwords are free, then each doubles the time in which none is looked at, also of who is not there', async () => {
  const world = await openWorld()
  const { access, clock } = world
  await addUser(world, 'ada', { passwordHash: await access.passwords.hash(PASSWORD) })
  for (const username of ['ada', 'nobody']) {
    const attempt = (password: string, ip = '10.0.0.1'): Promise<UserRecord> => access.logIn({ username, password, ip })
    for (let n = 0; n < FREE_ATTEMPTS; n++) await assert.rejects(attempt('wrong'), fault('login-failed'))
    await assert.rejects(attempt(PASSWORD), fault('locked-out'))
    await assert.rejects(attempt(PASSWORD, '10.0.0.200'), fault('locked-out'), 'the neighbourhood is locked')
    assert.equal(access.lockouts.isLocked(username), true)
    clock.advance(1_001)
    await assert.rejects(attempt('wrong'), fault('login-failed'))
    clock.advance(1_001)
    await assert.rejects(attempt('wrong'), fault('locked-out'), 'twice as long')
  }
  assert.equal((await access.logIn({ username: 'ada', password: PASSWORD, ip: '10.9.9.9' })).id, 'ada')
  clock.advance(2_000)
  assert.equal((await access.logIn({ username: 'ADA', password: PASSWORD, ip: '10.0.0.1' })).id, 'ada')
  assert.equal(access.lockouts.isLocked('ada'), false)
  assert.equal(lockedUntil({ count: 60, lastMs: 0 }), 15 * 60_000)
  assert.deepEqual(
    ['10.1.2.3', '::ffff:10.1.2.3', '2001:db8::1', '2001:db8:0:0:9::1', '::1', '2001:db8:0:0::/64', ''].map(
      neighbourhoodOf,
    ),
    ['10.1.2', '10.1.2', '2001:db8:0:0', '2001:db8:0:0', '0:0:0:0', '2001:db8:0:0', '-'],
  )
})

test('name and password open with every request, without a hashing each; the configured user always', async () => {
  const world = await openWorld({ user: { name: 'Root', password: 'p:w' } })
  const { access } = world
  await addUser(world, 'ada', { passwordHash: await access.passwords.hash(PASSWORD) })
  const basic = (text: string): ReturnType<Access['authenticate']> =>
    access.authenticate({ authorization: `basic ${btoa(text)}`, cookie: undefined, ip: '::1' })

  const root = basic('Root:p:w')
  assert.ok(root && !(root instanceof Promise) && root.grants.may('USER', 'DELETE'))
  const first = basic(`ada:${PASSWORD}`)
  assert.ok(first instanceof Promise)
  assert.equal((await first)?.userId, 'ada')
  const second = basic(`ada:${PASSWORD}`)
  assert.ok(second && !(second instanceof Promise))
  await addUser(world, 'ada', { passwordHash: await access.passwords.hash('another one here') })
  await assert.rejects(async () => await basic(`ada:${PASSWORD}`), fault('login-failed'))
  await addUser(world, 'ada', { passwordHash: await access.passwords.hash(PASSWORD), isDisabled: true })
  await assert.rejects(async () => await basic(`ada:${PASSWORD}`), fault('login-failed'))
  const passwordHash = await access.passwords.hash(PASSWORD)
  await addUser(world, 'ben', { passwordHash })
  const ben = (): ReturnType<Access['authenticate']> => basic(`ben:${PASSWORD}`)
  assert.equal((await ben())?.userId, 'ben')
  assert.ok(!(ben() instanceof Promise))
  world.clock.advance(5 * 60_000)
  assert.ok(ben() instanceof Promise, 'what is remembered is forgotten after a while')
  await ben()
  await addUser(world, 'ben', { passwordHash, isDisabled: true })
  await assert.rejects(async () => await ben(), fault('login-failed'))
  for (const authorization of ['Digest x', 'Bearer x', 'Basic', `Basic ${'x'.repeat(5_000)}`])
    assert.equal(await access.authenticate({ authorization, cookie: undefined, ip: undefined }), undefined)
})

test('a session ends when it is idle, when it is old, and when somebody says so', async () => {
  const world = await openWorld({ isSecure: true })
  const { access, clock, tables } = world
  await addUser(world, 'ada')
  const open = async (): Promise<string> => {
    const { cookie } = await access.sessions.open('ada', { provider: 'password', ip: '::1', agent: 'test' })
    assert.match(cookie, /^__Host-batuta=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=604800$/)
    return `a=b; ${cookie.split(';')[0]}; c=d`
  }
  const cookie = await open()
  const value = cookie.split('__Host-batuta=')[1]?.split(';')[0] ?? ''

  assert.equal(access.sessions.find(cookie)?.userId, 'ada')
  assert.ok(
    !JSON.stringify([...(tables.access.get('main')?.records.values() ?? [])]).includes(value),
    'the store has no cookie',
  )
  for (const wrong of [undefined, '', 'x', cookie.replace(value, value.toLowerCase()), `batuta=${value}`])
    assert.equal(access.sessions.find(wrong), undefined)
  clock.advance(SESSION_IDLE_MS - 1)
  assert.ok(access.sessions.find(cookie), 'each request puts the idle end off')
  await access.sessions.flush()
  clock.advance(SESSION_IDLE_MS)
  assert.equal(access.sessions.find(cookie), undefined)

  const old = await open()
  for (let passed = 0; passed < SESSION_LIFE_MS; passed += SESSION_IDLE_MS / 2) {
    assert.ok(access.sessions.find(old))
    clock.advance(SESSION_IDLE_MS / 2)
  }
  assert.equal(access.sessions.find(old), undefined)

  const cookies = [await open(), await open(), await open()]
  const [first] = access.sessions.ofUser('ada')
  await access.sessions.close(first?.id ?? '')
  assert.equal(cookies.filter(each => access.sessions.find(each)).length, 2)
  await access.sessions.closeAllOf('ada')
  assert.equal(cookies.filter(each => access.sessions.find(each)).length, 0)
  const last = await open()
  await addUser(world, 'ada', { isDisabled: true })
  assert.equal(access.sessions.find(last), undefined)
})

test('a session that another node has ended does not come back with a late note of its use', async () => {
  const world = await openWorld()
  const { access, clock, store } = world
  await addUser(world, 'ada')
  const cookie = (await access.sessions.open('ada', { provider: 'password' })).cookie.split(';')[0]
  clock.advance(SESSION_IDLE_MS / 2)
  assert.ok(access.sessions.find(cookie))

  await (await openWorld({ store })).access.sessions.closeAllOf('ada')
  await access.sessions.flush()

  const { access: later } = await openWorld({ store })
  assert.deepEqual([later.sessions.find(cookie), later.sessions.ofUser('ada')], [undefined, []])
})

test('a token that another node has revoked does not come back with a late note of its use', async () => {
  const world = await openWorld()
  const { access, store } = world
  await addUser(world, 'robot')
  const { record, fullToken } = await access.tokens.issue({ userId: 'robot', name: 'ci' })
  assert.ok(access.tokens.find(fullToken))

  await (await openWorld({ store })).access.tokens.revoke(record.id)
  await access.tokens.flush()

  assert.deepEqual((await openWorld({ store })).access.tokens.ofUser('robot'), [])
})

test('a token is shown once, is found by what it is, and ends', async () => {
  const world = await openWorld()
  const { access, clock, tables } = world
  await addUser(world, 'robot', { isServiceAccount: true, isSuperAdmin: true })
  const scopes = [{ namespace: 'company', permissions: { FLOW: ['READ' as const] } }]
  const { record, fullToken } = await access.tokens.issue({ userId: 'robot', name: 'ci', scopes, lifeMs: 10_000_000 })

  assert.match(fullToken, /^bat_[A-Za-z0-9]{12}_[A-Za-z0-9]{27}_[0-9a-f]{8}$/)
  assert.ok(fullToken.startsWith(record.prefix))
  assert.ok(
    !JSON.stringify([...(tables.access.get('main')?.records.values() ?? [])]).includes(fullToken.split('_')[2] ?? '?'),
  )
  const found = access.tokens.find(fullToken)
  assert.deepEqual([found?.kind, found?.userId, found?.tokenId], ['service', 'robot', record.id])
  assert.deepEqual(
    [found?.grants.may('FLOW', 'READ', 'company'), found?.grants.may('FLOW', 'READ', 'other')],
    [true, false],
  )
  const [, id, secret, check] = fullToken.split('_')
  // Whoever knows the shape makes up the sum as well: it keeps typing errors out, and nobody else.
  const madeUp = 'A'.repeat(27)
  const sum = crc32(`${id}_${madeUp}`).toString(16).padStart(8, '0')
  assert.equal(access.tokens.find(`bat_${id}_${madeUp}_${sum}`), undefined)
  for (const wrong of [`bat_${id}_${secret}_00000000`, `bat_${id}_${'0'.repeat(27)}_${check}`, `bat_${secret}`, ''])
    assert.equal(access.tokens.find(wrong), undefined)

  assert.equal(access.book.get('token', record.id)?.lastUsedMs, undefined, 'the use is written later')
  await access.tokens.flush()
  assert.equal(access.book.get('token', record.id)?.lastUsedMs, NOW_MS)
  clock.advance(10_000_000)
  assert.equal(access.tokens.find(fullToken), undefined)

  const extended = await access.tokens.issue({ userId: 'robot', name: 'x', lifeMs: 1_000_000, isExtended: true })
  clock.advance(900_000)
  assert.ok(access.tokens.find(extended.fullToken))
  await access.tokens.flush()
  clock.advance(900_000)
  assert.ok(access.tokens.find(extended.fullToken))
  await access.tokens.revoke(extended.record.id)
  assert.equal(access.tokens.find(extended.fullToken), undefined)
  await access.tokens.flush()
  assert.equal(access.tokens.find(extended.fullToken), undefined, 'a late note of its use does not bring it back')
  const long = await access.tokens.issue({ userId: 'robot', name: 'y', lifeMs: TOKEN_LIFE_MAX_MS * 2 })
  assert.equal(long.record.expiresMs, clock.now + TOKEN_LIFE_MAX_MS)
})

test('the set-up token is told once, works once, and for an hour', async () => {
  const { access, clock, told } = await openWorld({ isReachable: true })
  const first = { username: 'ada', password: PASSWORD }
  const tokenIn = (message = ''): string => message.split(': ').at(-1) ?? ''
  await access.setUp.announce()
  await access.setUp.announce()

  assert.equal(told.length, 1)
  await assert.rejects(access.setUp.complete({ ...first, token: 'x' }), fault('set-up-invalid'))
  clock.advance(SET_UP_LIFE_MS)
  await assert.rejects(access.setUp.complete({ ...first, token: tokenIn(told[0]) }), fault('set-up-invalid'))
  await access.setUp.announce()
  const token = tokenIn(told[1])
  const both = await Promise.allSettled([
    access.setUp.complete({ ...first, token }),
    access.setUp.complete({ ...first, username: 'eve', token }),
  ])

  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  assert.deepEqual([access.book.needsSetUp, access.book.list('user').length], [false, 1])
  await assert.rejects(access.setUp.complete({ ...first, username: 'eve', token }), fault('set-up-invalid'))
  await access.setUp.announce()
  assert.equal(told.length, 2)
})

test('a set-up token that was told makes nobody once there is a user', async () => {
  const world = await openWorld({ isReachable: true })
  const { access, told } = world
  await access.setUp.announce()
  await addUser(world, 'ada')

  const token = told[0]?.split(': ').at(-1) ?? ''
  await assert.rejects(access.setUp.complete({ username: 'eve', password: PASSWORD, token }), fault('set-up-invalid'))
})

test('whom a provider knows becomes a user once, in the groups that theirs mean', async () => {
  const world = await openWorld()
  const { access } = world
  const group = (id: string, externalNames?: readonly string[]) =>
    ({ kind: 'group', record: { id, name: id, ...(externalNames ? { externalNames } : {}), members: [] } }) as const
  await access.book.change({
    put: [
      group('devs', ['dev']),
      group('ops', ['ops', 'sre']),
      group('local'),
      {
        kind: 'role',
        record: {
          id: 'all',
          name: 'All',
          description: '',
          permissions: { FLOW: ['READ'] },
          isManaged: false,
          isDefault: true,
        },
      },
    ],
  })
  const ada = { provider: 'sso', subject: '1', username: 'ada' }
  const groupsOf = (id: string): readonly string[] =>
    access.book
      .list('group')
      .flatMap(({ name, members }) => (members.some(({ userId }) => userId === id) ? [name] : []))

  const [first, second] = await Promise.all([access.signIn({ ...ada, groups: ['dev', 'x'] }), access.signIn(ada)])
  assert.equal(first.id, second.id)
  assert.deepEqual(groupsOf(first.id), ['devs'])
  assert.equal(access.book.grantsOf(first.id).may('FLOW', 'READ', 'anywhere'), true)
  await access.signIn({ ...ada, email: 'ada@example.com', groups: ['sre'] })
  assert.deepEqual([groupsOf(first.id), access.book.user(first.id)?.email], [['ops'], 'ada@example.com'])
  await access.signIn(ada)
  assert.deepEqual(groupsOf(first.id), ['ops'])

  await assert.rejects(access.signIn({ ...ada, subject: '2' }), fault('name-taken'))
  await assert.rejects(
    access.signIn({ ...ada, subject: '3', username: 'new', isNewUserMade: false }),
    fault('not-invited'),
  )
  await access.book.change({ put: [{ kind: 'user', record: { ...first, isDisabled: true } }] })
  await assert.rejects(access.signIn(ada), fault('disabled'))
})

test('a log that was changed, cut or thinned out shows where', async () => {
  const world = await openWorld()
  const { audit } = world.access
  const entry = {
    caller: { name: 'ada', via: 'basic', userId: 'ada' },
    resource: 'FLOW',
    action: 'CREATE',
    outcome: 'done',
  } as const
  for (let n = 0; n < 5; n++) await audit.write({ ...entry, itemId: `flow-${n}` })
  const rows = world.tables.audit.get('main') ?? []
  const verified = async (changed: typeof rows): Promise<unknown> => {
    world.tables.audit.set('main', changed)
    return (await audit.verify()).broken
  }

  assert.deepEqual([(await audit.verify()).count, await verified(rows)], [5, undefined])
  const forged = rows.map(row => (row.seq === 3 ? { ...row, actorId: 'eve' } : row))
  assert.deepEqual(await verified(forged), { seq: 3, reason: 'it is not as it was written' })
  assert.deepEqual(await verified(rows.filter(({ seq }) => seq !== 2)), { seq: 3, reason: 'row 2 is missing' })
  const swapped = rows.map(row => (row.seq === 4 ? { ...row, prevHash: rows[0]?.hash ?? '' } : row))
  assert.deepEqual(await verified(swapped), { seq: 4, reason: 'it does not follow the row before it' })
  const columns = ['tenant', 'id', 'atMs', 'actorId', 'resource', 'action', 'namespace', 'itemId', 'outcome', 'body']
  for (const column of columns) {
    const changed = rows.map(row => (row.seq === 3 ? { ...row, [column]: column === 'atMs' ? 1 : 'else' } : row))
    assert.deepEqual(await verified(changed as typeof rows), { seq: 3, reason: 'it is not as it was written' }, column)
  }
  // Whoever can count hashes as well must write anew all that follows, up to the hash that somebody has written down.
  const [, , third] = rows
  assert.ok(third)
  const { hash: _, ...rest } = { ...third, actorId: 'eve' }
  const hash = hashOfAudit(rest)
  const recounted = rows.map(row =>
    row.seq === 3 ? { ...rest, hash } : row.seq === 4 ? { ...row, prevHash: hash } : row,
  )
  assert.deepEqual(await verified(recounted), { seq: 4, reason: 'it is not as it was written' })
})

test('what is written into the log holds no secret', async () => {
  const { access, tables } = await openWorld()
  const caller = { name: 'ada', via: 'basic', userId: 'ada' } as const
  const after = { name: 'ada', password: 'of ada', tokens: [{ fullToken: 'bat_secret' }] }
  await access.audit.write({ caller, resource: 'USER', action: 'UPDATE', outcome: 'done', before: after, after })

  const text = JSON.stringify(tables.audit.get('main'))
  assert.ok(text.includes('ada') && !text.includes('of ada') && !text.includes('bat_secret'), text)
})

test('what is secret does not get into the log', () => {
  const told = withoutSecrets({
    password: 'x',
    passwordHash: 'x',
    nested: [{ clientSecret: 'x', fullToken: 'x', name: 'kept' }],
  })

  assert.deepEqual(told, {
    password: '***',
    passwordHash: '***',
    nested: [{ clientSecret: '***', fullToken: '***', name: 'kept' }],
  })
})
