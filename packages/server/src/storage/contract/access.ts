// Records of access control with their versions, and the chain of what people did.
import assert from 'node:assert/strict'
import {
  chainOn,
  hashOfAudit,
  REMOVED_TOLD_MS,
  type AccessChange,
  type AccessKey,
  type AccessWrite,
  type AuditFacts,
} from '../store.ts'
import { NOW_MS, TENANT, storeCase, type StoreSubject } from './subject.ts'

function user(id: string, name = id, body = '{}'): AccessWrite {
  return { kind: 'user', id, name, body, isNameUnique: true }
}

function entry(id: string, more: Partial<AuditFacts> = {}): AuditFacts {
  const facts = { id, atMs: NOW_MS, actorId: 'ada', resource: 'FLOW', action: 'CREATE', outcome: 'done' }
  return { ...facts, namespace: 'company.team', itemId: null, body: `{"it":"${id}"}`, ...more }
}

export function accessContract(subject: StoreSubject): void {
  storeCase(subject, 'a change of access is told by a version that grows, and a removal as well', async ({ store }) => {
    const empty = await store.read.listAccess(TENANT, 0)
    const first = await store.perform('changeAccess', { tenant: TENANT, nowMs: NOW_MS, put: [user('a'), user('b')] })
    const second = await store.perform('changeAccess', {
      ...{ tenant: TENANT, nowMs: NOW_MS + 1, put: [user('a', 'a', '{"x":1}')], remove: [{ kind: 'user', id: 'b' }] },
    })

    assert.deepEqual(empty, { version: 0, floor: 0, rows: [] })
    assert.deepEqual([first, second], [1, 2])
    const later = await store.read.listAccess(TENANT, 1)
    assert.equal(later.version, 2)
    assert.deepEqual(later.rows, [
      { kind: 'user', id: 'a', name: 'a', body: '{"x":1}', updatedMs: NOW_MS + 1, version: 2, isRemoved: false },
      { kind: 'user', id: 'b', name: '', body: '', updatedMs: NOW_MS + 1, version: 2, isRemoved: true },
    ])
    assert.deepEqual((await store.read.listAccess(TENANT, 2)).rows, [])
    assert.deepEqual(await store.read.listAccess('guest', 0), { version: 0, floor: 0, rows: [] })
  })

  storeCase(subject, 'what was removed long ago is forgotten, and who saw less must read all', async ({ store }) => {
    const change = { tenant: TENANT, nowMs: NOW_MS }
    await store.perform('changeAccess', { ...change, put: [user('a'), user('b'), user('c')] })
    await store.perform('changeAccess', { ...change, remove: [{ kind: 'user', id: 'a' }] })
    const muchLater = NOW_MS + REMOVED_TOLD_MS + 1
    await store.perform('changeAccess', { ...change, nowMs: muchLater, remove: [{ kind: 'user', id: 'b' }] })

    const page = await store.read.listAccess(TENANT, 1)

    assert.equal(page.floor, 2)
    assert.deepEqual(
      page.rows.map(({ id, isRemoved }) => [id, isRemoved]),
      [['b', true]],
    )
  })

  storeCase(subject, 'nothing is changed when a name is taken or something is not as expected', async ({ store }) => {
    const change = { tenant: TENANT, nowMs: NOW_MS }
    const key: AccessKey = { kind: 'user', id: 'a' }
    await store.perform('changeAccess', { ...change, put: [user('a', 'ada')] })

    assert.equal(await store.perform('changeAccess', { ...change, put: [user('c'), user('b', 'ada')] }), null)
    const old = { ...change, put: [user('c')], expect: [{ ...key, version: 7 }] }
    assert.equal(await store.perform('changeAccess', old), null)
    const none = { ...change, put: [user('c')], expect: [{ ...key, version: 0 }] }
    assert.equal(await store.perform('changeAccess', none), null)
    assert.deepEqual(
      (await store.read.listAccess(TENANT, 0)).rows.map(({ id }) => id),
      ['a'],
    )
    const right = { ...change, put: [user('a', 'ada', '{"x":2}')], expect: [{ ...key, version: 1 }] }
    assert.notEqual(await store.perform('changeAccess', right), null)
    const fresh: AccessChange = { ...change, put: [user('d', 'dora')], expect: [{ kind: 'user', id: 'd', version: 0 }] }
    assert.notEqual(await store.perform('changeAccess', fresh), null)
  })

  storeCase(subject, 'what people did is a chain without a gap', async ({ store }) => {
    await store.perform('appendAudit', { tenant: TENANT, entries: [entry('1'), entry('2')] })
    const last = await store.perform('appendAudit', { tenant: TENANT, entries: [entry('3', { namespace: null })] })

    const rows = await store.read.listAudit({ tenant: TENANT, isAscending: true, limit: 10 })

    assert.equal(last, 3)
    assert.deepEqual(await store.read.findAuditEnd(TENANT), { seq: 3, hash: rows[2]?.hash })
    assert.equal(await store.read.findAuditEnd('guest'), undefined)
    assert.deepEqual(
      rows,
      chainOn(TENANT, { seq: 0, hash: '' }, [entry('1'), entry('2'), entry('3', { namespace: null })]),
    )
    for (const { hash, ...row } of rows) assert.equal(hashOfAudit(row), hash)
    assert.deepEqual(await store.read.listAudit({ tenant: 'guest', limit: 10 }), [])
  })

  storeCase(subject, 'what people did is found by whatever is known of it', async ({ store }) => {
    const entries = [
      entry('1', { actorId: 'eve', action: 'DELETE', itemId: 'x', atMs: NOW_MS + 5 }),
      entry('2', { namespace: 'company.team.deep', outcome: 'denied', body: '{"it":"50%_of!it"}' }),
      entry('3', { namespace: 'company.teams', resource: 'SECRET' }),
      entry('4', { namespace: null, resource: 'USER' }),
    ]
    await store.perform('appendAudit', { tenant: TENANT, entries })
    const found = async (asked: object): Promise<readonly string[]> => {
      const rows = await store.read.listAudit({ tenant: TENANT, limit: 10, ...asked })
      assert.equal(await store.read.countAudit({ tenant: TENANT, ...asked }, 100), rows.length)
      return rows.map(({ id }) => id)
    }

    assert.deepEqual(await found({}), ['4', '3', '2', '1'])
    assert.deepEqual(await found({ actorId: 'eve' }), ['1'])
    assert.deepEqual(await found({ itemId: 'x', actions: ['DELETE'] }), ['1'])
    assert.deepEqual(await found({ fromMs: NOW_MS + 1, toMs: NOW_MS + 6 }), ['1'])
    assert.deepEqual(await found({ toMs: NOW_MS }), [])
    assert.deepEqual(await found({ resources: ['USER', 'SECRET'] }), ['4', '3'])
    assert.deepEqual(await found({ resources: [] }), [])
    assert.deepEqual(await found({ namespace: 'company.team' }), ['2', '1'])
    assert.deepEqual(await found({ outcome: 'denied' }), ['2'])
    assert.deepEqual(await found({ text: '50%_OF!' }), ['2'])
    assert.deepEqual(await found({ id: '3' }), ['3'])
    const scope = { all: false, allow: ['company'], deny: ['company.team.deep'] } as const
    assert.deepEqual(await found({ scope }), ['3', '1'])
    assert.deepEqual(await found({ scope: { all: false, allow: [''], deny: ['company.teams'] } }), ['2', '1'])
    assert.deepEqual(await found({ scope: { all: false, allow: [], deny: [] } }), [])
    const page = { tenant: TENANT, afterSeq: 3, limit: 1 }
    assert.deepEqual(
      (await store.read.listAudit(page)).map(({ id }) => id),
      ['2'],
    )
    assert.deepEqual(
      (await store.read.listAudit({ tenant: TENANT, limit: 2, offset: 1 })).map(({ id }) => id),
      ['3', '2'],
    )
    assert.equal(await store.read.countAudit({ tenant: TENANT }, 2), 2)
  })
}
