// Apps by their uid, and the links that are given away.
import assert from 'node:assert/strict'
import type { AppRow, LinkRow } from '../store.ts'
import { NOW_MS, TENANT, storeCase, type StoreSubject } from './subject.ts'

const APP: AppRow = {
  ...{ tenant: TENANT, uid: 'uid-1', namespace: 'company.team', id: 'order', flowId: 'hello' },
  ...{ source: 'id: order', createdMs: NOW_MS, updatedMs: NOW_MS },
}
const LINK: LinkRow = {
  ...{ tenant: TENANT, hash: 'h1', executionId: 'e', taskRunId: 'e-1', appUid: '' },
  ...{ createdMs: NOW_MS, expiresMs: NOW_MS + 10 },
}

export function appContract(subject: StoreSubject): void {
  storeCase(subject, 'an app is saved, changed, listed and deleted; when it was made stays', async ({ store }) => {
    const changed = { ...APP, id: 'orders', flowId: 'other', source: 'new', updatedMs: NOW_MS + 1 }
    await store.perform('saveApp', APP)
    await store.perform('saveApp', { ...APP, uid: 'uid-0', namespace: 'company' })
    await store.perform('saveApp', { ...changed, createdMs: NOW_MS + 1 })

    assert.deepEqual(await store.read.findApp(APP), changed)
    assert.equal(await store.read.findApp({ ...APP, uid: 'none' }), undefined)
    assert.deepEqual(
      (await store.read.listApps(TENANT)).map(({ uid }) => uid),
      ['uid-0', 'uid-1'],
    )
    assert.deepEqual(await store.read.listApps('guest'), [])
    assert.equal(await store.perform('deleteApp', APP), true)
    assert.equal(await store.perform('deleteApp', APP), false)
    assert.equal(await store.read.findApp(APP), undefined)
  })

  storeCase(
    subject,
    'a link is found by its hash, is never exchanged, and goes once it has expired',
    async ({ store }) => {
      await store.perform('saveLink', LINK)
      await store.perform('saveLink', { ...LINK, executionId: 'another' })

      assert.deepEqual(await store.read.findLink(TENANT, 'h1'), LINK)
      assert.equal(await store.read.findLink('guest', 'h1'), undefined)

      await store.perform('saveLink', { ...LINK, hash: 'h2', createdMs: NOW_MS + 11, expiresMs: NOW_MS + 20 })

      assert.equal(await store.read.findLink(TENANT, 'h1'), undefined)
      assert.equal((await store.read.findLink(TENANT, 'h2'))?.executionId, 'e')
    },
  )
}
