import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PlaceOffer } from '../inbox/jobs.ts'
import { Handover } from './handover.ts'

const A: PlaceOffer = { node: 'a', incarnation: 1, queue: 'default' }
const GPU: PlaceOffer = { node: 'b', incarnation: 2, queue: 'gpu' }

test('an offered place is taken once, by a job of its queue', () => {
  const handover = new Handover()
  handover.offered(A, 1_000)
  handover.offered(GPU, 1_000)
  assert.equal(handover.take('gpu', 1_001), GPU)
  assert.equal(handover.take('gpu', 1_001), undefined)
  assert.equal(handover.take('default', 1_001), A)
  assert.equal(handover.take('default', 1_001), undefined)
})

test('an offer is good for a moment: whoever made it may be dead by then', () => {
  const handover = new Handover()
  handover.offered(A, 1_000)
  handover.offered(GPU, 1_200)
  assert.equal(handover.take('default', 1_250), undefined)
  assert.equal(handover.take('gpu', 1_449), GPU)
})
