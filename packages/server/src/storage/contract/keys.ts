// The key-value store: one row per key of a namespace, overwritten whole.
import assert from 'node:assert/strict'
import type { KeyRow } from '../store.ts'
import { NOW_MS, TENANT, storeCase, type StoreSubject } from './subject.ts'

function keyRow(key: string, more: Partial<KeyRow> = {}): KeyRow {
  return {
    tenant: TENANT,
    namespace: 'company.team',
    key,
    value: '"v"',
    type: 'STRING',
    description: null,
    expiresMs: null,
    updatedMs: NOW_MS,
    ...more,
  }
}

export function keyContract(subject: StoreSubject): void {
  storeCase(subject, 'a key is set, overwritten and found', async ({ store }) => {
    await store.perform('setKey', keyRow('color'))
    const second = keyRow('color', { value: '1.5', type: 'NUMBER', description: 'which one', expiresMs: NOW_MS + 5 })

    await store.perform('setKey', second)

    assert.deepEqual(await store.read.findKey(TENANT, 'company.team', 'color'), second)
    assert.equal(await store.read.findKey(TENANT, 'company.team', 'size'), undefined)
    assert.equal(await store.read.findKey(TENANT, 'company', 'color'), undefined)
    assert.equal(await store.read.findKey('guest', 'company.team', 'color'), undefined)
  })

  storeCase(subject, 'the keys of one namespace are listed by name', async ({ store }) => {
    await store.perform('setKey', keyRow('b'))
    await store.perform('setKey', keyRow('a'))
    await store.perform('setKey', keyRow('B'))
    await store.perform('setKey', keyRow('c', { namespace: 'company.team.deep' }))
    await store.perform('setKey', keyRow('d', { tenant: 'guest' }))

    const rows = await store.read.listKeys(TENANT, 'company.team')

    assert.deepEqual(
      rows.map(row => row.key),
      ['B', 'a', 'b'],
    )
  })

  storeCase(subject, 'a key is deleted once', async ({ store }) => {
    await store.perform('setKey', keyRow('color'))
    const key = { tenant: TENANT, namespace: 'company.team', key: 'color' }

    assert.equal(await store.perform('deleteKey', key), true)
    assert.equal(await store.perform('deleteKey', key), false)

    assert.equal(await store.read.findKey(TENANT, 'company.team', 'color'), undefined)
    await store.perform('setKey', keyRow('color'))
  })

  storeCase(subject, 'namespaces and keys that join to the same text are different keys', async ({ store }) => {
    await store.perform('setKey', keyRow('b/c', { namespace: 'a', value: '1' }))
    await store.perform('setKey', keyRow('c', { namespace: 'a/b', value: '2' }))

    assert.equal((await store.read.findKey(TENANT, 'a', 'b/c'))?.value, '1')
    assert.equal((await store.read.findKey(TENANT, 'a/b', 'c'))?.value, '2')
  })
}
