import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changedRevision, partsOf, percentOf, slownessOf, successOverTime, successRateOf } from './judge-runs.ts'

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

test('a bar has one part for each colour', () => {
  assert.deepEqual(partsOf({ FAILED: 1, SUCCESS: 8, RUNNING: 2, RETRYING: 1, KILLED: 0 }), [
    ['success', 8],
    ['failed', 1],
    ['running', 3],
  ])
})

test('success over time leaves out when nothing ended', () => {
  const buckets = [{ SUCCESS: 1 }, { FAILED: 1 }, {}, { RUNNING: 1 }, { SUCCESS: 2 }].map(states => ({ states }))

  assert.deepEqual(successOverTime(buckets, 5), [1, 0, undefined, undefined, 1])
  assert.deepEqual(successOverTime(buckets, 3), [0.5, undefined, 1])
  assert.deepEqual(successOverTime([], 3), [])
})

test('what changed since the last success is the revision, where it did', () => {
  assert.deepEqual(changedRevision({ revision: 39 }, [40, 41]), { from: 39, to: 41 })
  assert.equal(changedRevision({ revision: 41 }, [41]), undefined)
  assert.equal(changedRevision(undefined, [41]), undefined)
  assert.equal(changedRevision({ revision: 3 }, []), undefined)
})
