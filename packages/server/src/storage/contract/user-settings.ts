// What people set for themselves, or share.
import assert from 'node:assert/strict'
import type { UserSettingRow } from '../store.ts'
import { NOW_MS, TENANT, storeCase, type StoreSubject } from './subject.ts'

const VIEW: UserSettingRow = {
  ...{ tenant: TENANT, kind: 'view', owner: 'ada', id: 'failed' },
  ...{ body: '{"name":"Failed"}', updatedMs: NOW_MS },
}

export function userSettingContract(subject: StoreSubject): void {
  storeCase(subject, 'settings are saved in the place of what was there, and listed by owner', async ({ store }) => {
    const other = { ...VIEW, owner: 'bob', id: 'all' }
    const changed = { ...VIEW, body: '{}', updatedMs: NOW_MS + 1 }
    const preferences: UserSettingRow = { ...VIEW, kind: 'preferences', id: '' }
    for (const row of [other, VIEW, preferences, { ...VIEW, tenant: 'guest' }, changed])
      await store.perform('saveUserSetting', row)

    assert.deepEqual(await store.read.listUserSettings(TENANT, 'view'), [changed, other])
    assert.deepEqual(await store.read.listUserSettings(TENANT, 'view', 'bob'), [other])
    assert.deepEqual(await store.read.listUserSettings(TENANT, 'preferences', 'ada'), [preferences])
    assert.deepEqual(await store.read.listUserSettings(TENANT, 'view', 'eve'), [])
  })

  storeCase(subject, 'a setting is deleted once', async ({ store }) => {
    await store.perform('saveUserSetting', VIEW)

    assert.equal(await store.perform('deleteUserSetting', VIEW), true)
    assert.equal(await store.perform('deleteUserSetting', VIEW), false)
    assert.deepEqual(await store.read.listUserSettings(TENANT, 'view'), [])
  })

  storeCase(subject, 'a setting is put in the place of the one that is known, and of no other', async ({ store }) => {
    const change = { ...VIEW, body: '{"name":"mine"}', updatedMs: NOW_MS + 2 }

    assert.equal(await store.perform('reviseUserSetting', { ...VIEW, follows: NOW_MS }), false)
    assert.equal(await store.perform('reviseUserSetting', { ...VIEW, follows: null }), true)
    assert.equal(await store.perform('reviseUserSetting', { ...change, follows: null }), false)
    assert.equal(await store.perform('reviseUserSetting', { ...change, follows: NOW_MS - 1 }), false)
    assert.deepEqual(await store.read.findUserSetting(VIEW), VIEW)

    assert.equal(await store.perform('reviseUserSetting', { ...change, follows: NOW_MS }), true)
    assert.deepEqual(await store.read.findUserSetting(VIEW), change)
    assert.equal(await store.read.findUserSetting({ ...VIEW, owner: 'bob' }), undefined)
  })

  storeCase(
    subject,
    'a setting that changed meanwhile is not taken away, and one that is known is',
    async ({ store }) => {
      await store.perform('saveUserSetting', VIEW)

      assert.equal(await store.perform('reviseUserSetting', { ...VIEW, body: null, follows: NOW_MS - 1 }), false)
      assert.equal(await store.perform('reviseUserSetting', { ...VIEW, body: null, follows: NOW_MS }), true)
      assert.equal(await store.perform('reviseUserSetting', { ...VIEW, body: null, follows: null }), false)
      assert.equal(await store.read.findUserSetting(VIEW), undefined)
    },
  )

  storeCase(subject, 'what the database takes up is told', async ({ store }) => {
    const { sizeBytes, freeBytes } = await store.read.measureSpace()

    assert.equal(sizeBytes > 0, store.kind !== 'memory')
    assert.equal(freeBytes >= 0 && freeBytes <= sizeBytes, true)
  })
}
