import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newBatch } from '../batch.ts'
import { packBatch, unpackBatch } from './packed-batch.ts'

test('a batch comes out of its packing as it went in', () => {
  const batch = newBatch('local', 3)
  batch.seq = 7
  batch.births.push({
    id: 'e1',
    state: 'SUCCESS',
    endMs: null,
    waitsFor: null,
    turn: 1,
    tenant: 'main',
    namespace: 'n',
    flowId: 'f',
    revision: 1,
    createdMs: 5,
    shard: 0,
    triggerId: null,
    triggerType: null,
    parentId: null,
    originalId: 'e1',
  })
  batch.journal.push({ executionId: 'e1', turn: 1, version: 1, atMs: 5, events: '[]' })
  batch.journal.push({ executionId: 'e2', turn: 4, version: 1, atMs: 6, events: '[{"type":"moved"}]' })
  batch.logs.push({ executionId: 'e1', tenant: 'main', namespace: 'n', flowId: 'f', atMs: 5, levelMax: 2, lines: '[]' })
  batch.labels.push({ executionId: 'e1', key: 'k', value: 'v' })
  batch.signalsTaken.push('s1')

  const unpacked = unpackBatch(structuredClone(packBatch(batch)))

  assert.deepEqual(unpacked, batch)
})
