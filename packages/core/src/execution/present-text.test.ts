import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instantText } from './present-text.ts'

const NOON_MS = 1_767_225_600_000

test('a moment is written as ISO 8601 with three digits of a second, whatever was written before it', () => {
  const moments = [0, 1, 999, 1_000, -1, -1_000, NOON_MS, NOON_MS + 7, NOON_MS + 7, NOON_MS - 1, NOON_MS + 999]
  const far = [253_402_300_799_999, -62_135_596_800_000]

  for (const atMs of [...moments, ...far, ...moments.toReversed()])
    assert.equal(instantText(atMs), new Date(atMs).toISOString())
})

test('what is no moment is a fault of ours', () => {
  assert.throws(() => instantText(Number.NaN), RangeError)
  assert.equal(instantText(NOON_MS), new Date(NOON_MS).toISOString())
})
