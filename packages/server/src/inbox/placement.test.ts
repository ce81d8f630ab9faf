import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_QUEUE, encodeQueue, type Queue } from '@batuta/core'
import { serves } from './placement.ts'

const queueOf = (wanted: Partial<Queue>): string =>
  encodeQueue({ group: undefined, tags: [], isAnyTag: false, fallback: 'WAIT', ...wanted })
const plain = { group: undefined, tags: [] }
const gpuGroup = { group: 'gpu', tags: [] }
const tagged = { group: undefined, tags: ['eu', 'large'] }

test('what asks for nothing goes to workers without a group', () => {
  assert.equal(queueOf({}), DEFAULT_QUEUE)
  assert.deepEqual(
    [plain, gpuGroup, tagged].map(profile => serves(profile, DEFAULT_QUEUE)),
    [true, false, true],
  )
})

test('what asks for a group goes to its workers alone', () => {
  const queue = queueOf({ group: 'gpu', fallback: 'FAIL' })
  assert.deepEqual(
    [plain, gpuGroup, { group: 'cpu', tags: [] }].map(profile => serves(profile, queue)),
    [false, true, false],
  )
})

test('what asks for tags goes to workers that have all of them, or any', () => {
  assert.equal(serves(tagged, queueOf({ tags: ['large', 'eu'] })), true)
  assert.equal(serves(tagged, queueOf({ tags: ['large', 'us'] })), false)
  assert.equal(serves(tagged, queueOf({ tags: ['large', 'us'], isAnyTag: true })), true)
  assert.equal(serves(plain, queueOf({ tags: ['large'] })), false)
})
