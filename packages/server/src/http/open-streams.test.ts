// Whose stream is cut, and when: whatever ends a caller ends the streams that the caller has open.
import assert from 'node:assert/strict'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { test } from 'node:test'
import { openAccess, type Access } from '../access/access.ts'
import { EVERYBODY, type Caller } from '../access/caller.ts'
import type { UserRecord } from '../access/records.ts'
import { ManualClock } from '../engine/testing/test-engine.ts'
import { openMemoryStore } from '../storage/memory/memory-store.ts'
import { newTables } from '../storage/memory/tables.ts'
import { newBinding, newUser } from '../testing/guarded-world.ts'
import { newOpenStreams } from './open-streams.ts'

const CHEAP = { memoryKib: 64, passes: 1 }
const HOUR_MS = 60 * 60_000
const LOOK_MS = 30_000

interface World {
  readonly access: Access
  readonly clock: ManualClock
  /** Whether the stream of the caller is still open. */
  open(caller: Caller | undefined): () => boolean
  putUser(more?: Partial<UserRecord>): Promise<void>
}

async function openWorld(): Promise<World> {
  const clock = new ManualClock()
  const store = openMemoryStore(newTables(), () => clock.nowMs())
  const access = await openAccess({
    ...{ store, tenant: 'main', platform: clock, user: undefined, isReachable: false, isSecure: false, costs: CHEAP },
    ...{ tell: () => {}, onNotice: () => {} },
  })
  const signatureOf = (grants: Caller['grants']): string => JSON.stringify(grants.scope('EXECUTION', 'READ'))
  const streams = newOpenStreams({ access, platform: clock, signatureOf })
  const putUser = (more: Partial<UserRecord> = {}): Promise<void> =>
    access.book.change({
      put: [
        { kind: 'user', record: newUser('ada', more) },
        { kind: 'binding', record: newBinding('b', 'ada', 'viewer', 'company') },
      ],
    })
  await putUser()
  return {
    ...{ access, clock, putUser },
    open: caller => {
      assert.ok(caller)
      const outgoing = new ServerResponse(new IncomingMessage(new Socket()))
      streams.add(caller, outgoing)
      return () => !outgoing.destroyed
    },
  }
}

async function withToken({ access }: World, lifeMs = 10 * HOUR_MS): Promise<Caller | undefined> {
  const { fullToken } = await access.tokens.issue({ userId: 'ada', name: 'test', lifeMs })
  return access.tokens.find(fullToken)
}

async function withSession({ access }: World): Promise<Caller | undefined> {
  const { cookie } = await access.sessions.open('ada', { provider: 'password' })
  return access.sessions.find(cookie.split(';')[0])
}

test('a session that is closed and a token that is revoked cut their own streams, and no others', async () => {
  const world = await openWorld()
  const [session, other, token] = [await withSession(world), await withSession(world), await withToken(world)]
  const isOpen = [session, other, token].map(world.open)

  await world.access.sessions.close(session?.sessionId ?? '')
  assert.deepEqual(
    isOpen.map(ask => ask()),
    [false, true, true],
  )
  await world.access.tokens.revoke(token?.tokenId ?? '')
  assert.deepEqual(
    isOpen.map(ask => ask()),
    [false, true, false],
  )
})

test('whoever is switched off, or may do something else from now on, is cut', async () => {
  for (const change of [
    (world: World) => world.putUser({ isDisabled: true }),
    (world: World) => world.access.book.change({ remove: [{ kind: 'user', id: 'ada' }] }),
    (world: World) => world.access.book.change({ remove: [{ kind: 'binding', id: 'b' }] }),
    (world: World) =>
      world.access.book.change({ put: [{ kind: 'binding', record: newBinding('c', 'ada', 'viewer', 'other') }] }),
  ]) {
    const world = await openWorld()
    const isOpen = [await withSession(world), await withToken(world)].map(world.open)

    await change(world)

    for (const ask of isOpen) assert.equal(ask(), false, String(change))
  }
})

test('a change that is about somebody else cuts nothing', async () => {
  const world = await openWorld()
  const isOpen = [await withSession(world), await withToken(world)].map(world.open)

  await world.access.book.change({ put: [{ kind: 'user', record: newUser('eve') }] })

  for (const ask of isOpen) assert.equal(ask(), true)
})

test('what ends by itself is cut at the next look', async () => {
  const world = await openWorld()
  const isOpen = world.open(await withToken(world, HOUR_MS))

  world.clock.advance(LOOK_MS)
  assert.equal(isOpen(), true)
  world.clock.advance(HOUR_MS)

  assert.equal(isOpen(), false)
})

test('everybody’s stream is cut when there is somebody to log in', async () => {
  const clock = new ManualClock()
  const store = openMemoryStore(newTables(), () => clock.nowMs())
  const access = await openAccess({
    ...{ store, tenant: 'main', platform: clock, user: undefined, isReachable: false, isSecure: false, costs: CHEAP },
    ...{ tell: () => {}, onNotice: () => {} },
  })
  const outgoing = new ServerResponse(new IncomingMessage(new Socket()))
  newOpenStreams({ access, platform: clock, signatureOf: () => '' }).add(EVERYBODY, outgoing)

  await access.book.change({ put: [{ kind: 'user', record: newUser('ada') }] })

  assert.equal(outgoing.destroyed, true)
})
