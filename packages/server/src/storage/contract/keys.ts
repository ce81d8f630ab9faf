// The key-value store, where every key has versions; beside it secrets, and what was said about namespaces.
import assert from 'node:assert/strict'
import { KEY_VERSIONS_MAX, type KeyWrite, type NamespaceRow, type SecretRow } from '../store.ts'
import { NOW_MS, TENANT, storeCase, type StoreSubject } from './subject.ts'

function write(key: string, more: Partial<KeyWrite> = {}): KeyWrite {
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

function keyOf(key: string): { readonly tenant: string; readonly namespace: string; readonly key: string } {
  return { tenant: TENANT, namespace: 'company.team', key }
}

export function keyContract(subject: StoreSubject): void {
  keyCases(subject)
  versionCases(subject)
  secretCases(subject)
}

function keyCases(subject: StoreSubject): void {
  storeCase(subject, 'a key is set, overwritten and found', async ({ store }) => {
    await store.perform('setKey', write('color'))
    const second = write('color', { value: '1.5', type: 'NUMBER', description: 'which one', expiresMs: NOW_MS + 5 })

    const stored = await store.perform('setKey', { ...second, updatedMs: NOW_MS + 1 })

    assert.deepEqual(stored, { ...second, updatedMs: NOW_MS + 1, createdMs: NOW_MS, version: 2 })
    assert.deepEqual(await store.read.findKey(TENANT, 'company.team', 'color'), stored)
    assert.equal(await store.read.findKey(TENANT, 'company.team', 'size'), undefined)
    assert.equal(await store.read.findKey(TENANT, 'company', 'color'), undefined)
    assert.equal(await store.read.findKey('guest', 'company.team', 'color'), undefined)
  })

  storeCase(subject, 'a key that is not to be overwritten stays, unless it has expired', async ({ store }) => {
    const isOverwriting = false
    await store.perform('setKey', write('color', { isOverwriting, expiresMs: NOW_MS + 5 }))

    const before = await store.perform('setKey', write('color', { isOverwriting, value: '2', updatedMs: NOW_MS + 4 }))
    const after = await store.perform('setKey', write('color', { isOverwriting, value: '3', updatedMs: NOW_MS + 5 }))

    assert.equal(before, null)
    assert.equal(after?.value, '3')
    assert.equal(after.version, 2)
    assert.equal(await store.perform('setKey', write('color', { isOverwriting, updatedMs: NOW_MS + 9 })), null)
  })

  storeCase(subject, 'the keys of one namespace are listed by name', async ({ store }) => {
    await store.perform('setKey', write('b'))
    await store.perform('setKey', write('a'))
    await store.perform('setKey', write('B'))
    await store.perform('setKey', write('c', { namespace: 'company.team.deep' }))
    await store.perform('setKey', write('d', { tenant: 'guest', namespace: 'far' }))

    const rows = await store.read.listKeys(TENANT, 'company.team')

    assert.deepEqual(
      rows.map(row => row.key),
      ['B', 'a', 'b'],
    )
    assert.deepEqual(await store.read.listKeyNamespaces(TENANT), ['company.team', 'company.team.deep'])
    assert.deepEqual(await store.read.listKeyNamespaces('nobody'), [])
  })

  storeCase(subject, 'a key is deleted once', async ({ store }) => {
    await store.perform('setKey', write('color'))
    const key = keyOf('color')

    assert.equal(await store.perform('deleteKey', key), true)
    assert.equal(await store.perform('deleteKey', key), false)

    assert.equal(await store.read.findKey(TENANT, 'company.team', 'color'), undefined)
    await store.perform('setKey', write('color'))
  })

  storeCase(subject, 'a purge of what has expired leaves a key that was set again', async ({ store }) => {
    await store.perform('setKey', write('color', { expiresMs: NOW_MS + 5 }))
    await store.perform('setKey', write('size'))

    assert.equal(await store.perform('deleteKey', { ...keyOf('color'), expiredByMs: NOW_MS + 4 }), false)
    assert.equal(await store.perform('deleteKey', { ...keyOf('size'), expiredByMs: NOW_MS + 9 }), false)
    assert.equal(await store.perform('deleteKey', { ...keyOf('color'), expiredByMs: NOW_MS + 5 }), true)
  })

  storeCase(subject, 'namespaces and keys that join to the same text are different keys', async ({ store }) => {
    await store.perform('setKey', write('b/c', { namespace: 'a', value: '1' }))
    await store.perform('setKey', write('c', { namespace: 'a/b', value: '2' }))

    assert.equal((await store.read.findKey(TENANT, 'a', 'b/c'))?.value, '1')
    assert.equal((await store.read.findKey(TENANT, 'a/b', 'c'))?.value, '2')
  })
}

function versionCases(subject: StoreSubject): void {
  const versionsOf = async (store: Parameters<Parameters<typeof storeCase>[2]>[0]['store']): Promise<number[]> =>
    (await store.read.listKeyVersions(keyOf('color'))).map(({ version }) => version)

  storeCase(subject, 'the versions of a key are kept up to a bound and go with it', async ({ store }) => {
    for (let index = 0; index < KEY_VERSIONS_MAX + 2; index++)
      await store.perform('setKey', write('color', { value: String(index) }))

    const versions = await store.read.listKeyVersions(keyOf('color'))

    assert.equal(versions.length, KEY_VERSIONS_MAX)
    assert.deepEqual(versions[0], { version: 3, value: '2', type: 'STRING', updatedMs: NOW_MS })
    await store.perform('deleteKey', keyOf('color'))
    assert.deepEqual(await store.read.listKeyVersions(keyOf('color')), [])
  })

  storeCase(subject, 'old versions are purged by age, but for the newest ones', async ({ store }) => {
    for (let index = 1; index <= 5; index++)
      await store.perform('setKey', write('color', { updatedMs: NOW_MS + index }))

    assert.equal(await store.perform('purgeKeyVersions', { ...keyOf('color'), beforeMs: NOW_MS + 2, keptMin: 1 }), 1)
    assert.deepEqual(await versionsOf(store), [2, 3, 4, 5])
    assert.equal(await store.perform('purgeKeyVersions', { ...keyOf('color'), beforeMs: null, keptMin: 3 }), 1)
    assert.equal(await store.perform('purgeKeyVersions', { ...keyOf('color'), beforeMs: null, keptMin: 0 }), 2)
    assert.deepEqual(await versionsOf(store), [5])
    assert.equal(await store.perform('purgeKeyVersions', { ...keyOf('ghost'), beforeMs: null, keptMin: 1 }), 0)
  })
}

function secretCases(subject: StoreSubject): void {
  storeCase(subject, 'a secret is saved, changed, listed and deleted', async ({ store }) => {
    const row: SecretRow = {
      ...{ tenant: TENANT, namespace: 'company.team', key: 'TOKEN', cipher: 'c1', description: null },
      ...{ tags: '[]', updatedMs: NOW_MS },
    }
    await store.perform('saveSecret', row)
    await store.perform('saveSecret', { ...row, namespace: 'company', cipher: 'c2' })
    const changed = { ...row, cipher: 'c3', description: 'of the bank', updatedMs: NOW_MS + 1 }

    await store.perform('saveSecret', changed)

    assert.deepEqual(await store.read.findSecret(TENANT, 'company.team', 'TOKEN'), changed)
    assert.deepEqual(await store.read.listSecrets(TENANT, 'company.team'), [changed])
    assert.deepEqual(
      (await store.read.listSecrets(TENANT)).map(({ namespace }) => namespace),
      ['company', 'company.team'],
    )
    assert.equal(await store.perform('deleteSecret', row), true)
    assert.equal(await store.perform('deleteSecret', row), false)
    assert.equal(await store.read.findSecret(TENANT, 'company.team', 'TOKEN'), undefined)
  })

  storeCase(subject, 'what was said about a namespace is kept until it is deleted', async ({ store }) => {
    const row: NamespaceRow = { tenant: TENANT, namespace: 'company', settings: '{"a":1}', updatedMs: NOW_MS }
    await store.perform('saveNamespace', { ...row, namespace: 'company.team' })
    await store.perform('saveNamespace', row)

    await store.perform('saveNamespace', { ...row, settings: '{"a":2}' })

    assert.deepEqual(
      (await store.read.listNamespaces(TENANT)).map(({ namespace, settings }) => [namespace, settings]),
      [
        ['company', '{"a":2}'],
        ['company.team', '{"a":1}'],
      ],
    )
    assert.equal(await store.perform('deleteNamespace', row), true)
    assert.equal(await store.perform('deleteNamespace', row), false)
    assert.equal((await store.read.listNamespaces(TENANT)).length, 1)
  })
}
