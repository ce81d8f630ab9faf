import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HINTS, readHint, sentHint } from './hint-text.ts'

test('a hint about jobs that were handed over names who has them', () => {
  const nodes = ['one', 'two words', '"three"']

  assert.deepEqual(readHint(sentHint(new Set(nodes))), { hint: 'sent', nodes })
})

test('where more have jobs than a notification holds, all of them look', () => {
  const many = new Set(Array.from({ length: 400 }, (_, index) => `worker-${index}-${'x'.repeat(20)}`))

  const text = sentHint(many)

  assert.ok(Buffer.byteLength(text) < 8_000)
  assert.deepEqual(readHint(text), { hint: 'sent' })
})

test('other hints are for everybody, and what is not known is none', () => {
  assert.deepEqual(
    HINTS.map(hint => readHint(hint)),
    HINTS.map(hint => ({ hint })),
  )
  assert.equal(readHint('of a later version'), undefined)
})
