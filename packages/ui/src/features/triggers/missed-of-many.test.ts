import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missedOfMany } from './missed-of-many.ts'

const missing =
  (count: number, hasOlder = false) =>
  () =>
    Promise.resolve({ count, hasOlder })
const never = (): Promise<never> => Promise.reject(new Error('asked'))

test('what each schedule missed is added up', async () => {
  assert.deepEqual(await missedOfMany(['one', 'two'], true, missing(3)), { type: 'some', count: 6, hasOlder: false })
  assert.deepEqual(await missedOfMany(['one'], true, missing(0, true)), { type: 'some', count: 0, hasOlder: true })
  assert.deepEqual(await missedOfMany(['one'], true, missing(0)), { type: 'none' })
  assert.deepEqual(await missedOfMany([], true, never), { type: 'none' })
})

test('of many, or of some that are not in the page, nobody counts', async () => {
  const many = Array.from({ length: 21 }, (_, at) => `t${at}`)

  assert.deepEqual(await missedOfMany(many, true, never), { type: 'unknown' })
  assert.deepEqual(await missedOfMany([], false, never), { type: 'unknown' })
})

test('that it cannot be read is told', async () => {
  await assert.rejects(missedOfMany(['one'], true, never), /asked/)
})
