import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Keyring } from '../platform/keyring.ts'
import { openMemoryStore } from '../storage/memory/memory-store.ts'
import { newTables, type Tables } from '../storage/memory/tables.ts'
import type { Store } from '../storage/store.ts'
import { finishRotation, rotateKeys } from './rotate-keys.ts'
import { openRowKeys, type RowKeys } from './row-keys.ts'
import { saveSecret } from './secret-rows.ts'
import { getSecret } from './secret-sources.ts'

const OLD = btoa('0123456789abcdef0123456789abcdef')
const NEW = btoa('another key of 32 bytes in all..')
const TENANT = 'main'

interface World {
  readonly store: Store
  readonly tables: Tables
  nowMs(): number
}

function newWorld(): World {
  const tables = newTables()
  let nowMs = 1
  const clock = (): number => (nowMs += 1)
  return { tables, nowMs: clock, store: openMemoryStore(tables, clock) }
}

async function keysOf({ store, nowMs }: World, ...keys: readonly string[]): Promise<RowKeys> {
  return await openRowKeys({ store, nowMs, ring: new Keyring(keys) })
}

async function save(
  world: World,
  rowKeys: RowKeys,
  [namespace, key, value]: readonly [string, string, string],
): Promise<void> {
  await saveSecret({ ...world, rowKeys }, { tenant: TENANT, namespace, key, value })
}

async function read({ store }: World, rowKeys: RowKeys, [namespace, key]: readonly [string, string]): Promise<string> {
  return await getSecret({ store, rowKeys, environmentSecrets: new Map() }, { tenant: TENANT, namespace, key })
}

test('each namespace has a data key of its own, and a text opens in its own row and version only', async () => {
  const world = newWorld()
  const rowKeys = await keysOf(world, OLD)
  await save(world, rowKeys, ['a', 'X', 'one'])
  await save(world, rowKeys, ['a', 'Y', 'two'])
  await save(world, rowKeys, ['b', 'X', 'three'])
  const [x, y, far] = [...world.tables.secrets.values()]
  assert.ok(x && y && far)

  assert.equal(new Set([x, y].map(({ cipher }) => cipher.split('.')[1])).size, 1)
  assert.notEqual(x.cipher.split('.')[1], far.cipher.split('.')[1])
  for (const forged of [y.cipher, far.cipher, x.cipher.replace(/\.1\./, '.2.')]) {
    world.tables.secrets.set(keyOf(world, x.key, 'a'), { ...x, cipher: forged })
    await assert.rejects(read(world, rowKeys, ['a', 'X']), /encrypted with another key/)
  }
})

function keyOf({ tables }: World, key: string, namespace: string): string {
  const found = [...tables.secrets].find(([, row]) => row.key === key && row.namespace === namespace)
  assert.ok(found)
  return found[0]
}

test('a server with another key does not start, and says which one is missing', async () => {
  const world = newWorld()
  const rowKeys = await keysOf(world, OLD)
  await save(world, rowKeys, ['a', 'X', 'one'])

  await assert.rejects(keysOf(world, NEW), (error: Error) => {
    assert.match(error.message, /namespace "a" is encrypted with the key/)
    assert.ok(error.message.includes(rowKeys.ring.active.kid))
    return true
  })
  assert.equal(await read(world, await keysOf(world, NEW, OLD), ['a', 'X']), 'one')
})

test('a rotation encrypts all again and leaves nothing that needs the old key', async () => {
  const world = newWorld()
  const old = await keysOf(world, OLD)
  await save(world, old, ['a', 'X', 'one'])
  const place = { table: 'tokens', tenant: TENANT, namespace: 'a', id: 't1' } as const
  const token = { tenant: TENANT, namespace: 'a', token: 't1', kind: 'mail', createdMs: 1 }
  await world.store.perform('saveTokens', { rows: [{ ...token, cipher: await old.seal(place, 'ada@example.org') }] })
  const mark = await old.mark(place, 'ada@example.org')

  const report = await rotateKeys({ store: world.store, rowKeys: await keysOf(world, NEW, OLD), tenant: TENANT })

  assert.deepEqual({ ...report, kid: '' }, { secrets: 1, tokens: 1, dataKeys: 2, kid: '' })
  const fresh = await keysOf(world, NEW)
  assert.equal(await read(world, fresh, ['a', 'X']), 'one')
  assert.equal(await fresh.open(place, world.tables.tokens.values().next().value?.cipher ?? ''), 'ada@example.org')
  assert.equal(await fresh.mark(place, 'ada@example.org'), mark)
})

test('texts from before data keys stay readable and are encrypted again', async () => {
  const world = newWorld()
  const rowKeys = await keysOf(world, OLD)
  await save(world, rowKeys, ['a', 'X', 'one'])
  const [id, row] = [...world.tables.secrets][0] ?? []
  assert.ok(id && row)
  const sealed = rowKeys.ring.encrypt('from before') as { readonly value: string }
  world.tables.secrets.set(id, { ...row, cipher: sealed.value })

  assert.equal(await read(world, rowKeys, ['a', 'X']), 'from before')
  assert.equal((await finishRotation({ ...world, rowKeys, tenant: TENANT })).secrets, 1)
  assert.equal(await read(world, rowKeys, ['a', 'X']), 'from before')
})

test('what dies in the middle of a rotation is finished by the next start, whatever the write that failed', async () => {
  for (let deadAfter = 0; ; deadAfter++) {
    const world = newWorld()
    const old = await keysOf(world, OLD)
    for (const namespace of ['a', 'b']) for (const key of ['X', 'Y']) await save(world, old, [namespace, key, key])
    let writes = 0
    const dying: Store = {
      ...world.store,
      perform: async (name, args) => {
        if (writes++ >= deadAfter) throw new Error('dead')
        return await world.store.perform(name, args)
      },
    }
    const rowKeys = await openRowKeys({ store: dying, nowMs: world.nowMs, ring: new Keyring([NEW, OLD]) })
    const isDone = await rotateKeys({ store: dying, rowKeys, tenant: TENANT }).then(
      () => true,
      () => false,
    )

    const both = await keysOf(world, NEW, OLD)
    for (const namespace of ['a', 'b']) assert.equal(await read(world, both, [namespace, 'X']), 'X')
    await finishRotation({ store: world.store, rowKeys: both, tenant: TENANT })
    const fresh = await keysOf(world, NEW)
    for (const namespace of ['a', 'b']) assert.equal(await read(world, fresh, [namespace, 'Y']), 'Y')
    assert.equal(fresh.unfinished().length, 0)
    if (isDone) return
  }
})

test('readers and writers on other nodes go on during rotations, and the last word stays', async () => {
  const world = newWorld()
  const [one, two] = [await keysOf(world, OLD), await keysOf(world, OLD)]
  const keys = ['A', 'B', 'C', 'D']
  for (const key of keys) await save(world, one, ['n', key, `${key} 0`])
  let isRotating = true
  let reads = 0
  const work = keys.map(async key => {
    let round = 0
    while (isRotating || round < 3) {
      await save(world, two, ['n', key, `${key} ${++round}`])
      assert.equal(await read(world, one, ['n', key]), `${key} ${round}`)
      reads += 1
    }
    return `${key} ${round}`
  })

  for (let count = 0; count < 20; count++) await rotateKeys({ store: world.store, rowKeys: one, tenant: TENANT })
  isRotating = false
  const last = await Promise.all(work)

  await rotateKeys({ store: world.store, rowKeys: one, tenant: TENANT })
  for (const [index, key] of keys.entries()) assert.equal(await read(world, two, ['n', key]), last[index])
  assert.ok(reads >= keys.length * 3)
})
