import assert from 'node:assert/strict'
import { test } from 'node:test'
import { objectOf, pageOfEntry, readEntry } from './read-entry.ts'

const LOG = {
  id: 'a1',
  tenantId: 'main',
  type: 'UPDATE',
  userId: 'u1',
  date: '2026-11-22T09:00:00Z',
  detail: {
    resourceType: 'FLOW',
    id: 'etl',
    namespace: 'company',
    flowId: 'etl',
    outcome: 'done',
    via: 'session',
    status: 200,
  },
  appliedPatch: [{ op: 'replace', path: '/disabled', value: true }],
  revertPatch: [],
}

test('an entry tells who did what to which object, and where that is looked at', () => {
  const entry = readEntry({ auditLog: LOG, user: { id: 'u1', username: 'ada' } })

  assert.deepEqual([entry.actor, entry.action, objectOf(entry)], ['ada', 'UPDATE', 'etl'])
  assert.equal(pageOfEntry(entry), '/flows/edit/company/etl')
  assert.deepEqual(entry.details, { status: 200 })
})

test('an object is told by the name that it had', () => {
  const entry = readEntry({ auditLog: { ...LOG, detail: { resourceType: 'GROUP', id: 'g1', name: 'data' } } })

  assert.deepEqual([objectOf(entry), pageOfEntry(entry), entry.details], ['data', '/admin/iam/groups/g1', {}])
})

test('what is gone has no page, and an entry of an older server may say less', () => {
  const bare = readEntry({ auditLog: { ...LOG, type: 'DELETE', detail: { permission: 'ROLE', id: 'r1' } } })

  assert.equal(pageOfEntry(bare), undefined)
  assert.deepEqual([bare.resource, bare.actor, bare.outcome], ['ROLE', undefined, 'done'])
})
