import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Allowance, tooMany } from './allowance.ts'

test('what is spent comes back bit by bit, for each by itself', () => {
  let nowMs = 0
  const allowance = new Allowance({ most: 10, perMinute: 10, elapsedMs: () => nowMs })

  for (let count = 0; count < 10; count++) allowance.spend('a')

  assert.deepEqual([allowance.waitMs('a'), allowance.waitMs('b')], [6_000, 0])
  nowMs = 5_999
  assert.equal(allowance.waitMs('a'), 1)
  nowMs = 6_000
  assert.equal(allowance.waitMs('a'), 0)
  nowMs = 10 * 60_000
  assert.equal(allowance.waitMs('a', 10), 0)
})

test('a cost beyond all there ever is waits for all there is', () => {
  const allowance = new Allowance({ most: 10, perMinute: 60, elapsedMs: () => 0 })
  allowance.spend('a', 4)

  assert.equal(allowance.waitMs('a', 1_000), 4_000)
})

test('of very many, whoever was heard of longest ago is forgotten', () => {
  const allowance = new Allowance({ most: 1, perMinute: 1, elapsedMs: () => 0 })

  allowance.spend('first')
  for (let count = 0; count < 10_000; count++) allowance.spend(String(count))

  assert.equal(allowance.waitMs('first'), 0)
  assert.equal(allowance.waitMs('9999'), 60_000)
})

test('who is to wait is told for how long, in whole seconds', () => {
  const { status, headers } = tooMany('No.', 1_001)

  assert.deepEqual([status, headers['retry-after']], [429, '2'])
})
