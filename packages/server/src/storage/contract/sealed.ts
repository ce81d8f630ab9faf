// Data keys and what they encrypt, and policies.
import assert from 'node:assert/strict'
import type { DataKeyRow, PolicyRow, TokenRow } from '../store.ts'
import { NOW_MS, TENANT, storeCase, type StoreSubject } from './subject.ts'

const DATA_KEY: DataKeyRow = {
  ...{ id: 'k1', tenant: TENANT, namespace: 'company', purpose: 'rows', kid: 'old' },
  ...{ wrapped: 'w1', createdMs: NOW_MS },
}
const TOKEN: TokenRow = {
  ...{ tenant: TENANT, namespace: 'company', token: 'mail-1', kind: 'mail' },
  ...{ cipher: 'c1', createdMs: NOW_MS },
}
const POLICY: PolicyRow = {
  ...{ tenant: TENANT, namespace: '', id: 'labels', body: '{}' },
  ...{ createdMs: NOW_MS, updatedMs: NOW_MS },
}
const BEGIN = { tenant: '', namespace: '', token: '' }

export function sealedContract(subject: StoreSubject): void {
  storeCase(subject, 'a data key is added once and wrapped again only over what it was', async ({ store }) => {
    const other = { ...DATA_KEY, id: 'a0', namespace: 'far', createdMs: NOW_MS + 1 }
    await store.perform('addDataKey', other)
    await store.perform('addDataKey', DATA_KEY)
    await store.perform('addDataKey', { ...DATA_KEY, wrapped: 'forged' })
    const again = { id: 'k1', purpose: 'retired', kid: 'new', wrapped: 'w2', expected: 'w1' } as const

    assert.equal(await store.perform('rewrapDataKey', again), true)
    assert.equal(await store.perform('rewrapDataKey', again), false)
    assert.deepEqual(await store.read.listDataKeys(), [
      { ...DATA_KEY, purpose: 'retired', kid: 'new', wrapped: 'w2' },
      other,
    ])
  })

  storeCase(subject, 'a secret is encrypted again unless another one was saved meanwhile', async ({ store }) => {
    const key = { tenant: TENANT, namespace: 'company', key: 'TOKEN' }
    const row = { ...key, cipher: 'c1', description: 'd', tags: '[]', updatedMs: NOW_MS }
    await store.perform('saveSecret', row)

    assert.equal(await store.perform('resealSecret', { ...key, cipher: 'c2', expected: 'c1' }), true)
    assert.equal(await store.perform('resealSecret', { ...key, cipher: 'c3', expected: 'c1' }), false)
    assert.equal(await store.perform('resealSecret', { ...key, key: 'GHOST', cipher: 'c3', expected: 'c1' }), false)
    assert.deepEqual(await store.read.findSecret(TENANT, 'company', 'TOKEN'), { ...row, cipher: 'c2' })
  })

  storeCase(subject, 'tokens stay as they were made, are walked in order, and are purged by age', async ({ store }) => {
    const far: TokenRow = { ...TOKEN, namespace: 'far', token: 'a', createdMs: NOW_MS + 5 }
    await store.perform('saveTokens', { rows: [far, TOKEN, { ...TOKEN, cipher: 'forged' }] })

    assert.deepEqual(await store.read.listTokens(BEGIN, 1), [TOKEN])
    assert.deepEqual(await store.read.listTokens(TOKEN, 9), [far])
    assert.equal(await store.perform('resealToken', { ...TOKEN, cipher: 'c2', expected: 'c1' }), true)
    assert.equal(await store.perform('resealToken', { ...TOKEN, cipher: 'c3', expected: 'c1' }), false)
    assert.deepEqual(await store.read.findToken(TOKEN), { ...TOKEN, cipher: 'c2' })
    const purge = { tenant: TENANT, namespace: 'company', beforeMs: NOW_MS }
    assert.equal(await store.perform('purgeTokens', purge), 0)
    assert.equal(await store.perform('purgeTokens', { ...purge, beforeMs: NOW_MS + 1 }), 1)
    assert.equal(await store.read.findToken(TOKEN), undefined)
    assert.deepEqual(await store.read.listTokens(BEGIN, 9), [far])
  })

  storeCase(subject, 'a policy is saved, changed, listed and deleted', async ({ store }) => {
    const near = { ...POLICY, namespace: 'company' }
    await store.perform('savePolicy', near)
    await store.perform('savePolicy', POLICY)
    await store.perform('savePolicy', { ...POLICY, body: '[]', createdMs: 9, updatedMs: NOW_MS + 1 })

    assert.deepEqual(await store.read.listPolicies(), [{ ...POLICY, body: '[]', updatedMs: NOW_MS + 1 }, near])
    assert.equal(await store.perform('deletePolicy', POLICY), true)
    assert.equal(await store.perform('deletePolicy', POLICY), false)
    assert.deepEqual(await store.read.listPolicies(), [near])
  })
}
