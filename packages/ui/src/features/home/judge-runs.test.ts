import assert from 'node:assert/strict'
import { test } from 'node:test'
import { percentOf, slownessOf, successRateOf } from './judge-runs.ts'

test('the rate of success counts what ended by itself', () => {
  assert.deepEqual(successRateOf({ SUCCESS: 8, WARNING: 1, FAILED: 1, KILLED: 5, RUNNING: 3 }), {
    rate: 0.9,
    ended: 10,
  })
  assert.deepEqual(successRateOf({ RUNNING: 1 }), { rate: undefined, ended: 0 })
})

test('where something failed it is never a hundred per cent', () => {
  assert.deepEqual([1, 0.99999, 0.9819, 0].map(percentOf), ['100 %', '99.9 %', '98.2 %', '0 %'])
})

test('what takes longer than nineteen of twenty is slow, if anybody would notice', () => {
  const usual = { p50Ms: 8_000, p95Ms: 10_000 }

  assert.equal(slownessOf({ startMs: 0, endMs: 12_000 }, usual, 0), 12_000)
  assert.equal(slownessOf({ startMs: 0, endMs: undefined }, usual, 20_000), 20_000)
  assert.equal(slownessOf({ startMs: 0, endMs: 10_500 }, usual, 0), undefined)
  assert.equal(slownessOf({ startMs: 0, endMs: 300 }, { p50Ms: 20, p95Ms: 100 }, 0), undefined)
  assert.equal(slownessOf({ startMs: 0, endMs: 300_000 }, {}, 0), undefined)
})
