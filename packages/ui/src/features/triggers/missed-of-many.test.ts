import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missedOfMany } from './missed-of-many.ts'
import type { TriggerRow } from './trigger-row.ts'

const row = (name: string, more: Partial<TriggerRow> = {}): TriggerRow => ({
  key: name,
  namespace: 'a',
  flowId: 'b',
  triggerId: name,
  type: 'Schedule',
  kind: 'schedule',
  words: '',
  isOn: false,
  isOffInFlow: false,
  ...more,
})
const missing =
  (count: number, hasOlder = false) =>
  () =>
    Promise.resolve({ count, hasOlder })

test('what each schedule missed is added up', async () => {
  const rows = [row('one'), row('two'), row('on', { isOn: true }), row('fixed', { isOffInFlow: true })]

  assert.deepEqual(await missedOfMany(rows, true, missing(3)), { type: 'some', count: 6, hasOlder: false })
  assert.deepEqual(await missedOfMany(rows, true, missing(0, true)), { type: 'some', count: 0, hasOlder: true })
  assert.deepEqual(await missedOfMany(rows, true, missing(0)), { type: 'none' })
})

test('triggers without dates miss nothing and are not asked', async () => {
  const ask = (): Promise<never> => Promise.reject(new Error('asked'))

  assert.deepEqual(await missedOfMany([row('hook', { kind: 'webhook' })], true, ask), { type: 'none' })
})

test('of many, or of some that are not in the page, nobody counts', async () => {
  const ask = (): Promise<never> => Promise.reject(new Error('asked'))
  const many = Array.from({ length: 21 }, (_, at) => row(`t${at}`))

  assert.deepEqual(await missedOfMany(many, true, ask), { type: 'unknown' })
  assert.deepEqual(await missedOfMany([row('one')], false, ask), { type: 'unknown' })
})

test('that it cannot be read is told', async () => {
  await assert.rejects(
    missedOfMany([row('one')], true, () => Promise.reject(new Error('gone'))),
    /gone/,
  )
})
