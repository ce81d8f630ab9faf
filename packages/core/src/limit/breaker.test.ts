import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeBreaker } from './breaker.ts'

const BREAKER = { failures: 3, windowMs: 60_000, releaseMs: 300_000 }
const NOW = 1_900_000_000_000
const ago = (...seconds: readonly number[]): readonly number[] => seconds.map(s => NOW - s * 1_000)

test('three failures within the window hold it, with the reason and the end of the hold', () => {
  const hold = judgeBreaker(BREAKER, { failedMs: ago(10, 30, 60), nowMs: NOW })

  assert.match(hold?.reason ?? '', /failed 3 times within PT1M/)
  assert.deepEqual([hold?.sinceMs, hold?.untilMs], [NOW - 10_000, NOW + 290_000])
})

test('fewer failures, or failures further apart, hold nothing', () => {
  assert.equal(judgeBreaker(BREAKER, { failedMs: ago(10, 30), nowMs: NOW }), undefined)
  assert.equal(judgeBreaker(BREAKER, { failedMs: ago(10, 30, 71), nowMs: NOW }), undefined)
})

test('a hold ends when its time is over, and the next failure holds it again', () => {
  assert.equal(judgeBreaker(BREAKER, { failedMs: ago(300, 320, 340), nowMs: NOW }), undefined)
  assert.ok(judgeBreaker({ ...BREAKER, windowMs: 600_000 }, { failedMs: ago(1, 300, 320), nowMs: NOW }))
})

test('without a time it is held until it is released, and failures before a release count no more', () => {
  const byHand = { failures: 2, windowMs: 60_000 }
  const failedMs = ago(86_400, 86_410)

  assert.equal(judgeBreaker(byHand, { failedMs, nowMs: NOW })?.untilMs, undefined)
  assert.ok(judgeBreaker(byHand, { failedMs, nowMs: NOW }))
  assert.equal(judgeBreaker(byHand, { failedMs, releasedMs: NOW - 86_405_000, nowMs: NOW }), undefined)
})
