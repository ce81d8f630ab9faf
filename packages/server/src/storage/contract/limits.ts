// The members of limits: one row per limit and execution, written over when the one that waited holds a place.
import assert from 'node:assert/strict'
import { join, limitMemberRow, storeCase, type StoreSubject } from './subject.ts'

export function limitContract(subject: StoreSubject): void {
  storeCase(subject, 'the members of a limit are listed in the order of their coming', async ({ store }) => {
    const node = await join(store)
    const rows = [
      limitMemberRow('k', 'e1', { rank: 20 }),
      limitMemberRow('k', 'e2', { rank: 10, isHolding: 1 }),
      limitMemberRow('other', 'e1', { rank: 5 }),
    ]

    await node.write({ limitMembers: rows })

    assert.deepEqual(await store.read.listLimitMembers('k'), [rows[1], rows[0]])
    assert.deepEqual(await store.read.listLimitMembers('nobody'), [])
  })

  storeCase(subject, 'who waited holds a place, and who left is gone', async ({ store }) => {
    const node = await join(store)
    await node.write({ limitMembers: [limitMemberRow('k', 'e1'), limitMemberRow('k', 'e2', { rank: 2 })] })
    const granted = limitMemberRow('k', 'e2', { rank: 2, isHolding: 1 })

    await node.write({ limitMembers: [granted], limitMembersEnded: [{ limitKey: 'k', executionId: 'e1' }] })

    assert.deepEqual(await store.read.listLimitMembers('k'), [granted])
  })

  storeCase(subject, 'the limits that have members are listed by name, after a name', async ({ store }) => {
    const node = await join(store)
    await node.write({ limitMembers: ['b', 'a', 'B', 'c'].map(key => limitMemberRow(key, 'e1')) })

    assert.deepEqual(await store.read.listLimitKeys('', 3), ['B', 'a', 'b'])
    assert.deepEqual(await store.read.listLimitKeys('a', 10), ['b', 'c'])
    assert.deepEqual(await store.read.listLimitKeys('c', 10), [])
  })

  storeCase(subject, 'an execution that is deleted is no member of anything', async ({ store }) => {
    const node = await join(store)
    await node.write({ limitMembers: [limitMemberRow('k', 'e1'), limitMemberRow('k', 'e2', { rank: 2 })] })

    await store.perform('deleteExecution', { id: 'e1' })

    assert.deepEqual(await store.read.listLimitMembers('k'), [limitMemberRow('k', 'e2', { rank: 2 })])
  })
}
